"""What an officer looks for in the queue: each filter, pages while cases come in, and how those in hand stand."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.filing.domain.deadline import Deadline
from services.filing.domain.filing import Filing
from services.filing.domain.queue import Wanted
from services.filing.domain.stages import IN_HAND_STATES, FilingState
from services.filing.domain.terms import Training
from services.filing.handlers.queue import Desk, LookFor, look_for, overview
from shared.clock import SHANGHAI
from shared.identity import Permission, Scope
from shared.policy import Channel, FilingKind
from tests.builders import AT, a_filing, a_uscc, an_applicant
from tests.filing.network import appointed, handed_in
from tests.filing.works import EVERYTHING, FilingWorks, keep, within
from tests.interfaces import Interfaces

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ORGANS = ("320102", "320104")


async def found(works: FilingWorks, wanted: Wanted, *, size: int = 200) -> list[UUID]:
    """Every case on all the pages."""
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        async with works(EVERYTHING) as work:
            page = await work.filings.queue(wanted, cursor=cursor, size=size)
        seen += [each.id for each in page.items]
        cursor = page.next
        if cursor is None:
            return seen


OFFICER = uuid4()
CASES: dict[str, dict[str, Any]] = {
    "plain": {},
    "draft": {"state": FilingState.DRAFT},
    "held": {"officer_id": OFFICER},
    "decided": {"state": FilingState.REGISTERED, "officer_id": OFFICER},
    "renewal": {"kind": FilingKind.RENEWAL},
    "visited": {"channel": Channel.DOOR_TO_DOOR},
    "late": {"deadline": Deadline(due_at=AT - HOUR)},
    "escalated": {"deadline": Deadline(due_at=AT - DAY, escalated_at=AT)},
    "paused": {"deadline": Deadline(due_at=AT - DAY, paused_at=AT - DAY, left=1)},
    "running": {"deadline": Deadline(due_at=AT + HOUR)},
}
IN_HAND = set(CASES) - {"draft", "decided"}
FILTERS: list[tuple[Wanted, set[str]]] = [
    (Wanted(), set(CASES)),
    (Wanted(state=FilingState.SUBMITTED), IN_HAND),
    (Wanted(officer_id=OFFICER), {"held"}),
    (Wanted(officer_id=OFFICER, state=FilingState.REGISTERED), {"decided"}),
    (Wanted(officer_id=uuid4()), set()),
    (Wanted(unassigned=True), IN_HAND - {"held"}),
    (Wanted(escalated=True), {"escalated"}),
    (Wanted(overdue_at=AT), {"late", "escalated"}),
    (Wanted(overdue_at=AT, escalated=True, unassigned=True), {"escalated"}),
    (Wanted(kind=FilingKind.RENEWAL), {"renewal"}),
    (Wanted(kind=FilingKind.INITIAL), set(CASES) - {"renewal"}),
    (Wanted(channel=Channel.DOOR_TO_DOOR), {"visited"}),
    (Wanted(channel=Channel.ONLINE), set(CASES) - {"visited"}),
    (Wanted(channel=Channel.DOOR_TO_DOOR, kind=FilingKind.RENEWAL), set()),
]


async def test_each_filter_finds_what_it_says_and_nothing_else(works: FilingWorks, organ: str) -> None:
    cases = {name: await handed_in(works, organ, **changes) for name, changes in CASES.items()}
    for wanted, names in FILTERS:
        ids = await found(works, replace(wanted, organ=organ))
        assert sorted(ids) == sorted(cases[name].id for name in names), wanted


async def test_the_applicants_own_cases_are_found_by_its_uscc(works: FilingWorks, organ: str) -> None:
    mine, _ = await handed_in(works, organ), await handed_in(works, organ)
    assert await found(works, Wanted(applicant=mine.applicant.uscc)) == [mine.id]


async def test_a_text_finds_names_that_begin_so_a_uscc_or_a_filing_number(
    works: FilingWorks, organ: str
) -> None:
    first, second, other = (
        replace(an_applicant(), name=f"{organ}{rest}")
        for rest in ("精密_制造%公司", "精密仪器公司", "装备公司")
    )
    cases = [await handed_in(works, organ, applicant=each) for each in (first, second, other)]
    cases[2].filing_number = f"宁人社备〔2024〕{organ}号"
    await keep(works, a := a_filing(organ=organ, filing_number=cases[2].filing_number))
    for told, ids in (
        (f"{organ}精密", [cases[0].id, cases[1].id]),
        (f"{organ}精密_", [cases[0].id]),
        (f"{organ}精密_制造%公司", [cases[0].id]),
        (f"{organ}%", []),
        (organ, [each.id for each in cases]),
        (f"x{organ}", []),
        (other.uscc, [cases[2].id]),
        (other.uscc.lower(), [cases[2].id]),
        (cases[2].filing_number, [a.id]),
    ):
        assert sorted(await found(works, Wanted(text=told))) == sorted(ids), told


async def test_what_a_text_finds_is_in_the_order_of_the_queue(works: FilingWorks, organ: str) -> None:
    names = [f"{organ}{number}公司" for number in range(5)]
    cases = [
        await handed_in(
            works, organ, applicant=replace(an_applicant(), name=name), drafted_at=AT - DAY * place
        )
        for place, name in enumerate(names)
    ]
    assert await found(works, Wanted(text=organ), size=2) == [each.id for each in reversed(cases)]


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    trained=st.lists(st.booleans(), min_size=3, max_size=12),
    size=st.integers(1, 4),
    later=st.lists(st.tuples(st.booleans(), st.integers(-20, 20)), max_size=6),
)
async def test_no_case_is_lost_or_doubled_over_pages_while_others_come_in(
    works: FilingWorks, trained: list[bool], size: int, later: list[tuple[bool, int]]
) -> None:
    organ = f"H{uuid4().hex[:8]}"

    def case(first: bool, hours: int) -> Filing:  # noqa: FBT001 — one of a generated pair
        training = frozenset({Training.WORK_FOR_TRAINING}) if first else frozenset[Training]()
        return a_filing(
            organ=organ,
            handled_by=organ,
            state=FilingState.SUBMITTED,
            training=training,
            drafted_at=AT + hours * HOUR,
        )

    before = [case(first, place // 2) for place, first in enumerate(trained)]
    coming = [case(*each) for each in later]
    await keep(works, *before)
    seen: list[UUID] = []
    cursor: str | None = None
    while True:
        async with works(EVERYTHING) as work:
            page = await work.filings.queue(Wanted(organ=organ, unassigned=True), cursor=cursor, size=size)
        seen += [each.id for each in page.items]
        cursor = page.next
        if cursor is None:
            break
        if coming:
            await keep(works, coming.pop())
    assert len(seen) == len(set(seen))
    order = sorted(before, key=lambda each: (not each.priority, each.drafted_at, each.id))
    assert [key for key in seen if key in {each.id for each in before}] == [each.id for each in order]


async def test_mine_are_the_cases_of_who_asks_or_of_whom_a_portal_asks_for(
    works: FilingWorks,
) -> None:
    organ = "320117"
    own, other = await appointed(works, organ), await appointed(works, organ)
    mine = await handed_in(works, organ, officer_id=own.id)
    theirs = await handed_in(works, organ, officer_id=other.id)
    desk, scope = Desk(organ=organ, holder=None), within(organ)

    async def look(scope: Scope, wanted: Wanted = Wanted()) -> list[UUID]:  # noqa: B008 — a frozen value
        async with works(scope) as work:
            query = LookFor(wanted=replace(wanted, organ=organ), mine=True)
            return [each.id for each in (await look_for(query, desk, work, page=(None, 10))).items]

    assert await look(replace(scope, actor=own.subject)) == [mine.id]
    assert await look(replace(scope, actor="portal", on_behalf_of=other.subject)) == [theirs.id]
    assert await look(scope) == []
    assert await look(replace(scope, actor=own.subject), Wanted(officer_id=other.id)) == []
    assert await look(replace(scope, actor=own.subject), Wanted(officer_id=own.id)) == [mine.id]


async def test_the_overview_counts_what_is_in_hand(works: FilingWorks) -> None:
    organ = "320111"
    own = await appointed(works, organ)
    tonight = datetime(2024, 3, 5, tzinfo=SHANGHAI)
    clocks = [AT - HOUR, AT, AT + HOUR, tonight - timedelta(seconds=1), tonight]

    async def seen() -> dict[str, int]:
        async with works(replace(within(organ), actor=own.subject)) as work:
            figures = await overview(Desk(organ=organ, holder=None), work)
        return {**{state.value: number for state, number in figures.states.items()}, **_rest(figures)}

    before = await seen()
    for state in FilingState:
        await handed_in(works, organ, state=state)
    for due_at in clocks:
        await handed_in(works, organ, deadline=Deadline(due_at=due_at), officer_id=own.id)
    await handed_in(works, organ, deadline=Deadline(due_at=AT - DAY, paused_at=AT - DAY, left=1))
    await handed_in(works, organ, deadline=Deadline(due_at=AT - DAY, escalated_at=AT))
    await handed_in(works, "320113", deadline=Deadline(due_at=AT - DAY, escalated_at=AT))
    grown = {name: number - before[name] for name, number in (await seen()).items() if number != before[name]}
    assert grown == {
        **{state.value: 1 for state in IN_HAND_STATES},
        "submitted": 8,
        "due_today": 3,
        "overdue": 2,
        "escalated": 1,
        "unassigned": 8,
        "mine": 5,
    }


def _rest(figures: Any) -> dict[str, int]:
    return {name: number for name, number in vars(figures).items() if name != "states"}


async def test_over_http_the_filters_and_the_overview_are_the_callers_own(
    interfaces: Interfaces, works: FilingWorks
) -> None:
    organ, other = ORGANS
    officer = await appointed(works, organ)
    case = await handed_in(works, organ, officer_id=officer.id, channel=Channel.ON_SITE_BATCH)
    foreign = await handed_in(works, other, officer_id=officer.id)
    who = interfaces.bearer(Permission.READ_REGISTER, Permission.ASSESS, organ=organ, subject=officer.subject)

    async def ids(query: str) -> list[str]:
        answer = await interfaces.filing.get(f"/v1/filings?{query}", headers=who)
        assert answer.status_code == 200, answer.text
        return [each["id"] for each in answer.json()["items"]]

    uscc = case.applicant.uscc
    for query in ("mine=true", f"officer={officer.id}", "channel=on_site_batch&mine=true", f"q={uscc}"):
        assert await ids(query) == [str(case.id)]
    for query in (f"organ={other}", "mine=true&kind=renewal", f"q={foreign.applicant.uscc}"):
        assert await ids(query) == []
    answer = await interfaces.filing.get("/v1/filings/summary", headers=who)
    assert (answer.json()["mine"], answer.json()["states"].keys()) == (
        1,
        {state.value for state in IN_HAND_STATES},
    )


@pytest.mark.parametrize(
    "query", ["state=no", "organ=x", "officer=1", "q=%00", "kind=x", "size=0", "size=201", "mine=perhaps"]
)
async def test_a_filter_that_makes_no_sense_is_refused(interfaces: Interfaces, query: str) -> None:
    answer = await interfaces.filing.get(f"/v1/filings?{query}", headers=interfaces.bearer(organ=ORGANS[0]))
    assert answer.status_code == 422


async def test_an_institution_finds_its_own_cases_only(interfaces: Interfaces, works: FilingWorks) -> None:
    own = await handed_in(works, ORGANS[0])
    await handed_in(works, ORGANS[0])
    for uscc, ids in ((own.applicant.uscc, [str(own.id)]), (a_uscc(), [])):
        who = interfaces.bearer(Permission.READ_REGISTER, holder=uscc)
        answer = await interfaces.filing.get("/v1/filings", headers=who)
        assert [each["id"] for each in answer.json()["items"]] == ids
