"""Units of work on filing's tables, and the database as other roles see it."""

from collections.abc import AsyncIterator
from itertools import count

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SuiteDatabase
from services.filing.handlers import Work
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Works
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.databases import Bell, connected, filing_works, superuser_url

_organs = count(1)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture(scope="session")
async def engine(database: SuiteDatabase) -> AsyncIterator[AsyncEngine]:
    """Filing's own pool, of two connections."""
    pool = create_engine(database.services["filing"], schema="filing", pool_size=2)
    yield pool
    await pool.dispose()


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def works(engine: AsyncEngine, policy: Policy, bell: Bell) -> Works[Work]:
    """Filing's units of work, ringing the bell when there is something to send."""
    return filing_works(engine, policy, bell)


@pytest.fixture
def organ() -> str:
    """An organ whose rows nobody else writes."""
    return f"P{next(_organs):05}"


@pytest.fixture
async def superuser(postgres_url: str, database: SuiteDatabase) -> AsyncIterator[asyncpg.Connection]:
    """Sees and may do everything."""
    async with connected(superuser_url(postgres_url, database)) as connection:
        yield connection
