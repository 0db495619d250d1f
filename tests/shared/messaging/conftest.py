"""Both buses, and a service on a database that is empty when a test begins."""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.servers.rabbitmq import RabbitServer
from cli.suite.database import SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home
from shared.contracts.event import EVENTS
from shared.messaging.bus import Bus, Topology
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus
from shared.persistence.engine import create_engine
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import FACTS, GRANTS, tables

TABLES = """
    SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
    WHERE schemaname = 'accounts' AND tablename <> 'alembic_version'
"""


class PassingBus(RabbitBus):
    """RabbitMQ for one test: the queues it declared go with it."""

    def __init__(self, url: str) -> None:
        super().__init__(url, name="tests")
        self._address = url
        self._names: set[str] = set()

    async def declare(self, topology: Topology) -> None:
        self._names |= {name for queue in topology.queues for name in (queue.name, queue.dead)}
        await super().declare(topology)

    async def clear(self) -> None:
        await self.close()
        async with await aio_pika.connect(self._address) as connection:
            channel = await connection.channel()
            for name in self._names:
                await channel.queue_delete(name)


@pytest.fixture
async def rabbit(broker: RabbitServer) -> AsyncIterator[RabbitBus]:
    bus = PassingBus(broker.url)
    yield bus
    await bus.clear()


@pytest.fixture(params=["memory", "rabbit"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """The in-process bus and RabbitMQ: whatever is promised of one holds for the other."""
    if request.param == "memory":
        yield MemoryBus()
        return
    broker: RabbitServer = request.getfixturevalue("broker")
    bus = PassingBus(broker.url)
    yield bus
    await bus.clear()


@pytest.fixture(autouse=True)
def _facts_of_the_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own announcements are known while one of these tests runs, and only then."""
    for fact in FACTS:
        monkeypatch.setitem(EVENTS, fact.topic, fact)


@pytest.fixture(scope="session")
async def migrated(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """A migrated database with the tests' own tables, for the tests of messaging alone."""
    name = f"njt_messaging_{os.getpid()}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database, ("accounts",))
    engine = create_engine(database.owners["accounts"], schema="accounts")
    async with engine.begin() as connection:
        await connection.run_sync(tables.create_all)
        for grant in GRANTS:
            await connection.execute(grant)
    await engine.dispose()
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture
async def store(migrated: SuiteDatabase) -> str:
    """The address, as the service's own role, of a database in which every table is empty."""
    owner = await asyncpg.connect(migrated.owners["accounts"])
    names = await owner.fetch(TABLES)
    await owner.execute(f"TRUNCATE {', '.join(row['name'] for row in names)} RESTART IDENTITY")
    await owner.close()
    return migrated.services["accounts"]


@pytest.fixture
async def engine(store: str) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(store, schema="accounts")
    yield engine
    await engine.dispose()


@pytest.fixture
async def service(engine: AsyncEngine) -> AsyncIterator[CountingService]:
    """A service that has heard nothing yet, with a clock that stands until it is moved."""
    service = CountingService(engine, name=f"tests-{uuid4().hex[:10]}")
    yield service
    service.telemetry.shutdown()
