"""What journeys start from."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.servers.places import free_port
from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Home, Plan
from tests.interfaces import Interfaces, interfaces
from tests.journeys.belongings import Belongings, of_the_district

__all__ = ["interfaces"]


@pytest.fixture(scope="session")
async def belongings(interfaces: Interfaces) -> Belongings:
    """One of everything that is the district's."""
    return await of_the_district(interfaces)


@pytest.fixture
def worker_environment(database: SuiteDatabase, make_plan: Callable[..., Plan]) -> dict[str, str]:
    """The variables of an accounts worker whose broker is not there."""
    nowhere = f"amqp://nobody:nothing@127.0.0.1:{free_port()}/"
    bases = dict.fromkeys(SERVICES, "http://127.0.0.1:1")
    plan = make_plan(database, bases=bases, bus_url=nowhere, province_url=nowhere)
    return plan.environment("accounts")


@pytest.fixture(scope="session")
def story_folder(database: SuiteDatabase, home: Home, scratch: Path) -> Callable[[str], Path]:
    """A home for a story of its own; roles belong to the whole server, so their passwords stay the same."""
    assert database.owners

    def make(name: str) -> Path:
        folder = scratch / name
        folder.mkdir()
        shutil.copy(home.passwords, folder)
        return folder

    return make
