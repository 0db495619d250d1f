"""A city at the exchange, on a database of these tests' own that each test finds empty."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.persistence.engine import create_engine
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings, Profile
from tests.shared.province.certificates import Office, opened
from tests.shared.province.reconciling import TwoBooks, two_books
from tests.shared.province.service import City

_SERVICES = ("filing", "subsidy")


@pytest.fixture(scope="session")
async def exchange_database(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    name = f"njt_exchange_{os.getpid()}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database, _SERVICES)
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture(scope="session")
async def engine(exchange_database: SuiteDatabase) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(exchange_database.services["filing"], schema="filing")
    yield engine
    await engine.dispose()


Empty = Callable[[str], Awaitable[None]]


@pytest.fixture(scope="session")
async def empty(exchange_database: SuiteDatabase) -> AsyncIterator[Empty]:
    """Empties a service's tables; deleting is quicker than copying a fresh database."""
    owners: dict[str, tuple[asyncpg.Connection, str]] = {}
    for service in _SERVICES:
        owner = await asyncpg.connect(exchange_database.owners[service])
        tables = await owner.fetch(
            "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = $1::regnamespace AND relname <> 'alembic_version'",
            service,
        )
        wiped = "; ".join(f"DELETE FROM {table['name']}" for table in tables)  # noqa: S608 — names the catalogue gave
        owners[service] = owner, f"SET njt.everything = 'on'; {wiped}"

    async def empty(service: str) -> None:
        owner, statements = owners[service]
        await owner.execute(statements)

    yield empty
    for owner, _ in owners.values():
        await owner.close()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
async def city(empty: Empty, engine: AsyncEngine, policy: Policy) -> AsyncIterator[City]:
    await empty("filing")
    city = City(engine, policy)
    yield city
    city.telemetry.shutdown()


@pytest.fixture
async def books(city: City) -> AsyncIterator[TwoBooks]:
    """Both ends of the exchange, and their books."""
    async with two_books(city) as books:
        yield books


@pytest.fixture(scope="session")
def exchange_home(scratch: Path) -> Home:
    """Keys and a clock of these tests' own."""
    return Home.at(scratch / "exchange-home")


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def office(
    empty: Empty,
    exchange_database: SuiteDatabase,
    exchange_home: Home,
    spans: InMemorySpanExporter,
) -> AsyncIterator[Office]:
    """Subsidy with keys that seal what it must hold."""
    await empty("subsidy")
    plan = Plan(
        home=exchange_home,
        database=exchange_database,
        bases=dict.fromkeys(SERVICES, "http://service.test"),
        profile=Profile.TEST,
        story=True,
    )
    async with opened(plan, spans) as office:
        yield office
