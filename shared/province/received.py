"""What came in from the province, and what became of it; and how far our own intents are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.exchange import AskedMessage, Fate, KnownMessage
from shared.contracts.province import MessageCode, Receipt, Stage
from shared.province.intents import IntentState
from shared.province.reconciling.comparing import place_of
from shared.province.voided import take_back

_KNOWN = text("""
    SELECT code, business_key, digest, state, reason_code, reason FROM exchange_received
    WHERE state <> 'refused' AND (message_id = :message_id OR (code = :code AND business_key = :business_key))
    ORDER BY message_id = :message_id DESC LIMIT 1
""")
_RECORD = text("""
    INSERT INTO exchange_received (entry, message_id, code, business_key, digest, state, reason_code, reason, at, organ,
                                   lane, sequence, issued_at, place)
    VALUES (:entry, :message_id, :code, :business_key, :digest, :state, :reason_code, :reason, :at, :organ,
            :lane, :sequence, :issued_at, :place)
""")
_TRACE = text("SELECT traceparent FROM exchange_intent WHERE id = :id")
_OURS = text("SELECT 1 FROM exchange_intent WHERE id = :id AND code <> 'RECEIPT'")
_ASKED = text(
    "SELECT 1 FROM exchange_intent WHERE code = :code AND business_key = :business_key AND sequence = 0"
)
# What stands outside the lanes is done once it is delivered, and may be refused nevertheless.
_FOLLOW = text("""
    UPDATE exchange_intent SET state = :state, reason_code = :reason_code, reason = :reason,
                               due_at = CASE WHEN :final THEN NULL ELSE due_at END,
                               query_at = CASE WHEN :final THEN NULL ELSE query_at END
    WHERE id = :id AND code <> 'RECEIPT'
      AND (state = ANY (CAST(:before AS text[])) OR sequence = 0 AND state = 'done' AND :state = 'refused')
    RETURNING code, business_key, mends, sequence
""")
_DIGESTS = text("SELECT id, digest FROM exchange_intent WHERE id = ANY (CAST(:ids AS uuid[]))")
_AGAIN = text("""
    UPDATE exchange_intent SET state = 'owed', due_at = :now, query_at = NULL
    WHERE id = ANY (CAST(:ids AS uuid[])) AND sequence > 0 AND state IN ('delivered', 'accepted')
""")
# What was concluded may be missing there all the same, after a loss; it is sent again and stays concluded here. What was
# refused is there, and an operator's to mend.
_MISSING = text("""
    UPDATE exchange_intent
    SET state = CASE WHEN state IN ('done', 'rejected', 'refused') THEN state ELSE 'owed' END,
        due_at = CASE WHEN state = 'refused' THEN due_at ELSE :now END, query_at = NULL
    WHERE lane = :lane AND sequence BETWEEN :first AND :last AND sequence > 0 AND state <> 'voided'
""")
# Anybody may write any id on what nobody we know has signed: its refusal says nothing of the message that has this id.
_FATES = text("""
    SELECT coalesce(known.state, held.state, refused.state, 'unknown') AS fate, known.digest,
           coalesce(known.reason_code, refused.reason_code, '') AS reason_code,
           coalesce(known.reason, refused.reason, '') AS reason
    FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]), CAST(:keys AS text[]))
         WITH ORDINALITY AS asked (message_id, code, business_key, place)
    LEFT JOIN LATERAL (
        SELECT state, CASE WHEN NOT nulls THEN digest END AS digest, reason_code, reason FROM exchange_received AS one
        WHERE state <> 'refused' AND (one.message_id = asked.message_id
              OR (one.code = asked.code AND one.business_key = asked.business_key))
        ORDER BY one.message_id = asked.message_id DESC LIMIT 1
    ) AS known ON true
    LEFT JOIN LATERAL (
        SELECT 'taken' AS state FROM held_message AS one
        WHERE one.message_id = asked.message_id OR (one.topic = asked.code AND one.business_key = asked.business_key)
        LIMIT 1
    ) AS held ON true
    LEFT JOIN LATERAL (
        SELECT state, reason_code, reason FROM exchange_received AS one
        WHERE state = 'refused' AND one.message_id = asked.message_id AND reason_code <> ALL (CAST(:unproven AS text[]))
        ORDER BY one.at DESC, one.entry DESC LIMIT 1
    ) AS refused ON true
    ORDER BY asked.place
""")
_UNPROVEN = ("SIGNATURE", "SENDER", "KEY_NOT_YET", "KEY_EXPIRED")
"""Why something is refused that is not known to be from whom it says."""
_LARGEST = 2**63 - 1


def received_tables(metadata: MetaData) -> None:
    """Every message that came in: carried out (`done`), declined by the rules (`rejected`) or not accepted (`refused`).

    `organ` is the one that its payload names, if it names one; `issued_at` what was written on it; `place` are the first
    digits by which a reconciliation parts acts. `nulls` says that the digest was taken with the payload's nulls, as it was
    of all that came in before the exchange was whole, until a copy of it comes; it is held against none without them.
    """
    received = Table(
        "exchange_received",
        metadata,
        Column("entry", Uuid, primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("code", Text, nullable=False),
        Column("business_key", Text, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("reason_code", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("organ", Text, nullable=False, server_default=text("''")),
        Column("lane", Text, nullable=False, server_default=text("''")),
        Column("sequence", BigInteger, nullable=False, server_default=text("0")),
        Column("issued_at", DateTime(timezone=True)),
        Column("place", Text, nullable=False, server_default=text("''")),
        Column("nulls", Boolean, nullable=False, server_default=text("false")),
    )
    accepted = text("state <> 'refused'")
    Index("uq_received_message", received.c.message_id, unique=True, postgresql_where=accepted)
    Index(
        "uq_received_business_key",
        received.c.code,
        received.c.business_key,
        unique=True,
        postgresql_where=accepted,
    )
    refused = text("state = 'refused'")
    Index("ix_received_refused", received.c.message_id, postgresql_where=refused)
    Index("ix_received_refused_act", received.c.code, received.c.business_key, postgresql_where=refused)
    Index("ix_received_issued", received.c.issued_at, postgresql_where=accepted)
    Index("ix_received_place", received.c.place, received.c.issued_at, postgresql_where=accepted)


@dataclass(frozen=True, kw_only=True)
class Record:
    """One message that came in."""

    entry: UUID
    message_id: UUID
    code: str
    business_key: str
    digest: bytes
    state: str
    at: datetime
    organ: str
    lane: str
    sequence: int
    issued_at: datetime
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a message that came before."""

    code: str
    business_key: str
    digest: bytes
    state: str
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A message of ours that a receipt moved on, and where to; `business_key` is that of the act it began as."""

    code: str
    business_key: str
    state: IntentState
    numbered: bool

    @property
    def final(self) -> bool:
        """Whether nothing more will be said of it; of what was refused another copy may still be taken."""
        return self.state is not IntentState.ACCEPTED


class Received:
    """The exchange tables of one service within one transaction, as the receiving side needs them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self, message_id: UUID, code: str, business_key: str) -> Known | None:
        """An accepted message with this id, or about this act."""
        key = {"message_id": message_id, "code": code, "business_key": business_key}
        row = (await self._connection.execute(_KNOWN, key)).first()
        return Known(**row._asdict()) if row else None

    async def record(self, record: Record) -> None:
        more = {"sequence": min(record.sequence, _LARGEST), "place": place_of(record.business_key)}
        await self._connection.execute(_RECORD, vars(record) | more)

    async def trace_of(self, intent: UUID) -> str | None:
        """The trace in which an intent was owed."""
        found: str | None = (await self._connection.execute(_TRACE, {"id": intent})).scalar_one_or_none()
        return found

    async def follow(self, intent: UUID, receipt: Receipt) -> Followed | None:
        """Move an intent on by a receipt; None when it is not ours or this receipt adds nothing."""
        state = _STATES[receipt.stage, receipt.ok]
        values = {
            "id": intent,
            "state": state,
            "before": _BEFORE[state],
            "final": state is not IntentState.ACCEPTED,
            "reason_code": receipt.reason_code,
            "reason": receipt.reason,
        }
        moved = (await self._connection.execute(_FOLLOW, values)).first()
        if moved is None and state in _CONCLUDED and await take_back(self._connection, intent):
            given_up = values | {"before": (IntentState.VOIDED,)}
            moved = (await self._connection.execute(_FOLLOW, given_up)).first()
        if moved is None:
            return None
        key = original_key(moved.business_key) if moved.mends else moved.business_key
        return Followed(code=moved.code, business_key=key, state=state, numbered=moved.sequence > 0)

    async def owes(self, intent: UUID) -> bool:
        """Whether this is a message of ours that awaits receipts, or did."""
        return (await self._connection.execute(_OURS, {"id": intent})).first() is not None

    async def asked(self, code: MessageCode, business_key: str) -> bool:
        """Whether we sent this query."""
        key = {"code": code, "business_key": business_key}
        return (await self._connection.execute(_ASKED, key)).first() is not None

    async def digests(self, intents: Sequence[UUID]) -> dict[UUID, bytes]:
        """The digests of what we told, by message id."""
        rows = await self._connection.execute(_DIGESTS, {"ids": list(intents)})
        return {row.id: row.digest for row in rows}

    async def owe_again(self, intents: Sequence[UUID], *, now: datetime) -> None:
        """Send these once more as they are: they are not known there."""
        await self._connection.execute(_AGAIN, {"ids": list(intents), "now": now})

    async def owe_missing(self, lane: str, first: int, last: int, *, now: datetime) -> int:
        """Send these numbers of a lane once more; how many there are."""
        asked = {"lane": lane, "first": min(first, _LARGEST), "last": min(last, _LARGEST), "now": now}
        return (await self._connection.execute(_MISSING, asked)).rowcount

    async def fates(self, asked: Sequence[AskedMessage]) -> list[KnownMessage]:
        """What became of messages that came in, or did not."""
        columns = {
            "ids": [each.message_id for each in asked],
            "codes": [each.code for each in asked],
            "keys": [each.business_key for each in asked],
            "unproven": list(_UNPROVEN),
        }
        rows = (await self._connection.execute(_FATES, columns)).all()
        return [
            KnownMessage(
                message_id=each.message_id,
                fate=Fate(row.fate),
                digest=row.digest.hex() if row.digest else None,
                reason_code=row.reason_code,
                reason=row.reason,
            )
            for each, row in zip(asked, rows, strict=True)
        ]


def original_key(business_key: str) -> str:
    """The business key under which an act was first told, before it was mended."""
    return _MENDED.sub("", business_key)


def mended_times(business_key: str) -> int:
    """How often the act of this key was told under it: `~2` is the second time."""
    found = _MENDED.search(business_key)
    return int(found[0][1:]) if found else 1


_MENDED = re.compile(r"~[0-9]+$")
_STATES = {
    (Stage.TECHNICAL, True): IntentState.ACCEPTED,
    (Stage.TECHNICAL, False): IntentState.REFUSED,
    (Stage.BUSINESS, True): IntentState.DONE,
    (Stage.BUSINESS, False): IntentState.REJECTED,
}
_CONCLUDED = (IntentState.DONE, IntentState.REJECTED)
_UNANSWERED = (IntentState.OWED, IntentState.DELIVERED)
_UNCONCLUDED = (*_UNANSWERED, IntentState.ACCEPTED, IntentState.REFUSED)
# Receipts overtake each other, and one of two copies may be damaged on its way: what was accepted is not refused any
# more, and the business result has the last word whatever was said of another copy.
_BEFORE = {
    IntentState.ACCEPTED: _UNANSWERED,
    IntentState.REFUSED: _UNANSWERED,
    IntentState.DONE: _UNCONCLUDED,
    IntentState.REJECTED: _UNCONCLUDED,
}
