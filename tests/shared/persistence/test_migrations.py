"""Every service's schema can be made, unmade and made again, and is what its code says."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest
from alembic.util.exc import CommandError

from cli.suite.database import SERVICES, SuiteDatabase, drop_database, provide_database
from cli.suite.home import Home
from shared.persistence import migrations
from shared.persistence.engine import create_engine
from tests.databases import connected

_SHAPE = """
    SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns
    WHERE table_schema = current_schema();
    SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema();
    SELECT tablename, policyname, qual, with_check FROM pg_policies WHERE schemaname = current_schema();
    SELECT relname, relrowsecurity, relforcerowsecurity, relacl::text FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace;
    SELECT attrelid::regclass::text, attname, attacl::text FROM pg_attribute WHERE attacl IS NOT NULL
    AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = current_schema()::regnamespace);
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = current_schema()::regnamespace
"""


async def shape(connection: asyncpg.Connection) -> list[set[tuple[object, ...]]]:
    """Columns, indexes, policies, grants and constraints of the connection's schema."""
    return [{tuple(row) for row in await connection.fetch(query)} for query in _SHAPE.split(";")]


async def migrate(service: str, url: str, to: str = "head") -> None:
    await asyncio.to_thread(migrations.migrate, service, url, to=to)


@pytest.fixture(scope="module")
async def empty(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """Roles and schemas without a table."""
    name = f"njt_test_{uuid4().hex[:12]}"
    yield await provide_database(postgres_url, name, secrets_file=home.passwords)
    await drop_database(postgres_url, name)


@pytest.mark.parametrize("service", SERVICES)
async def test_a_schema_made_unmade_and_made_again_is_the_same(empty: SuiteDatabase, service: str) -> None:
    url = empty.owners[service]
    await migrate(service, url)
    async with connected(url, service) as connection:
        first = await shape(connection)
        assert len(first[0]) > 60
        await migrate(service, url, "base")
        left = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        assert [row["tablename"] for row in left] == ["alembic_version"]
        await migrate(service, url)
        assert await shape(connection) == first
        await asyncio.to_thread(migrations.check, service, url)


@pytest.mark.parametrize("service", SERVICES)
async def test_one_step_down_and_up_again_is_the_same(database: SuiteDatabase, service: str) -> None:
    async with connected(database.owners[service], service) as connection:
        assert await connection.fetchval("SELECT version_num FROM alembic_version") == migrations.head(
            service
        )
    await migrate(service, database.owners[service])


async def test_a_schema_that_differs_from_the_code_is_found_out(empty: SuiteDatabase) -> None:
    url = empty.owners["accounts"]
    await migrate("accounts", url)
    async with connected(url, "accounts") as connection:
        for change, back in (
            ("ALTER TABLE account ADD COLUMN more text", "ALTER TABLE account DROP COLUMN more"),
            (
                "ALTER TABLE account ALTER name DROP NOT NULL",
                "ALTER TABLE account ALTER name SET NOT NULL",
            ),
            ("DROP INDEX ix_account_opened", "CREATE INDEX ix_account_opened ON account (opened_at, id)"),
        ):
            await connection.execute(change)
            with pytest.raises(CommandError):
                await asyncio.to_thread(migrations.check, "accounts", url)
            await connection.execute(back)
    await asyncio.to_thread(migrations.check, "accounts", url)


async def test_a_schema_tells_its_revision(empty: SuiteDatabase) -> None:
    await migrate("filing", empty.owners["filing"], "base")
    engine = create_engine(empty.owners["filing"], schema="filing", pool_size=1)
    async with engine.connect() as connection:
        assert await migrations.current(connection) is None
    await migrate("filing", empty.owners["filing"])
    async with engine.connect() as connection:
        assert await migrations.current(connection) == migrations.head("filing")
    await engine.dispose()


def test_a_service_without_migrations_has_no_revision() -> None:
    with pytest.raises(Exception, match="nobody"):
        migrations.head("nobody")
