"""The transactional outbox: what a unit of work announces is written with the state it tells of."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from shared.contracts.event import Event
from shared.observability import current_traceparent
from shared.persistence.together import Part

# The counter row stays locked until the commit, so the facts of one subject are numbered in the order they become true.
_SAVE = """
    fact AS (
        SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:topics AS text[]), CAST(:streams AS text[]),
                             CAST(:subjects AS uuid[]), CAST(:datas AS text[]), CAST(:traceparents AS text[]))
        WITH ORDINALITY AS fact (id, topic, stream, subject, data, traceparent, place)
    ), counted AS (
        INSERT INTO outbox_sequence AS counter (stream, subject, last)
        SELECT stream, subject, count(*) FROM fact GROUP BY stream, subject ORDER BY stream, subject
        ON CONFLICT (stream, subject) DO UPDATE SET last = counter.last + excluded.last
        RETURNING stream, subject, last
    ), announced AS (
        INSERT INTO outbox (id, topic, stream, subject, sequence, at, data, traceparent)
        SELECT id, topic, stream, subject,
               last - count(*) OVER (PARTITION BY stream, subject)
                    + row_number() OVER (PARTITION BY stream, subject ORDER BY place),
               :at, data, traceparent
        FROM fact JOIN counted USING (stream, subject) ORDER BY place
    )
"""


def outbox_tables(metadata: MetaData) -> None:
    """Facts waiting for the relay, and the last number given out for each subject."""
    outbox = Table(
        "outbox",
        metadata,
        Column("position", BigInteger, Identity(always=True), primary_key=True),
        Column("id", Uuid, nullable=False, unique=True),
        Column("topic", Text, nullable=False),
        Column("stream", Text, nullable=False),
        Column("subject", Uuid, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("data", Text, nullable=False),
        Column("traceparent", Text),
        Column("published_at", DateTime(timezone=True)),
        Column("retry_at", DateTime(timezone=True)),
        UniqueConstraint("stream", "subject", "sequence", name="uq_outbox_sequence"),
    )
    Index("ix_outbox_unpublished", outbox.c.position, postgresql_where=text("published_at IS NULL"))
    Index("ix_outbox_published", outbox.c.published_at, postgresql_where=text("published_at IS NOT NULL"))
    Table(
        "outbox_sequence",
        metadata,
        Column("stream", Text, primary_key=True),
        Column("subject", Uuid, primary_key=True),
        Column("last", BigInteger, nullable=False),
    )


class Outbox(Protocol):
    """Where a handler announces what it made true."""

    def add(self, event: Event) -> None: ...


class SqlOutbox:
    """Collects the facts of one unit of work, to be written together; `also` is told of each."""

    def __init__(
        self,
        *,
        at: datetime,
        new_id: Callable[[], UUID],
        also: Callable[[Event], None],
    ) -> None:
        self._at = at
        self._new_id = new_id
        self._also = also
        self._events: list[Event] = []
        self._traceparents: list[str | None] = []
        self._basis: list[str] = []
        self.added = 0

    def add(self, event: Event) -> None:
        self._events.append(event)
        self._traceparents.append(current_traceparent())
        self._basis += event.basis
        self._also(event)
        self.added += 1

    def take_basis(self) -> list[str]:
        """The clauses named by what was announced since this was last asked."""
        basis, self._basis = self._basis, []
        return basis

    def take(self) -> Part | None:
        """What is to be written of all that was announced since this was last asked."""
        if not self._events:
            return None
        events, self._events = self._events, []
        traceparents, self._traceparents = self._traceparents, []
        values = {
            "ids": [self._new_id() for _ in events],
            "topics": [event.topic for event in events],
            "streams": [event.stream for event in events],
            "subjects": [event.subject for event in events],
            "datas": [event.model_dump_json() for event in events],
            "traceparents": traceparents,
            "at": self._at,
        }
        return Part(queries=_SAVE, values=values)
