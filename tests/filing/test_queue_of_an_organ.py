"""What an organ itself handles: the city finds its own cases (N2.5) among those of all districts."""

from datetime import timedelta
from typing import Any

import pytest

from services.filing.domain.queue import Wanted
from services.filing.domain.stages import FilingState
from services.filing.handlers.queue import Desk, LookFor, look_for, overview
from shared.identity import Permission
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT
from tests.filing.network import handed_in
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces

LONG_AGO = AT - timedelta(days=4000)
CASES: dict[str, dict[str, Any]] = {
    "own": {},
    "handled": {"handled_by": CITY},
    "decided": {"handled_by": CITY, "state": FilingState.REFUSED},
}


async def some_cases(works: FilingWorks) -> dict[str, str]:
    """Of a district: one in hand of its own, and two that the city handles, one of which is decided; their names by ids."""
    made = {
        name: await handed_in(works, DISTRICT, drafted_at=LONG_AGO, **changes)
        for name, changes in CASES.items()
    }
    return {str(each.id): name for name, each in made.items()}


@pytest.mark.parametrize(
    ("wanted", "to_handle", "names"),
    [
        (Wanted(), False, {"own", "handled", "decided"}),
        (Wanted(handled_by=CITY), False, {"handled", "decided"}),
        (Wanted(handled_by=CITY, state=FilingState.SUBMITTED), False, {"handled"}),
        (Wanted(handled_by=CITY, state=FilingState.REFUSED), False, {"decided"}),
        (Wanted(handled_by=DISTRICT), False, {"own"}),
        (Wanted(), True, {"handled"}),
        (Wanted(handled_by=CITY), True, {"handled"}),
        (Wanted(state=FilingState.REFUSED), True, {"decided"}),
        (Wanted(handled_by=DISTRICT), True, set()),
    ],
)
async def test_the_organ_that_handles_a_case_is_asked_for_and_so_is_what_one_is_to_handle_itself(
    *, works: FilingWorks, wanted: Wanted, to_handle: bool, names: set[str]
) -> None:
    cases = await some_cases(works)
    query = LookFor(wanted=wanted, to_handle=to_handle)
    async with works(EVERYTHING) as work:
        page = await look_for(query, Desk(organ=CITY, holder=None), work, page=(None, 200))
    assert {cases[str(each.id)] for each in page.items if str(each.id) in cases} == names


async def test_a_desk_of_no_organ_handles_nothing(works: FilingWorks) -> None:
    case = await handed_in(works, DISTRICT)
    desk = Desk(organ=None, holder=case.applicant.uscc)
    async with works(EVERYTHING) as work:
        page = await look_for(LookFor(wanted=Wanted(), to_handle=True), desk, work, page=(None, 200))
        assert list(page.items) == []
        assert (await overview(desk, work)).unassigned == 1
        assert (await overview(desk, work, to_handle=True)).unassigned == 0


async def test_the_overview_counts_what_one_organ_handles(works: FilingWorks) -> None:
    desk = Desk(organ=CITY, holder=None)
    asked: list[dict[str, Any]] = [
        {"to_handle": True},
        {"handled_by": CITY},
        {"handled_by": DISTRICT},
        {},
        {"handled_by": DISTRICT, "to_handle": True},
    ]

    async def figures() -> list[int]:
        async with works(EVERYTHING) as work:
            return [(await overview(desk, work, **each)).unassigned for each in asked]

    before = await figures()
    await some_cases(works)
    after = await figures()
    assert [new - old for old, new in zip(before, after, strict=True)] == [1, 1, 1, 2, 0]
    assert after[-1] == 0


async def test_over_http_the_queue_its_figures_and_its_spreadsheet_are_one_organs(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    mine = await handed_in(works, DISTRICT, handled_by=CITY, drafted_at=LONG_AGO)
    other = await handed_in(works, OTHER_DISTRICT, drafted_at=LONG_AGO)
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
