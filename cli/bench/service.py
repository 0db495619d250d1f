"""The smallest service there can be: one aggregate, one handler; all the machinery around them is the suite's own.

It plays two: `sender`, which writes a record and announces it, and `listener`, which does the same on hearing of it.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Integer, RowMapping, Table, Text, Uuid, text

from cli.bench.actors import Cue
from cli.bench.moments import Moments
from shared.contracts.filing import InstitutionRegistered
from shared.errors import NotFound
from shared.identity.scope import Scope
from shared.messaging.memory import MemoryBus
from shared.messaging.outbox import Outbox
from shared.messaging.subscriptions import Subscriptions
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.security import protect
from shared.persistence.tables import service_metadata
from shared.persistence.unit_of_work import Transaction, Works
from shared.policy import Policy
from shared.province.adapter import ProvinceAdapter
from shared.service import Runtime, Worker
from shared.settings import Profile, Settings

SENDER, LISTENER = "sender", "listener"
CONNECTIONS = 8

metadata = service_metadata()
record = Table(
    "record",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("organ", Text, nullable=False),
    Column("name", Text, nullable=False),
)
PROTECTION = protect("record")
_EMPTY = text(f"TRUNCATE {', '.join(table.name for table in metadata.sorted_tables)}")
_COUNT = text("SELECT count(*) FROM record")


class UnknownRecord(NotFound):
    """没有此记录 · No such record."""

    code = "NJT-CLI-0012"


@dataclass(eq=False, kw_only=True)
class Record:
    """What an institution is called."""

    id: UUID
    organ: str
    name: str
    version: int = 0


class Records(SqlAggregates[Record]):
    """Records in PostgreSQL, under row-level security and in the ledger like every aggregate."""

    table = record
    missing = UnknownRecord

    def to_row(self, aggregate: Record) -> dict[str, Any]:
        return {"id": aggregate.id, "organ": aggregate.organ, "name": aggregate.name}

    def to_aggregate(self, row: RowMapping) -> Record:
        return Record(**row)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work holds; `heard` is told of each fact that was acted on."""

    records: Records
    outbox: Outbox
    heard: Callable[[UUID], None]


async def register(event: InstitutionRegistered, work: Work) -> None:
    """Write the state and announce it."""
    work.records.add(Record(id=event.institution_id, organ=event.organ, name=event.name))
    work.outbox.add(event)


async def note_registered(event: InstitutionRegistered, work: Work) -> None:
    """The effect: one row."""
    work.records.add(Record(id=event.institution_id, organ=event.organ, name=event.name))
    work.heard(event.institution_id)


class Witness:
    """Which facts took effect, and when: told of each by the handler, and of the commit that made them true."""

    def __init__(self) -> None:
        self._in_hand: list[UUID] = []
        self.moments = Moments()

    def heard(self, subject: UUID) -> None:
        self._in_hand.append(subject)

    def begun(self) -> None:
        """Whatever was in hand was undone."""
        self._in_hand.clear()

    def committed(self) -> None:
        self.moments.note(self._in_hand)


class _Witnessed(Works[Work]):
    """Units of work whose commits are seen; messages are consumed one batch at a time."""

    witness: Witness

    @asynccontextmanager
    async def transaction(self, scope: Scope) -> AsyncIterator[Transaction]:
        consuming = scope.act == "consume"
        if consuming:
            self.witness.begun()
        async with super().transaction(scope) as transaction:
            yield transaction
        if consuming:
            self.witness.committed()


@asynccontextmanager
async def runtime_of(service: str, cue: Cue, witness: Witness) -> AsyncIterator[Runtime[Work]]:
    """A service's whole machinery on empty tables: traces sampled at 100 %, ledger, row-level security."""
    province = ProvinceAdapter[Work](service)

    def bind(transaction: Transaction, policy: Policy) -> Work:
        del policy  # nothing is decided here
        records = Records(transaction.connection, transaction.ledger)
        transaction.keep(records)
        return Work(records=records, outbox=transaction.outbox, heard=witness.heard)

    def wake() -> None:
        for each in runtime.wakes:
            each()

    runtime = Runtime(service=service, settings=_settings(cue), bind=bind, province=province)
    works = _Witnessed(
        runtime.engine,
        lambda transaction: bind(transaction, runtime.policy),
        clock=runtime.clock,
        tell=province.dispatch,
        announced=wake,
    )
    works.witness = witness
    runtime.works = works
    try:
        async with runtime.engine.connect() as connection, connection.begin():
            await connection.execute(_EMPTY)
        yield runtime
    finally:
        await runtime.close()


def hearing() -> Subscriptions[Work]:
    """What the listener acts on."""
    subscriptions = Subscriptions[Work]()
    subscriptions.on(InstitutionRegistered, note_registered)
    return subscriptions


def worker_of(runtime: Runtime[Work]) -> Worker[Work]:
    """The listener's worker, with everything a worker does; its line to the province is silent."""
    return Worker(runtime, subscriptions=hearing(), province_bus=MemoryBus())


async def recorded(runtime: Runtime[Work]) -> int:
    """How many records there are, in truth."""
    async with runtime.works.transaction(Scope.of_service(runtime.service, "count")) as transaction:
        return int((await transaction.connection.execute(_COUNT)).scalar_one())


def _settings(cue: Cue) -> Settings:
    nowhere = "http://127.0.0.1:9"
    groups: dict[str, Any] = {
        "profile": Profile.TEST,
        "database": {"url": cue.database, "pool_size": CONNECTIONS},
        "bus": {"url": cue.broker},
        "identity": {"issuer": nowhere, "jwks_url": nowhere},
        "province": {
            "signing_key_file": cue.keys / "filing.pem",
            "peer_keys_file": cue.keys / "province-keys.json",
        },
        "telemetry": {"otlp_endpoint": cue.collector, "sample_ratio": 1.0, "log_level": "WARNING"},
    }
    return Settings(**groups)
