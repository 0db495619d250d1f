"""The city's policy, and units of work in memory and on PostgreSQL."""

from itertools import count
from typing import cast

import pytest

from services.accounts.handlers import Work
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.accounts.fakes import memory_works
from tests.accounts.works import OpenWork
from tests.fakes import MemoryWorks
from tests.interfaces import Interfaces, interfaces, story

__all__ = ["interfaces", "story"]

_organs = count(1)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
def memory(policy: Policy) -> MemoryWorks[Work]:
    return memory_works(policy)


@pytest.fixture(params=["memory", "postgresql"])
def works(request: pytest.FixtureRequest, memory: MemoryWorks[Work], interfaces: Interfaces) -> OpenWork:
    """Opens units of work; every test that takes it proves the fake and the real repository alike."""
    if request.param == "memory":
        return memory
    return cast("OpenWork", interfaces.suite.runtimes["accounts"].works)


@pytest.fixture
def organ() -> str:
    """An organ whose rows nobody else writes."""
    return f"T{next(_organs):05}"
