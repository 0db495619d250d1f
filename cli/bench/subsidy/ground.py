"""Where the bench takes place: a durable PostgreSQL with the tables of subsidy under row-level security."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from cli.bench.contest import Say
from cli.bench.subsidy.cohort import SCHEMA
from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from cli.suite.database import drop_database
from services.subsidy.tables import metadata
from shared.persistence.engine import create_engine
from shared.persistence.security import protect

PEER = "peer"
PROTECTED = ("certificate", "claim", "claim_item")
"""Of the tables a decision reads or writes, those under territorial isolation."""
_NAME = "njt_bench_subsidy"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The database as a role for which row-level security holds, and a folder gone afterwards."""

    database: str
    folder: Path


@contextmanager
def _started(say: Say) -> Iterator[tuple[str, Path]]:
    with scratch_folder() as folder:
        postgres = start_postgres(folder / "postgres", durable=True, say=say)
        try:
            yield postgres.url, folder
        finally:
            postgres.stop()


@asynccontextmanager
async def prepared(say: Say) -> AsyncIterator[Ground]:
    """A database of one run's own; the server may be one that `DATABASE_URL` names."""
    starting = _started(say)
    server, folder = await asyncio.to_thread(starting.__enter__)
    try:
        url = await _create(server)
        try:
            yield Ground(database=url, folder=folder)
        finally:
            await _drop(server)
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)


async def _create(server_url: str) -> str:
    password = secrets.token_hex(16)
    server = make_url(server_url).set(drivername="postgresql")
    await _drop(server_url)
    connection = await asyncpg.connect(server.render_as_string(hide_password=False))
    try:
        await connection.execute(f"CREATE ROLE {_NAME} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE DATABASE {_NAME} OWNER {_NAME}")
    finally:
        await connection.close()
    url = server.set(username=_NAME, password=password, database=_NAME).render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"CREATE SCHEMA {SCHEMA}; CREATE SCHEMA {PEER}")
    finally:
        await connection.close()
    engine = create_engine(url, schema=SCHEMA, pool_size=1)
    try:
        async with engine.connect() as kept, kept.begin():
            await kept.run_sync(metadata.create_all)
            for table in PROTECTED:
                for statement in protect(table, holder="uscc"):
                    await kept.exec_driver_sql(statement)
    finally:
        await engine.dispose()
    return url


async def _drop(server_url: str) -> None:
    await drop_database(server_url, _NAME)
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"DROP ROLE IF EXISTS {_NAME}")
    finally:
        await connection.close()
