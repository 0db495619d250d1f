"""What an organ itself handles: the city finds its own cases (N2.5) among those of all districts."""

from datetime import timedelta
from itertools import count

import pytest

from services.filing.domain.filing import Filing
from services.filing.domain.queue import Wanted
from services.filing.domain.stages import FilingState
from services.filing.handlers.queue import Desk, LookFor, look_for, overview
from shared.identity import Permission, Scope
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT
from tests.filing.network import handed_in
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces

_organs = count(1)


@pytest.fixture
def city() -> str:
    """An organ that handles what others are responsible for."""
    return f"C{next(_organs):05}"


async def asked(works: FilingWorks, query: LookFor, own: str) -> set[str]:
    async with works(Scope(actor="test", act="test", everything=True)) as work:
        page = await look_for(query, Desk(organ=own, holder=None), work, page=(None, 200))
    return {str(each.id) for each in page.items}


async def some_cases(works: FilingWorks, organ: str, city: str) -> tuple[Filing, Filing, Filing]:
    """One in hand of the district's own, and two of the city's, the second of which is decided."""
    return (
        await handed_in(works, organ),
        await handed_in(works, organ, handled_by=city),
        await handed_in(works, organ, handled_by=city, state=FilingState.REFUSED),
    )


async def test_the_organ_that_handles_a_case_is_asked_for_and_so_is_what_one_is_to_handle_itself(
    works: FilingWorks, organ: str, city: str
) -> None:
    own, handled, decided = (str(each.id) for each in await some_cases(works, organ, city))
    for wanted, mine, found in (
        (Wanted(handled_by=city), False, {handled, decided}),
        (Wanted(handled_by=city, state=FilingState.SUBMITTED), False, {handled}),
        (Wanted(handled_by=city, state=FilingState.REFUSED), False, {decided}),
        (Wanted(handled_by=organ), False, {own}),
        (Wanted(), True, {handled}),
        (Wanted(handled_by=city), True, {handled}),
        (Wanted(state=FilingState.REFUSED), True, {decided}),
        (Wanted(handled_by=organ), True, set()),
    ):
        assert await asked(works, LookFor(wanted=wanted, to_handle=mine), city) == found, (wanted, mine)


async def test_a_desk_of_no_organ_handles_nothing(works: FilingWorks, organ: str, city: str) -> None:
    case = (await some_cases(works, organ, city))[0]
    desk = Desk(organ=None, holder=case.applicant.uscc)
    async with works(EVERYTHING) as work:
        page = await look_for(LookFor(wanted=Wanted(), to_handle=True), desk, work, page=(None, 200))
        assert page.items == ()
        assert (await overview(desk, work, to_handle=True)).unassigned == 0


async def test_the_overview_counts_what_one_organ_handles(works: FilingWorks, organ: str, city: str) -> None:
    await some_cases(works, organ, city)
    desk = Desk(organ=city, holder=None)
    async with works(EVERYTHING) as work:
        assert (await overview(desk, work, to_handle=True)).unassigned == 1
        assert (await overview(desk, work, handled_by=organ)).unassigned == 1
        assert (await overview(desk, work, handled_by=organ, to_handle=True)).unassigned == 0


async def test_over_http_the_queue_its_figures_and_its_spreadsheet_are_one_organs(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    long_ago = AT - timedelta(days=4000)
    mine = await handed_in(works, DISTRICT, handled_by=CITY, drafted_at=long_ago)
    other = await handed_in(works, OTHER_DISTRICT, drafted_at=long_ago)
    who = interfaces.bearer(Permission.READ_REGISTER, Permission.ASSESS, organ=CITY)

    async def get(path: str, query: str) -> str:
        answer = await interfaces.filing.get(f"/v1/filings{path}?{query}", headers=who)
        assert answer.status_code == 200, answer.text
        return answer.text

    for query in ("to_handle=true", f"handled_by={CITY}", f"handled_by={CITY}&state=submitted"):
        for path in ("", "/export.csv"):
            told = await get(path, f"{query}&q={mine.applicant.uscc}")
            assert mine.applicant.uscc in told
            assert other.applicant.uscc not in await get(path, f"{query}&q={other.applicant.uscc}")
    assert await get("/summary", "to_handle=true") == await get("/summary", f"handled_by={CITY}")
    refused = await interfaces.filing.get("/v1/filings/summary?handled_by=x", headers=who)
    assert refused.status_code == 422
