"""An association and an enterprise that take the same occupation in the same moment do so one after the other (N2.7)."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution
from services.filing.domain.stages import FilingState
from services.filing.handlers import Work
from services.filing.repository.institutions import SqlInstitutions
from services.filing.repository.turns import places_of
from shared.contracts.scope import ScopeItem
from shared.policy import NotRoutable
from tests.builders import an_institution
from tests.filing.test_coverage import is_covered, occupation, publicised, register
from tests.filing.works import EVERYTHING, FilingWorks, keep
from tests.interfaces import Interfaces

_WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def becomes(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not await condition():
            await asyncio.sleep(0.01)


async def written(work: Work, institution: Institution) -> None:
    """Its coverage stands in the transaction, which goes on."""
    assert isinstance(work.institutions, SqlInstitutions)
    work.institutions.add(institution)
    await work.institutions.save()
    await work.institutions.write()


async def state_of(works: FilingWorks, filing: Filing) -> FilingState:
    async with works(EVERYTHING) as work:
        return (await work.filings.get(filing.id)).state


@pytest.fixture
def waits(interfaces: Interfaces) -> Callable[[], Any]:
    """Whether somebody waits for its turn."""

    async def asked() -> bool:
        async with interfaces.suite.runtimes["filing"].engine.connect() as connection:
            return bool((await connection.exec_driver_sql(_WAITING)).scalar_one())

    return asked


async def test_n2_7_an_association_waits_for_an_enterprise_that_is_being_registered_and_is_refused(
    works: FilingWorks, uncovered: list[ScopeItem], waits: Callable[[], Any]
) -> None:
    case = publicised(uncovered[0])
    await keep(works, case)
    async with AsyncExitStack() as stack:
        work = await stack.enter_async_context(works(EVERYTHING))
        await written(work, an_institution(scope=(uncovered[0],)))
        deciding = asyncio.create_task(register(works, case))
        await becomes(waits)
        assert not deciding.done()
    with pytest.raises(NotRoutable):
        await deciding
    assert await state_of(works, case) is FilingState.PUBLICITY


async def test_n2_7_an_enterprise_waits_for_an_association_that_has_looked_and_comes_after_it(
    works: FilingWorks, uncovered: list[ScopeItem], waits: Callable[[], Any]
) -> None:
    asked = [occupation(uncovered[0])]
    async with works(EVERYTHING) as work:
        await work.institutions.take_turn(asked)
        assert not await work.institutions.any_covers(asked, on=work.today)
        other = asyncio.create_task(keep(works, an_institution(scope=(uncovered[0],))))
        await becomes(waits)
        assert not await work.institutions.any_covers(asked, on=work.today)
        assert not other.done()
    await other
    assert await is_covered(works, uncovered[0])


async def test_enterprises_wait_for_nobody_but_associations(
    works: FilingWorks, uncovered: list[ScopeItem]
) -> None:
    async with works(EVERYTHING) as work, asyncio.timeout(10):
        await written(work, an_institution(scope=tuple(uncovered[:3])))
        await keep(works, an_institution(scope=tuple(uncovered[:3])))
    assert await is_covered(works, uncovered[0])


def test_all_take_their_turns_in_one_order_at_few_places() -> None:
    families = [("2015", f"6-18-01-{number:02}") for number in range(99)]
    places = places_of(families)
    assert places == sorted(set(places)) == places_of(reversed(families))
    assert len(places_of(("2015", str(number)) for number in range(5000))) == 128
