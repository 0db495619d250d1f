"""A service small enough for the tests of the machinery: it counts what it hears and announces that it did."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, Integer, MetaData, RowMapping, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.event import EVENTS, Event
from shared.errors import NotFound
from shared.ids import uuid7
from shared.messaging.bus import EVENTS_EXCHANGE, Message
from shared.messaging.consumer import Incoming
from shared.messaging.envelope import CONTENT_TYPE, encode
from shared.messaging.outbox import Outbox
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.unit_of_work import Transaction

START = datetime(2024, 3, 4, 1, tzinfo=UTC)


class TallyFact(Event):
    """What every fact of the tests carries; `number` is its place in the story of its tally."""

    stream: ClassVar = "tests.tally"

    organ: str = "320115"
    basis: tuple[str, ...] = ("N2.2",)
    tally_id: UUID
    number: int = 0

    @property
    def subject(self) -> UUID:
        return self.tally_id


class Counted(TallyFact):
    """Something was counted; the tests' service acts on it."""

    topic: ClassVar = "tests.counted.v1"


class Remarked(TallyFact):
    """Of the same stream, and nobody acts on it."""

    topic: ClassVar = "tests.remarked.v1"


class Echoed(TallyFact):
    """The tests' service announces that it heard."""

    topic: ClassVar = "tests.echoed.v1"
    stream: ClassVar = "tests.echo"


FACTS = (Counted, Remarked, Echoed)
for fact in FACTS:  # the product's own list must not know them; a fixture lends them to it
    EVENTS.pop(fact.topic)


class SetClock:
    """Shows the time it was told."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    def advance(self, by: timedelta) -> None:
        self.moment += by


class UnknownTally(NotFound):
    """没有此计数 · No such tally."""

    code = "NJT-TST-0001"


@dataclass(eq=False, kw_only=True)
class Tally:
    """What was heard of one subject, in the order it was heard."""

    id: UUID
    heard: list[int] = field(default_factory=list)
    version: int = 0


tables = MetaData()
tally = Table(
    "tally",
    tables,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("heard", ARRAY(BigInteger), nullable=False),
)
# Written at once, not at the end of the unit of work: what a failing handler leaves behind would be seen here.
footprint = Table(
    "footprint",
    tables,
    Column("tally_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("remark", Text),
)


class SqlTallies(SqlAggregates[Tally]):
    """Tallies in PostgreSQL."""

    table = tally
    missing = UnknownTally

    def to_row(self, aggregate: Tally) -> dict[str, Any]:
        return {"id": aggregate.id, "heard": list(aggregate.heard)}

    def to_aggregate(self, row: RowMapping) -> Tally:
        return Tally(id=row["id"], heard=list(row["heard"]), version=row["version"])

    async def of(self, key: UUID) -> Tally:
        """The tally of a subject, begun if there is none."""
        try:
            return await self.get(key)
        except UnknownTally:
            begun = Tally(id=key)
            self.add(begun)
            return begun


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of the tests' service holds."""

    connection: AsyncConnection
    tallies: SqlTallies
    outbox: Outbox


def bind(transaction: Transaction) -> Work:
    tallies = SqlTallies(transaction.connection, transaction.ledger)
    transaction.keep(tallies)
    return Work(connection=transaction.connection, tallies=tallies, outbox=transaction.outbox)


async def count(event: Counted, work: Work) -> Tally:
    """Note the number, and announce that it was heard."""
    found = await work.tallies.of(event.tally_id)
    found.heard.append(event.number)
    await work.connection.execute(
        footprint.insert(), {"tally_id": event.tally_id, "number": event.number, "remark": None}
    )
    work.outbox.add(Echoed(tally_id=event.tally_id, number=event.number))
    return found


def message(event: Event, *, sequence: int, at: datetime = START, traceparent: str | None = None) -> Incoming:
    """An announcement as it arrives; `sequence` is its number on its subject's stream."""
    body = encode(
        {
            "id": uuid7(at),
            "source": "/services/tests",
            "topic": event.topic,
            "subject": event.subject,
            "sequence": sequence,
            "at": at,
            "data": event.model_dump_json(),
            "traceparent": traceparent,
        }
    )
    return Incoming(body=body, traceparent=traceparent)


def counted(subject: UUID, *sequences: int, traceparent: str | None = None) -> list[Incoming]:
    """The facts of one subject with these numbers, in this order."""
    return [
        message(Counted(tally_id=subject, number=number), sequence=number, traceparent=traceparent)
        for number in sequences
    ]


def envelopes(facts: Sequence[Incoming]) -> list[Message]:
    """The same facts as a relay would put them on the bus."""
    return [
        Message(
            id=uuid4().hex,
            exchange=EVENTS_EXCHANGE,
            routing_key=Counted.topic,
            body=fact.body,
            content_type=CONTENT_TYPE,
            headers={"traceparent": fact.traceparent} if fact.traceparent else {},
        )
        for fact in facts
    ]


GRANTS = [text(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO njt_accounts") for name in tables.tables]
