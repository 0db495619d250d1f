"""The suite's interfaces on a database of these tests' own that each test finds empty."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from cli.suite.database import SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.settings import Profile
from tests.interfaces import Interfaces, opened_on
from tests.shared.service.desk import Desk

_WIPED = ("filing", "subsidy")


@pytest.fixture(scope="session")
async def desk_database(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    name = f"njt_desk_{uuid4().hex[:12]}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database)
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture(scope="session")
async def desk_suite(desk_database: SuiteDatabase, scratch: Path) -> AsyncIterator[Interfaces]:
    """Keys and a clock of these tests' own."""
    own = Home.at(scratch / "desk-home")

    def plan(database: SuiteDatabase, *, bases: dict[str, str], story: bool) -> Plan:
        return Plan(home=own, database=database, bases=bases, profile=Profile.TEST, story=story)

    async with opened_on(desk_database, own, plan) as opened:
        yield opened


async def _emptied(database: SuiteDatabase, service: str) -> None:
    owner = await asyncpg.connect(database.owners[service])
    tables = await owner.fetch(
        "SELECT oid::regclass::text AS name FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = $1::regnamespace AND relname <> 'alembic_version'",
        service,
    )
    wiped = "; ".join(f"DELETE FROM {table['name']}" for table in tables)  # noqa: S608 — names the catalogue gave
    await owner.execute(f"SET njt.everything = 'on'; {wiped}")
    await owner.close()


@pytest.fixture
async def desk(desk_suite: Interfaces, desk_database: SuiteDatabase) -> Desk:
    """Filing, whose messages to the province are about institutions."""
    await _emptied(desk_database, "filing")
    return Desk(desk_suite, "filing")


@pytest.fixture
async def office(desk_suite: Interfaces, desk_database: SuiteDatabase) -> Desk:
    """Subsidy, to which the province writes of people."""
    await _emptied(desk_database, "subsidy")
    return Desk(desk_suite, "subsidy")
