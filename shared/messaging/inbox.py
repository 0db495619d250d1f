"""What a service has heard: how far it is with each subject, and which messages wait or are parked.

A subject's facts are numbered without gaps, so the last number applied says everything: a lower one is a duplicate, the
next one is due, a higher one waits. Waiting and parked messages are kept here rather than in broker queues: they
survive a restart of either, can be listed, and the one that was missing wakes those behind it, parked or not.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.messaging.failures import Gap

Subject = tuple[str, UUID]

# Inserting or touching each row locks it, so two consumers never work on one subject at the same time.
_LOCK = text("""
    INSERT INTO inbox_position AS known (stream, subject, sequence)
    SELECT stream, subject, 0
    FROM unnest(CAST(:streams AS text[]), CAST(:subjects AS uuid[])) AS heard (stream, subject)
    ORDER BY stream, subject
    ON CONFLICT (stream, subject) DO UPDATE SET sequence = known.sequence
    RETURNING stream, subject, sequence
""")
_ADVANCE = text("""
    UPDATE inbox_position AS known SET sequence = done.sequence
    FROM unnest(CAST(:streams AS text[]), CAST(:subjects AS uuid[]), CAST(:sequences AS bigint[]))
         AS done (stream, subject, sequence)
    WHERE known.stream = done.stream AND known.subject = done.subject
""")
_HOLD = text("""
    INSERT INTO held_message (id, queue, body, topic, stream, subject, sequence, state, attempts, due_at, code, reason,
                              traceparent, first_at, message_id, business_key, lane, digest, sealed)
    VALUES (:id, :queue, :body, :topic, :stream, :subject, :sequence, :state, :attempts, :due_at, :code, :reason,
            :traceparent, :at, :message_id, :business_key, :lane, :digest, :sealed)
    ON CONFLICT DO NOTHING
""")
# Whoever has a held message in hand waits for its subject, which is locked here: it will see how far that is.
_WAKE = text("""
    UPDATE held_message SET due_at = :at, state = 'waiting', attempts = 0
    WHERE id IN (
        SELECT held.id
        FROM unnest(CAST(:streams AS text[]), CAST(:subjects AS uuid[]), CAST(:sequences AS bigint[]))
             AS done (stream, subject, sequence)
        JOIN held_message AS held ON held.stream = done.stream AND held.subject = done.subject
        WHERE held.sequence <= done.sequence + 1 AND (held.state = 'waiting' OR held.code = :gap)
        FOR UPDATE OF held SKIP LOCKED
    )
""")
_DUE = text("""
    SELECT id, body, sealed, attempts, traceparent FROM held_message
    WHERE state = 'waiting' AND queue = :queue AND due_at <= :at
    ORDER BY due_at, sequence, id DESC LIMIT 1 FOR UPDATE SKIP LOCKED
""")
_OUTRANKED = text("""
    SELECT 1 FROM held_message WHERE stream = :stream AND subject = :subject AND sequence = :sequence
        AND (topic = :first OR id > CAST(:held AS uuid)) LIMIT 1
""")
_RELEASE = text("DELETE FROM held_message WHERE id = :id")
_AGAIN = text("""
    UPDATE held_message SET attempts = :attempts, due_at = :due_at, state = :state, code = :code, reason = :reason
    WHERE id = :id
""")
# One that another has in hand is not waited for, as above.
_SET_ASIDE = text("""
    UPDATE held_message SET state = 'parked', due_at = NULL, code = :code, reason = :reason
    WHERE id IN (SELECT id FROM held_message WHERE stream = :stream AND subject = :subject AND sequence = :sequence
                 AND message_id IS DISTINCT FROM :but FOR UPDATE SKIP LOCKED)
""")
_PARKED_BEFORE = text("""
    SELECT 1 FROM held_message LEFT JOIN inbox_position AS known USING (stream, subject)
    WHERE stream = :stream AND subject = :subject AND held_message.sequence < :sequence
      AND held_message.sequence > coalesce(known.sequence, 0) AND state = 'parked' LIMIT 1
""")
_COUNT_PARKED = text("SELECT count(*) FROM held_message WHERE state = 'parked'")
_LIST_PARKED = text("""
    SELECT id, queue, topic, subject, sequence, code, reason, attempts, first_at FROM held_message
    WHERE state = 'parked' ORDER BY first_at, id LIMIT :most
""")


def inbox_tables(metadata: MetaData) -> None:
    """Positions by subject, and held messages: `waiting` for their time or `parked` for a person.

    Of a provincial message its id, business key, lane and the digest of what was signed stand beside it; of a fact they
    are absent: nobody gives a fact's number to another. `sealed` says whether `body` is under the service's cipher.
    """
    Table(
        "inbox_position",
        metadata,
        Column("stream", Text, primary_key=True),
        Column("subject", Uuid, primary_key=True),
        Column("sequence", BigInteger, nullable=False),
    )
    held = Table(
        "held_message",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("queue", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("topic", Text),
        Column("stream", Text),
        Column("subject", Uuid),
        Column("sequence", BigInteger),
        Column("state", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("due_at", DateTime(timezone=True)),
        Column("code", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("traceparent", Text),
        Column("first_at", DateTime(timezone=True), nullable=False),
        Column("message_id", Uuid),
        Column("business_key", Text),
        Column("lane", Text),
        Column("digest", LargeBinary),
        Column("sealed", Boolean, nullable=False, server_default=text("false")),
    )
    _index(held)


def _index(held: Table) -> None:
    """One fact of a number is held at a time, but several messages of the province: each is kept until its turn."""
    number = held.c.queue, held.c.stream, held.c.subject, held.c.sequence
    Index("uq_held_fact", *number, unique=True, postgresql_where=text("message_id IS NULL"))
    letter = *number, held.c.message_id, held.c.digest
    Index("uq_held_letter", *letter, unique=True, postgresql_where=text("message_id IS NOT NULL"))
    Index("ix_held_subject", held.c.stream, held.c.subject, held.c.sequence)
    Index("ix_held_message_id", held.c.message_id, postgresql_where=text("message_id IS NOT NULL"))
    Index("ix_held_business_key", held.c.business_key, postgresql_where=text("business_key IS NOT NULL"))
    Index("ix_held_due", held.c.due_at, postgresql_where=text("state = 'waiting'"))
    Index("ix_held_parked", held.c.first_at, postgresql_where=text("state = 'parked'"))


@dataclass(frozen=True, kw_only=True)
class Label:
    """What is known of a message from the outside; all None when it could not be decoded."""

    topic: str | None = None
    stream: str | None = None
    subject: UUID | None = None
    sequence: int | None = None
    traceparent: str | None = None
    message_id: UUID | None = None
    business_key: str | None = None
    lane: str | None = None
    digest: bytes | None = None


@dataclass(frozen=True, kw_only=True)
class Held:
    """A message kept in the database instead of the broker; with no `due_at` it is parked for a person."""

    id: UUID
    queue: str
    body: bytes
    sealed: bool
    label: Label
    attempts: int
    code: str
    reason: str
    at: datetime
    due_at: datetime | None


class Kept(Protocol):
    """The bytes of a held message, and whether they are sealed."""

    @property
    def body(self) -> bytes: ...

    @property
    def sealed(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Due:
    """A held message whose time has come."""

    id: UUID
    body: bytes
    sealed: bool
    attempts: int
    traceparent: str | None


class Inbox:
    """The inbox tables of one service within one transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock(self, subjects: Iterable[Subject]) -> dict[Subject, int]:
        """How far each subject is; others who want the same subjects wait until this transaction ends."""
        wanted = sorted(set(subjects))
        if not wanted:
            return {}
        rows = await self._connection.execute(_LOCK, _columns(wanted))
        return {(row.stream, row.subject): row.sequence for row in rows}

    async def advance(self, positions: dict[Subject, int], *, at: datetime) -> None:
        """Record how far the subjects are now, and wake what waited for that or has been overtaken."""
        if not positions:
            return
        columns = {**_columns(list(positions)), "sequences": list(positions.values())}
        await self._connection.execute(_ADVANCE, columns)
        await self._connection.execute(_WAKE, {**columns, "at": at, "gap": Gap.code})

    async def hold(self, held: Held) -> None:
        """Keep a message; what is held already is not kept twice, another message of the same number is."""
        values = {name: value for name, value in vars(held).items() if name != "label"} | vars(held.label)
        storable = {name: _storable(value) for name, value in values.items()}
        state = "parked" if held.due_at is None else "waiting"
        await self._connection.execute(_HOLD, {**storable, "state": state})

    async def due(self, queue: str, at: datetime) -> Due | None:
        """The next waiting message whose time has come, locked for this transaction."""
        row = (await self._connection.execute(_DUE, {"queue": queue, "at": at})).first()
        return Due(**row._asdict()) if row else None

    async def release(self, held_id: UUID) -> None:
        await self._connection.execute(_RELEASE, {"id": held_id})

    async def hold_again(
        self, held_id: UUID, *, attempts: int, due_at: datetime | None, why: tuple[str, str]
    ) -> None:
        """Put a held message back with its new count; `why` is code and reason; no `due_at` parks it."""
        state = "parked" if due_at is None else "waiting"
        values = {"id": held_id, "attempts": attempts, "due_at": due_at, "state": state}
        await self._connection.execute(_AGAIN, {**values, "code": why[0], "reason": _storable(why[1])})

    async def outranked(
        self, subject: Subject, sequence: int, *, first: str, held: UUID | None = None
    ) -> bool:
        """Whether a message held under the same number goes before: one of the topic `first`, or newer than `held`."""
        values = {"stream": subject[0], "subject": subject[1], "sequence": sequence}
        found = await self._connection.execute(_OUTRANKED, {**values, "first": first, "held": held})
        return found.first() is not None

    async def set_aside(self, subject: Subject, sequence: int, *, but: UUID, why: tuple[str, str]) -> None:
        """Leave what is held under this number, `but` one message, to a person; `why` is code and reason."""
        values = {"stream": subject[0], "subject": subject[1], "sequence": sequence, "but": but}
        await self._connection.execute(_SET_ASIDE, {**values, "code": why[0], "reason": _storable(why[1])})

    async def lacks_earlier(self, label: Label) -> bool:
        """Whether a message's subject is not yet so far that it would be next; nobody moves it until the commit."""
        if label.stream is None or label.subject is None or label.sequence is None:
            return True
        subject = label.stream, label.subject
        return (await self.lock([subject]))[subject] + 1 < label.sequence

    async def parked_before(self, label: Label) -> bool:
        """Whether an earlier message of the same subject is parked, so that waiting alone will not help."""
        values = {"stream": label.stream, "subject": label.subject, "sequence": label.sequence}
        return (await self._connection.execute(_PARKED_BEFORE, values)).first() is not None

    async def parked(self) -> int:
        return int((await self._connection.execute(_COUNT_PARKED)).scalar_one())

    async def list_parked(self, most: int) -> Sequence[dict[str, object]]:
        """Parked messages, oldest first, without their content."""
        rows = await self._connection.execute(_LIST_PARKED, {"most": most})
        return [dict(row) for row in rows.mappings()]


def _storable(value: object) -> object:
    """PostgreSQL keeps no NUL in a text, and a message may hold one anywhere."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}") if isinstance(value, str) else value


def _columns(subjects: Sequence[Subject]) -> dict[str, list[object]]:
    return {"streams": [stream for stream, _ in subjects], "subjects": [subject for _, subject in subjects]}
