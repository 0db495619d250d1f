"""The city's own policy pack, read once."""

import pytest

from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.subsidy.fakes import Desk


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy)
