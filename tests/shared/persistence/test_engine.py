"""What every connection of a service's pool is set to."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.database import SuiteDatabase
from shared.persistence.engine import create_engine


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("search_path", "filing"),
        ("TimeZone", "UTC"),
        ("application_name", "njt-filing"),
        ("idle_in_transaction_session_timeout", "1min"),
        ("jit", "off"),
    ],
)
async def test_a_connection_is_set_up_for_its_service(engine: AsyncEngine, setting: str, value: str) -> None:
    async with engine.connect() as connection:
        assert (await connection.execute(text(f"SHOW {setting}"))).scalar_one() == value


@pytest.mark.parametrize("form", ["postgresql", "postgresql+asyncpg"])
async def test_any_form_of_address_is_read_as_asyncpgs(database: SuiteDatabase, form: str) -> None:
    url = database.services["filing"].replace("postgresql", form, 1)
    pool = create_engine(url, schema="filing", pool_size=1)
    async with pool.connect() as connection:
        assert (await connection.execute(text("SELECT current_user"))).scalar_one() == "njt_filing"
    await pool.dispose()


async def test_a_refused_statement_leaves_the_pool_usable(engine: AsyncEngine) -> None:
    for _ in range(4):
        async with engine.connect() as connection:
            with pytest.raises(DBAPIError):
                await connection.execute(text("SELECT 1 / 0"))
    async with engine.connect() as connection:
        assert (await connection.execute(text("SELECT 1"))).scalar_one() == 1
