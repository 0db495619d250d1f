"""Which officer a case goes to, and who takes it over: the rule, and the job on PostgreSQL."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.suite.database import SuiteDatabase
from services.filing.domain.assignment import AbsentOfficer, Candidate, ForeignOfficer, assign, chosen
from services.filing.domain.filing import Filing
from services.filing.domain.officer import Leave, Officer, Recusal, RecusedOfficer
from services.filing.domain.refusals import NotTheHandlingOrgan, OutOfTurn
from services.filing.domain.stages import IN_HAND_STATES, FilingState
from services.filing.handlers.assignment import assign_filing, due_for_assignment
from shared.errors import Stale
from tests.builders import AT, DISTRICT, OTHER_DISTRICT, a_filing
from tests.databases import connected
from tests.filing.network import an_officer, appointed, assigned, handed_in, holder_of
from tests.filing.works import EVERYTHING, FilingWorks

TODAY = AT.date()
LEAVE = Leave(first=TODAY, last=TODAY + timedelta(days=3))
DECIDED = sorted(set(FilingState) - IN_HAND_STATES)


def recused(filing: Filing) -> tuple[Recusal, ...]:
    return (Recusal(uscc=filing.applicant.uscc, reason="近亲属任职"),)


def pool(*officers: Officer, **cases: int) -> list[Candidate]:
    """Officers with so many cases in hand, by their name."""
    return [Candidate(officer=each, open_cases=cases.get(each.name, 0)) for each in officers]


def submitted(organ: str = DISTRICT) -> Filing:
    return a_filing(organ=organ, handled_by=organ, state=FilingState.SUBMITTED)


@given(officers=st.integers(1, 6), cases=st.integers(0, 40))
def test_n3_2_after_any_number_of_cases_nobody_has_two_more_than_another(officers: int, cases: int) -> None:
    staff = [an_officer() for _ in range(officers)]
    held: Counter[UUID] = Counter()
    turns = {each.id: AT for each in staff}
    for number in range(cases):
        candidates = [
            Candidate(officer=each, open_cases=held[each.id], last_at=turns[each.id]) for each in staff
        ]
        officer = chosen(submitted(), candidates, day=TODAY)
        assert officer is not None
        held[officer.id] += 1
        turns[officer.id] = AT + timedelta(minutes=number)
    loads = [held[each.id] for each in staff]
    assert sum(loads) == cases
    assert max(loads) - min(loads) <= 1


def test_of_those_with_as_many_cases_it_is_the_turn_of_who_waited_longest() -> None:
    waited, recent, never = an_officer(), an_officer(), an_officer()
    seen = [
        Candidate(officer=recent, open_cases=1, last_at=AT),
        Candidate(officer=waited, open_cases=1, last_at=AT - timedelta(days=1)),
    ]
    assert chosen(submitted(), seen, day=TODAY) is waited
    assert chosen(submitted(), [*seen, Candidate(officer=never, open_cases=1)], day=TODAY) is never


def test_nobody_away_recused_gone_or_of_another_organ_is_given_a_case() -> None:
    filing = submitted()
    unfit = [
        an_officer(leave=LEAVE),
        an_officer(active=False),
        an_officer(recusals=recused(filing)),
        an_officer(OTHER_DISTRICT),
    ]
    busy = an_officer(name="忙")
    assert chosen(filing, pool(*unfit, busy, 忙=40), day=TODAY) is busy
    assert chosen(filing, pool(*unfit), day=TODAY) is None
    assert chosen(filing, pool(unfit[0]), day=LEAVE.last + timedelta(days=1)) is unfit[0]


def test_whoever_has_a_case_keeps_it_however_much_there_is_to_do() -> None:
    holder, idle = an_officer(name="忙"), an_officer()
    filing = submitted()
    filing.officer_id = holder.id
    assert chosen(filing, pool(holder, idle, 忙=40), day=TODAY) is holder


@pytest.mark.parametrize("deputy_is", ["there", "away", "recused"])
def test_the_deputy_takes_over_unless_away_or_recused_too(deputy_is: str) -> None:
    filing = submitted()
    deputy = an_officer(
        name="忙",
        leave=LEAVE if deputy_is == "away" else None,
        recusals=recused(filing) if deputy_is == "recused" else (),
    )
    idle = an_officer()
    away = an_officer(leave=Leave(first=LEAVE.first, last=LEAVE.last, deputy_id=deputy.id))
    filing.officer_id = away.id
    heir = chosen(filing, pool(away, deputy, idle, 忙=9), day=TODAY)
    assert heir is (deputy if deputy_is == "there" else idle)


def test_by_hand_a_case_goes_to_a_fit_officer_of_the_organ_only() -> None:
    filing = submitted()
    for officer, refusal in (
        (an_officer(OTHER_DISTRICT), ForeignOfficer),
        (an_officer(recusals=recused(filing)), RecusedOfficer),
        (an_officer(leave=LEAVE), AbsentOfficer),
        (an_officer(active=False), AbsentOfficer),
    ):
        with pytest.raises(refusal):
            assign(filing, officer, organ=DISTRICT, day=TODAY)
    with pytest.raises(NotTheHandlingOrgan):
        assign(filing, an_officer(), organ=OTHER_DISTRICT, day=TODAY)
    assert filing.officer_id is None
    officer = an_officer()
    assign(filing, officer, organ=DISTRICT, day=TODAY)
    assert filing.officer_id == officer.id


@pytest.mark.parametrize("state", [FilingState.DRAFT, *DECIDED])
def test_what_is_not_in_hand_is_given_to_nobody(state: FilingState) -> None:
    with pytest.raises(OutOfTurn):
        assign(a_filing(state=state), an_officer(), organ=DISTRICT, day=TODAY)


async def test_a_submitted_case_is_given_to_an_officer_and_a_second_run_changes_nothing(
    works: FilingWorks, organ: str
) -> None:
    officer = await appointed(works, organ)
    filing = await handed_in(works, organ)
    assert await assigned(works, filing) == [officer.id]
    async with works(EVERYTHING) as work:
        assert filing.id not in await due_for_assignment(work)
        again = await assign_filing(filing.id, work)
    assert (again.officer_id, again.version) == (officer.id, 2)


async def test_every_officer_of_the_organ_gets_as_many(works: FilingWorks, organ: str) -> None:
    staff = [await appointed(works, organ) for _ in range(3)]
    cases = [await handed_in(works, organ) for _ in range(7)]
    held = Counter(await assigned(works, *cases))
    assert sorted(held[each.id] for each in staff) == [2, 2, 3]
    async with works(EVERYTHING) as work:
        assert await work.assignments.loads([each.id for each in staff]) == held


async def test_decided_cases_weigh_nothing(works: FilingWorks, organ: str) -> None:
    done, busy = await appointed(works, organ), await appointed(works, organ)
    for state in DECIDED:
        await handed_in(works, organ, state=state, officer_id=done.id)
    await handed_in(works, organ, officer_id=busy.id)
    assert await assigned(works, await handed_in(works, organ)) == [done.id]


async def test_without_an_officer_a_case_waits_and_does_not_keep_others_waiting(
    works: FilingWorks, organ: str
) -> None:
    filing = await handed_in(works, organ)
    async with works(EVERYTHING) as work:
        assert filing.id not in await due_for_assignment(work)
        assert await work.assignments.unassigned(organ) == 1
        assert (await assign_filing(filing.id, work)).officer_id is None
    officer = await appointed(works, organ)
    assert await assigned(works, filing) == [officer.id]


async def test_two_runs_at_once_neither_give_a_case_twice_nor_overload_anybody(
    works: FilingWorks, organ: str
) -> None:
    staff = [await appointed(works, organ) for _ in range(2)]
    cases = [await handed_in(works, organ) for _ in range(4)]

    async def run(order: Sequence[Filing]) -> int:
        late = 0
        for filing in order:
            try:
                async with works(EVERYTHING) as work:
                    await assign_filing(filing.id, work)
            except Stale:
                late += 1
        return late

    late = await asyncio.gather(run(cases), run(cases), run(cases[::-1]))
    assert sum(late) <= 2 * len(cases)
    held = Counter([await holder_of(works, each) for each in cases])
    assert held == {each.id: 2 for each in staff}
    async with works(EVERYTHING) as work:
        assert [(await work.filings.get(each.id)).version for each in cases] == [2] * 4


async def test_what_an_absent_officer_has_goes_to_the_deputy_and_stays_there(
    works: FilingWorks, organ: str
) -> None:
    away, deputy, third = [await appointed(works, organ) for _ in range(3)]
    cases = [await handed_in(works, organ, officer_id=away.id) for _ in range(3)]
    decided = await handed_in(works, organ, officer_id=away.id, state=FilingState.REGISTERED)
    await handed_in(works, organ, officer_id=deputy.id)
    async with works(EVERYTHING) as work:
        officer = await work.officers.get(away.id)
        officer.take_leave(Leave(first=TODAY, last=TODAY, deputy_id=deputy.id), deputy)
    assert await assigned(works, *cases) == [deputy.id] * 3
    assert await holder_of(works, decided) == away.id
    assert await assigned(works, await handed_in(works, organ)) == [third.id]
    works.at += timedelta(days=1)
    assert await assigned(works, await handed_in(works, organ)) == [away.id]
    assert await assigned(works, *cases) == [deputy.id] * 3


async def test_each_hand_over_is_an_entry_of_its_own_in_the_ledger(
    works: FilingWorks, organ: str, database: SuiteDatabase
) -> None:
    away = await appointed(works, organ, leave=LEAVE)
    await appointed(works, organ)
    cases = [await handed_in(works, organ, officer_id=away.id) for _ in range(2)]
    await assigned(works, *cases)
    async with connected(database.owners["filing"]) as connection:
        for filing in cases:
            entries = await connection.fetch(
                "SELECT before_digest FROM ledger_entry WHERE subject_id = $1 ORDER BY id", filing.id
            )
            assert [each["before_digest"] is None for each in entries] == [True, False]


async def test_who_is_recused_or_leaves_the_service_hands_over_too(works: FilingWorks, organ: str) -> None:
    officer, heir = await appointed(works, organ), await appointed(works, organ)
    first = await handed_in(works, organ, officer_id=officer.id)
    other = await handed_in(works, organ, officer_id=officer.id)
    async with works(EVERYTHING) as work:
        (await work.officers.get(officer.id)).recuse(*recused(first))
    assert await assigned(works, first, other) == [heir.id, officer.id]
    async with works(EVERYTHING) as work:
        (await work.officers.get(officer.id)).revise({"active": False})
    assert await assigned(works, first, other) == [heir.id, heir.id]


async def test_a_case_of_an_absent_officer_that_nobody_can_take_lies_open_until_somebody_can(
    works: FilingWorks, organ: str
) -> None:
    away = await appointed(works, organ, leave=LEAVE)
    filing = await handed_in(works, organ, officer_id=away.id)
    assert await assigned(works, filing) == [None]
    async with works(EVERYTHING) as work:
        assert filing.id not in await due_for_assignment(work)
    works.at += timedelta(days=4)
    assert await assigned(works, filing) == [away.id]
