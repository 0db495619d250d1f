"""Real PostgreSQL and real RabbitMQ for every test that asks for them: private, on free ports, gone at the end."""

import os
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import settings

from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from cli.servers.rabbitmq import RabbitServer, start_rabbitmq
from cli.suite.database import SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.settings import Profile

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


@pytest.fixture(autouse=True)
def _network_is_loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that reaches for another machine fails instead of depending on it."""
    connect = socket.socket.connect

    def checked(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in _LOOPBACK:
            raise AssertionError(f"a test connects to {address[0]}")
        connect(self, address)  # type: ignore[arg-type]  # whatever the caller gave

    monkeypatch.setattr(socket.socket, "connect", checked)


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder for servers' data, reachable for the unprivileged users they run as."""
    with scratch_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_url(scratch: Path) -> Iterator[str]:
    """A PostgreSQL whose user may create roles and databases."""
    server = start_postgres(scratch / "postgres", durable=False, say=_say)
    yield server.url
    server.stop()


@pytest.fixture(scope="session")
def broker(scratch: Path) -> Iterator[RabbitServer]:
    """A RabbitMQ; `AMQP_URL`, a reachable one, or a private node."""
    server = start_rabbitmq(scratch / "rabbitmq", say=_say)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def home(scratch: Path) -> Home:
    """Generated keys."""
    return Home.at(scratch / "home")


@pytest.fixture(scope="session")
async def database(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """One migrated database for the whole run; tests keep to their own rows."""
    name = f"njt_test_{os.getpid()}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database)
    yield database
    await drop_database(postgres_url, name)


@pytest.fixture
async def fresh_database(postgres_url: str, home: Home) -> AsyncIterator[SuiteDatabase]:
    """A migrated database of one test's own."""
    name = f"njt_test_{uuid4().hex[:12]}"
    database = await provide_database(postgres_url, name, secrets_file=home.passwords)
    await migrate_all(database)
    yield database
    await drop_database(postgres_url, name)


MakePlan = Callable[..., Plan]


@pytest.fixture(scope="session")
def make_plan(home: Home) -> MakePlan:
    """A plan of a suite on a database: `make_plan(database, bases=…)`."""

    def make(database: SuiteDatabase, *, bases: dict[str, str], **more: object) -> Plan:
        return Plan(home=home, database=database, bases=bases, profile=Profile.TEST, **more)  # type: ignore[arg-type]

    return make
