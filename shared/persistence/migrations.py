"""Brings a service's schema to the revision its code expects."""

import asyncio
from functools import cache
from io import StringIO
from pathlib import Path

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from shared.settings import REPOSITORY


def migrate(service: str, url: str, *, to: str = "head") -> None:
    """Upgrade or downgrade a service's schema; must not be called inside a running event loop."""
    config = _config(service, url)
    if to == "base" or to.startswith("-"):
        command.downgrade(config, to)
    else:
        command.upgrade(config, to)


def check(service: str, url: str) -> None:
    """Raises alembic's CommandError when the tables in the code and the migrations say different things."""
    command.check(_config(service, url))


@cache
def head(service: str) -> str:
    """The newest revision the code knows."""
    found = ScriptDirectory(str(_folder(service))).get_current_head()
    if found is None:
        raise LookupError(f"{service} 没有迁移脚本 · {service} has no migrations")
    return found


async def current(connection: AsyncConnection) -> str | None:
    """The revision the connection's schema is at; None before the first."""
    return await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())


def run(metadata: MetaData) -> None:
    """What every service's `migrations/env.py` does: run the asked-for steps over one asyncpg connection."""
    url = context.config.attributes["url"]
    schema = context.config.attributes["schema"]
    asyncio.run(_run(url, schema, metadata))


async def _run(url: str, schema: str, metadata: MetaData) -> None:
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        poolclass=NullPool,
        connect_args={"server_settings": {"search_path": schema}},
    )
    async with engine.connect() as connection:
        await connection.run_sync(_run_sync, metadata)
    await engine.dispose()


def _run_sync(connection: Connection, metadata: MetaData) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _config(service: str, url: str) -> Config:
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(_folder(service)))
    config.attributes["url"] = url
    config.attributes["schema"] = service
    return config


def _folder(service: str) -> Path:
    return REPOSITORY / "services" / service / "migrations"
