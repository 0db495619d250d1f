"""A ledger of its own to be filled, sealed and tampered with."""

from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home
from services.filing.handlers import Work
from shared.ledger import seal
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Works
from shared.policy import load_policy
from shared.settings import PolicySettings
from tests.databases import Bell, connected, filing_works, superuser_url

Seal = Callable[..., object]


@pytest.fixture(scope="module")
async def ledgers(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """A database with filing's tables only."""
    name = f"njt_test_{uuid4().hex[:12]}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database, ("filing",))
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture(scope="module")
async def engine(ledgers: SuiteDatabase) -> AsyncIterator[AsyncEngine]:
    """Filing's own pool."""
    pool = create_engine(ledgers.services["filing"], schema="filing", pool_size=5)
    yield pool
    await pool.dispose()


@pytest.fixture(scope="module")
def works(engine: AsyncEngine) -> Works[Work]:
    return filing_works(engine, load_policy(PolicySettings().folder), Bell())


@pytest.fixture
async def superuser(postgres_url: str, ledgers: SuiteDatabase) -> AsyncIterator[asyncpg.Connection]:
    """May rewrite history; begins each test with an empty one."""
    async with connected(superuser_url(postgres_url, ledgers)) as connection:
        await connection.execute("TRUNCATE ledger_entry, ledger_link RESTART IDENTITY")
        yield connection


async def sealed(engine: AsyncEngine, *, most: int = 2000) -> int:
    """Link what is not linked yet, in a transaction of its own; how many entries that were."""
    async with engine.connect() as connection, connection.begin():
        return await seal(connection, most=most)
