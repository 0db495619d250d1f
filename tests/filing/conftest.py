"""The city's policy, and filing's units of work on PostgreSQL."""

from itertools import count

import pytest

from services.filing.handlers import Work
from shared.contracts.scope import ScopeItem
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces, interfaces, story

__all__ = ["interfaces", "story"]

_organs = count(1)


@pytest.fixture(scope="session")
def policy() -> Policy:
    return load_policy(PolicySettings().folder)


@pytest.fixture
def works(interfaces: Interfaces, policy: Policy) -> FilingWorks:
    """Filing's units of work on the suite's database; the moment is AT until a test moves it."""
    return FilingWorks(interfaces.suite.runtimes["filing"].engine, policy)


@pytest.fixture
def organ() -> str:
    """An organ whose rows nobody else writes."""
    return f"T{next(_organs):05}"


@pytest.fixture
async def uncovered(works: FilingWorks, policy: Policy) -> list[ScopeItem]:
    """What the catalogue offers that nobody evaluates yet, the first edition's."""
    async with works(EVERYTHING) as work:
        return await free_of(work, policy)


async def free_of(work: Work, policy: Policy) -> list[ScopeItem]:
    """The highest level of each occupation of the first edition that no institution covers."""
    offered = [each for each in policy.evaluable() if not each.succeeds]
    return [
        ScopeItem(edition=each.edition, occupation=each.code, work_type="", level=min(each.levels))
        for each in offered
        if not await work.institutions.any_covers([each.occupation], on=work.today)
    ]
