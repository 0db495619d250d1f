"""The city's own policy pack, read once."""

import pytest

from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.interfaces import interfaces, story
from tests.subsidy.fakes import Desk

__all__ = ["interfaces", "story"]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy)
