"""Where benches take place: a durable PostgreSQL, a RabbitMQ and a collector of traces, gone afterwards."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from cli.bench.actors import Cue
from cli.bench.contest import Say
from cli.bench.peers.database import SCHEMA, TABLES
from cli.bench.service import LISTENER, PROTECTION, SENDER, metadata
from cli.collector import Collector
from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from cli.servers.rabbitmq import RabbitServer, start_private_rabbitmq
from cli.suite.database import drop_database
from cli.suite.home import Home
from shared.persistence.engine import create_engine

_NAME = "njt_bench"


@dataclass(frozen=True, kw_only=True)
class Servers:
    """The addresses of what runs; the database's user may create roles and databases. `rabbit` may be restarted."""

    postgres: str
    broker: str
    keys: Path
    rabbit: RabbitServer


@contextmanager
def _started(say: Say) -> Iterator[Servers]:
    """A broker of its own in any case: on one that is in use, others would hear of institutions that do not exist."""
    with scratch_folder() as folder:
        postgres = start_postgres(folder / "postgres", durable=True, say=say)
        try:
            broker = start_private_rabbitmq(folder / "rabbitmq", say=say)
            try:
                keys = Home.at(folder / "home").folder
                yield Servers(postgres=postgres.url, broker=broker.url, keys=keys, rabbit=broker)
            finally:
                broker.stop()
        finally:
            postgres.stop()


@asynccontextmanager
async def own_servers(say: Say) -> AsyncIterator[Servers]:
    """Servers of one run's own; the database may be one that `DATABASE_URL` names."""
    starting = _started(say)
    servers = await asyncio.to_thread(starting.__enter__)
    try:
        yield servers
    finally:
        await asyncio.to_thread(starting.__exit__, None, None, None)


@asynccontextmanager
async def prepared(servers: Servers) -> AsyncIterator[Cue]:
    """A database with the tables of both services and of the peers, and a collector; a cue that names them."""
    collector = Collector(capacity=1)
    async with AsyncExitStack() as stack:
        endpoint = await collector.start()
        stack.push_async_callback(collector.stop)
        await drop_database(servers.postgres, _NAME)
        url = await _create_database(servers.postgres)
        stack.push_async_callback(_drop, servers.postgres)
        for service in (SENDER, LISTENER):
            await _create_tables(url, service)
        yield Cue(database=url, broker=servers.broker, collector=endpoint, keys=servers.keys, count=0)


async def _create_database(server_url: str) -> str:
    """A database whose schemas belong to a role that row-level security holds for; its address."""
    password = secrets.token_hex(16)
    server = make_url(server_url).set(drivername="postgresql")
    connection = await asyncpg.connect(server.render_as_string(hide_password=False))
    try:
        await connection.execute(f"DROP ROLE IF EXISTS {_NAME}")
        await connection.execute(f"CREATE ROLE {_NAME} LOGIN PASSWORD '{password}'")
        await connection.execute(f"CREATE DATABASE {_NAME} OWNER {_NAME}")
    finally:
        await connection.close()
    url = server.set(username=_NAME, password=password, database=_NAME).render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    try:
        for schema in (SENDER, LISTENER, SCHEMA):
            await connection.execute(f"CREATE SCHEMA {schema}")
        await connection.execute(f"SET search_path = {SCHEMA}; {TABLES}")
    finally:
        await connection.close()
    return url


async def _create_tables(url: str, service: str) -> None:
    engine = create_engine(url, schema=service, pool_size=1)
    try:
        async with engine.connect() as connection, connection.begin():
            await connection.run_sync(metadata.create_all)
            for statement in PROTECTION:
                await connection.exec_driver_sql(statement)
    finally:
        await engine.dispose()


async def _drop(server_url: str) -> None:
    await drop_database(server_url, _NAME)
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"DROP ROLE IF EXISTS {_NAME}")
    finally:
        await connection.close()
