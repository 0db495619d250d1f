"""What journeys start from."""

from collections.abc import Callable

import pytest

from cli.servers.places import free_port
from cli.suite.database import SERVICES, SuiteDatabase
from cli.suite.home import Plan


@pytest.fixture
def worker_environment(database: SuiteDatabase, make_plan: Callable[..., Plan]) -> dict[str, str]:
    """The variables of an accounts worker whose broker is not there."""
    nowhere = f"amqp://nobody:nothing@127.0.0.1:{free_port()}/"
    bases = dict.fromkeys(SERVICES, "http://127.0.0.1:1")
    plan = make_plan(database, bases=bases, bus_url=nowhere, province_url=nowhere)
    return plan.environment("accounts")
