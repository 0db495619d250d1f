"""PostgreSQL starts, keeps its data whatever happens to it, and ends with whoever started it."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from cli.servers.installations import DatabaseUnavailable
from cli.servers.places import LOOPBACK
from cli.servers.postgres import PostgresServer, start_postgres
from cli.servers.processes import wait_until

REPOSITORY = Path(__file__).resolve().parents[3]
Start = Callable[[Path], PostgresServer]


def silent(_: str) -> None: ...


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts PostgreSQL on a folder; whatever still runs at the end is stopped."""
    with ExitStack() as started:

        def begin(folder: Path) -> PostgresServer:
            server = start_postgres(folder, durable=False, say=silent)
            started.callback(server.stop)
            return server

        yield begin


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://"))
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()


async def asked(url: str, question: str) -> object:
    async with connected(url) as connection:
        return await connection.scalar(text(question))


async def remember(url: str, word: str) -> None:
    async with connected(url) as connection:
        await connection.execute(text("CREATE TABLE remembered (word text)"))
        await connection.execute(text("INSERT INTO remembered VALUES (:word)"), {"word": word})


async def remembered(url: str) -> object:
    return await asked(url, "SELECT string_agg(word, ',') FROM remembered")


def test_a_named_database_is_used_as_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+asyncpg://someone@db.example/suite")
    server = start_postgres(folder / "pg", durable=True, say=silent)
    server.stop()
    assert server.url == "postgresql://someone@db.example/suite"
    assert not (folder / "pg").exists()


async def test_postgres_keeps_its_data_over_a_restart(folder: Path) -> None:
    server = start_postgres(folder / "数据 pg", durable=True, say=silent)
    await remember(server.url, "南京")
    server.stop()
    again = start_postgres(folder / "数据 pg", durable=True, say=silent)
    try:
        assert again.url == server.url
        assert await remembered(again.url) == "南京"
        assert await asked(again.url, "SHOW fsync") == "on"
        assert await asked(again.url, "SHOW max_connections") == "200"
    finally:
        again.stop()


async def test_two_clusters_of_two_versions_run_at_once(
    folder: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = start(folder / "one")
    monkeypatch.setenv("NJT_POSTGRES", "18")
    two = start(folder / "two")
    monkeypatch.delenv("NJT_POSTGRES")
    for server in (one, two):
        await remember(server.url, server.url)
    for server in (one, two):
        assert await remembered(server.url) == server.url
    assert str(await asked(two.url, "SHOW server_version_num")) >= "180000"
    for server in (one, two):
        assert await asked(server.url, r"SELECT '宁' ~ '\w'")
    two.stop()
    assert await remembered(start(folder / "two").url) == two.url


async def test_a_second_start_shares_the_server_and_does_not_stop_it(folder: Path, start: Start) -> None:
    first = start(folder)
    second = start(folder)
    second.stop()
    assert second.url == first.url
    assert await asked(first.url, "SELECT 1") == 1


async def test_a_killed_postgres_starts_again_with_its_data(folder: Path, start: Start) -> None:
    server = start_postgres(folder, durable=True, say=silent)
    await remember(server.url, "kept")
    assert server.child is not None
    server.child.kill()
    server.stop()
    assert (folder / "data/postmaster.pid").exists()
    assert await remembered(start(folder).url) == "kept"


async def test_a_pid_that_another_program_has_now_does_not_stop_postgres(folder: Path, start: Start) -> None:
    server = start(folder)
    stale = (folder / "data/postmaster.pid").read_text(encoding="utf-8").splitlines()
    server.stop()
    stale[0] = str(another := os.getppid())
    (folder / "data/postmaster.pid").write_text("\n".join(stale), encoding="utf-8")
    assert await asked(start(folder).url, "SELECT 1") == 1
    assert not is_gone(another)


async def test_postgres_moves_when_its_port_was_taken(folder: Path, start: Start) -> None:
    server = start(folder)
    server.stop()
    with socket.create_server((LOOPBACK, int((folder / "port").read_text(encoding="ascii")))):
        moved = start(folder)
    assert moved.url != server.url
    assert await asked(moved.url, "SELECT 1") == 1


def test_a_postgres_that_cannot_start_says_why(folder: Path, start: Start) -> None:
    start(folder).stop()
    with (folder / "data/postgresql.conf").open("a", encoding="utf-8") as configuration:
        configuration.write("no_such_setting = 1\n")
    with pytest.raises(DatabaseUnavailable, match="no_such_setting"):
        start(folder)


STARTER = """
import os, signal, sys
from pathlib import Path
from cli.servers.postgres import start_postgres
server = start_postgres(Path(sys.argv[1]), durable=False, say=lambda _: None)
if sys.argv[2] == "unguarded":
    server.child.guardian.kill()
os.write(1, str(server.child.process.pid).encode())
os.kill(os.getpid(), signal.SIGKILL)
"""


def abandoned(folder: Path, how: str) -> int:
    """The pid of a PostgreSQL whose starter was killed a moment ago."""
    told = subprocess.run(
        [sys.executable, "-c", STARTER, folder, how], cwd=REPOSITORY, stdout=subprocess.PIPE, check=False
    )
    assert told.returncode == -signal.SIGKILL
    return int(told.stdout)


def is_gone(pid: int) -> bool:
    """Also true of a zombie, whose command line is empty."""
    cmdline = Path(f"/proc/{pid}/cmdline")
    return not cmdline.exists() or not cmdline.read_bytes()


def test_postgres_ends_when_its_starter_is_killed(folder: Path) -> None:
    pid = abandoned(folder, "guarded")
    assert wait_until(lambda: is_gone(pid), alive=lambda: True, seconds=10)


async def test_a_postgres_left_over_is_replaced(folder: Path, start: Start) -> None:
    pid = abandoned(folder, "unguarded")
    assert not is_gone(pid)
    assert await asked(start(folder).url, "SELECT 1") == 1
    assert is_gone(pid)
