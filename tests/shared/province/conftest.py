"""A city at the exchange, on a database of these tests' own that each test finds empty."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.persistence.engine import create_engine
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.shared.province.certificates import Office, opened
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


@pytest.fixture
async def emptied(exchange_database: SuiteDatabase) -> SuiteDatabase:
    """The database with nothing in it; deleting is quicker than copying a fresh one."""
    for service in _SERVICES:
        connection = await asyncpg.connect(exchange_database.owners[service])
        tables = await connection.fetch(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = $1::regnamespace"
            " AND relname <> 'alembic_version'",
            service,
        )
        wiped = "; ".join(f'DELETE FROM "{service}"."{table["relname"]}"' for table in tables)  # noqa: S608 — names the catalogue gave
        await connection.execute(f"SET njt.everything = 'on'; {wiped}")
        await connection.close()
    return exchange_database


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
async def city(emptied: SuiteDatabase, engine: AsyncEngine, policy: Policy) -> AsyncIterator[City]:
    del emptied  # what was there before must be gone
    city = City(engine, policy)
    yield city
    city.telemetry.shutdown()


@pytest.fixture(scope="session")
def exchange_home(scratch: Path) -> Home:
    """Keys and a clock of these tests' own."""
    return Home.at(scratch / "exchange-home")


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
async def office(
    emptied: SuiteDatabase, exchange_home: Home, make_plan: Callable[..., Plan], spans: InMemorySpanExporter
) -> AsyncIterator[Office]:
    """Subsidy with keys that seal what it must hold."""
    plan = replace(
        make_plan(emptied, bases=dict.fromkeys(SERVICES, "http://service.test"), story=True),
        home=exchange_home,
    )
    async with opened(plan, spans) as office:
        yield office
