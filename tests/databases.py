"""Databases as tests reach for them: filing's units of work on a pool, and bare connections in any role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SuiteDatabase
from services.filing.handlers import Work
from services.filing.province import province
from services.filing.repository import bind
from shared.persistence.unit_of_work import Works
from shared.policy import Policy
from tests.builders import AT


@dataclass
class StoppedClock:
    """Tells one moment until it is given another."""

    moment: datetime = AT

    def now(self) -> datetime:
        return self.moment


@dataclass
class Bell:
    """Counts how often it was rung."""

    rung: int = 0
    clock: StoppedClock = field(default_factory=StoppedClock)

    def ring(self) -> None:
        self.rung += 1


def filing_works(engine: AsyncEngine, policy: Policy, bell: Bell) -> Works[Work]:
    return Works(
        engine,
        lambda transaction: bind(transaction, policy),
        clock=bell.clock,
        tell=province.dispatch,
        announced=bell.ring,
    )


@asynccontextmanager
async def connected(url: str, schema: str = "filing") -> AsyncIterator[asyncpg.Connection]:
    """A bare connection, with whatever role the address names."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, server_settings={"search_path": schema})
    try:
        yield connection
    finally:
        await connection.close()


def superuser_url(server_url: str, database: SuiteDatabase) -> str:
    """The address of a database for the user that sees and may do everything."""
    name = make_url(next(iter(database.services.values()))).database
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)
