"""Where the bench of filing takes place: a durable PostgreSQL with one database to work on and two registers to read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from cli.bench.actors import Cue
from cli.bench.contest import Say
from cli.bench.filing.seed import fill
from cli.bench.filing.sizes import Sizes
from cli.bench.peers.orm import SCHEMA
from cli.collector import Collector
from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from cli.suite.database import drop_database, migrate_all, provide_database
from cli.suite.home import Home

_NAMES = ("njt_bench_desk", "njt_bench_few", "njt_bench_many")


@dataclass(frozen=True, kw_only=True)
class Place:
    """One database: as the service meets it, and as its superuser does, who prepares it."""

    cue: Cue
    url: str


@dataclass(frozen=True, kw_only=True)
class Ground:
    """A desk that every measurement finds empty, a small and a large register, and a folder for files."""

    desk: Place
    few: Place
    many: Place
    folder: Path


@contextmanager
def _started(say: Say) -> Iterator[tuple[str, Path]]:
    with scratch_folder() as folder:
        server = start_postgres(folder / "postgres", durable=True, say=say)
        try:
            yield server.url, folder
        finally:
            server.stop()


@asynccontextmanager
async def prepared(sizes: Sizes, say: Say) -> AsyncIterator[Ground]:
    """Everything is there for the block, and gone afterwards."""
    starting = _started(say)
    server, folder = await asyncio.to_thread(starting.__enter__)
    collector = Collector(capacity=1)
    try:
        for name in _NAMES:
            await drop_database(server, name)
        collecting = await collector.start()
        desk = await _place(server, folder, collecting)
        few, many = [await _another(server, name, desk) for name in _NAMES[1:]]
        for place, count in ((few, sizes.few), (many, sizes.many)):
            say(f"{count:,} 件办件、{count:,} 家机构 · {count:,} cases and institutions")
            await fill(place.url, place.cue, cases=count, institutions=count)
        yield Ground(desk=desk, few=few, many=many, folder=folder)
    finally:
        await collector.stop()
        for name in _NAMES:
            await drop_database(server, name)
        await asyncio.to_thread(starting.__exit__, None, None, None)


async def _place(server: str, folder: Path, collecting: str) -> Place:
    """A database with filing's schema, and the peers' beside it."""
    home = Home.at(folder / "home")
    database = await provide_database(server, _NAMES[0], secrets_file=home.passwords)
    await migrate_all(database, ("filing",))
    url = _within(server, _NAMES[0])
    await _execute(url, f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION njt_filing")
    cue = Cue(
        database=database.services["filing"],
        broker="memory://",
        collector=collecting,
        keys=home.folder,
        count=0,
    )
    return Place(cue=cue, url=url)


async def _another(server: str, name: str, like: Place) -> Place:
    """A copy of a database to which nobody is connected."""
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {_NAMES[0]}")
    cue = like.cue.model_copy(update={"database": _within(like.cue.database, name)})
    return Place(cue=cue, url=_within(like.url, name))


def _within(url: str, name: str) -> str:
    address = make_url(url).set(drivername="postgresql", database=name)
    return address.render_as_string(hide_password=False)


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
