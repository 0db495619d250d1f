"""The city's own policy pack."""

import pytest

from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.interfaces import interfaces, story

__all__ = ["interfaces", "story"]


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)
