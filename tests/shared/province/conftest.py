"""A city at the exchange, on a database of each test's own that is copied from one that was migrated once."""

import os
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home
from shared.persistence.engine import create_engine
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.shared.province.service import City

_SERVICES = ("filing", "subsidy")


@pytest.fixture(scope="session")
async def exchange_pattern(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """A migrated database to be copied."""
    name = f"njt_exchange_{os.getpid()}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database, _SERVICES)
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture
async def exchange_database(
    postgres_url: str, exchange_pattern: SuiteDatabase
) -> AsyncIterator[SuiteDatabase]:
    """A database that this test has for itself."""
    name = f"njt_exchange_{uuid4().hex[:12]}"

    def renamed(addresses: dict[str, str]) -> dict[str, str]:
        urls = {service: make_url(url).set(database=name) for service, url in addresses.items()}
        return {service: url.render_as_string(hide_password=False) for service, url in urls.items()}

    pattern = make_url(exchange_pattern.services["filing"]).database
    server = await asyncpg.connect(postgres_url)
    await server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{pattern}"')
    await server.close()
    yield replace(
        exchange_pattern,
        owners=renamed(exchange_pattern.owners),
        services=renamed(exchange_pattern.services),
    )
    await drop_database(postgres_url, name)


@pytest.fixture
async def engine(exchange_database: SuiteDatabase) -> AsyncIterator[AsyncEngine]:
    engine = create_engine(exchange_database.services["filing"], schema="filing")
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


MakeCity = Callable[..., City]


@pytest.fixture
async def city(engine: AsyncEngine, policy: Policy) -> AsyncIterator[City]:
    city = City(engine, policy)
    yield city
    city.telemetry.shutdown()


@pytest.fixture(scope="session")
def exchange_home(scratch: Path) -> Home:
    """Keys and a clock of these tests' own."""
    return Home.at(scratch / "exchange-home")
