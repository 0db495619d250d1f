"""Objections are taken while a filing is publicised, looked into, and waited for."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.filing.domain.deadline import Deadline
from services.filing.domain.filing import Filing
from services.filing.domain.objection import (
    NotPublicised,
    Objection,
    ObjectionResolved,
    ObjectionState,
    Outcome,
    ReceivedBy,
    Statement,
    object_to,
    settle_on,
)
from services.filing.domain.refusals import NotTheHandlingOrgan, ObjectionOpen, UnknownFiling
from services.filing.domain.stages import FilingState
from services.filing.handlers.objections import raise_objection, watch_objection
from shared.policy import Policy
from tests.builders import AT, DISTRICT, OTHER_DISTRICT, a_filing, a_uscc
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep, within

UNTIL = AT + timedelta(days=5)


def publicised(**changes: Any) -> Filing:
    return a_filing(**{"state": FilingState.PUBLICITY, "publicity_until": UNTIL} | changes)


def objected(filing: Filing, policy: Policy, *, at: datetime = AT, text: str = "场地不符") -> Objection:
    statement = Statement(text=text)
    return object_to(filing, statement, policy, key=uuid4(), reference=str(uuid4())[:16], at=at)


def test_an_objection_is_counted_and_has_a_deadline(policy: Policy) -> None:
    filing = publicised()
    objection = objected(filing, policy)
    assert filing.objections_open == 1
    assert objection.deadline.due_at == policy.calendar.deadline(AT, 10)
    assert (objection.by, objection.channel) == ("anonymous", ReceivedBy.ONLINE)


@pytest.mark.parametrize("state", [each for each in FilingState if each is not FilingState.PUBLICITY])
def test_nothing_is_objected_to_that_is_not_publicised(state: FilingState, policy: Policy) -> None:
    with pytest.raises(NotPublicised):
        objected(publicised(state=state), policy)


def test_nothing_is_objected_to_after_publicity_has_ended(policy: Policy) -> None:
    filing = publicised()
    objected(filing, policy, at=UNTIL)
    with pytest.raises(NotPublicised):
        objected(filing, policy, at=UNTIL + timedelta(seconds=1))
    assert filing.objections_open == 1


def test_registration_waits_for_all_objections(policy: Policy) -> None:
    filing = publicised()
    later = UNTIL + timedelta(days=1)
    raised = [objected(filing, policy) for _ in range(2)]
    for objection in raised:
        with pytest.raises(ObjectionOpen):
            filing.register(policy, organ=DISTRICT, at=later, number="1")
        objection.resolve(Outcome.DISMISSED, "不成立", by="officer", at=later)
        settle_on(filing, objection, policy, organ=DISTRICT, at=later)
    filing.register(policy, organ=DISTRICT, at=later, number="1")
    assert filing.state is FilingState.REGISTERED


def test_the_clock_of_the_decision_stops_while_an_objection_is_looked_into(policy: Policy) -> None:
    due = policy.calendar.deadline(UNTIL, 5)
    filing = publicised(deadline=Deadline(due_at=due))
    later = due + timedelta(days=3)
    raised = [objected(filing, policy) for _ in range(2)]
    for objection in raised:
        assert filing.deadline is not None
        assert not filing.deadline.is_breached(at=later)
        objection.resolve(Outcome.DISMISSED, "不成立", by="officer", at=later)
        settle_on(filing, objection, policy, organ=DISTRICT, at=later)
    left = policy.calendar.working_days_between(AT.date(), due.date())
    assert filing.deadline == Deadline(due_at=policy.calendar.deadline(later, left))


def test_an_objection_that_is_upheld_refuses_the_filing_with_its_finding(policy: Policy) -> None:
    filing = publicised()
    first, second = objected(filing, policy), objected(filing, policy)
    first.resolve(Outcome.UPHELD, "场地系借用", by="officer", at=AT)
    settle_on(filing, first, policy, organ=DISTRICT, at=AT)
    assert filing.state is FilingState.REFUSED
    assert "场地系借用" in filing.refused_for
    second.resolve(Outcome.UPHELD, "设备不足", by="officer", at=AT)
    settle_on(filing, second, policy, organ=DISTRICT, at=AT)
    assert (filing.objections_open, "设备不足" in filing.refused_for) == (0, False)


def test_an_objection_is_resolved_once(policy: Policy) -> None:
    objection = objected(publicised(), policy)
    objection.resolve(Outcome.DISMISSED, "不成立", by="officer", at=AT)
    with pytest.raises(ObjectionResolved):
        objection.resolve(Outcome.UPHELD, "成立", by="officer", at=AT)
    assert objection.state is ObjectionState.DISMISSED


def test_only_the_handling_organ_resolves(policy: Policy) -> None:
    with pytest.raises(NotTheHandlingOrgan):
        objected(publicised(), policy).check_handled_by(OTHER_DISTRICT)


async def kept(works: FilingWorks, policy: Policy, **changes: Any) -> tuple[Filing, Objection]:
    """A publicised filing with one objection, both in the database."""
    filing = publicised(**changes)
    objection = objected(filing, policy)
    await keep(works, filing)
    async with works(EVERYTHING) as work:
        work.objections.add(objection)
    return filing, objection


async def test_what_is_kept_of_an_objection_comes_back(works: FilingWorks, policy: Policy) -> None:
    filing, objection = await kept(works, policy)
    async with works(EVERYTHING) as work:
        found = await work.objections.get(objection.id)
        listed = await work.objections.of_filing(filing.id)
    assert vars(found) == vars(objection)
    assert [each.id for each in listed] == [objection.id]


async def test_the_database_shows_an_objection_to_organs_and_not_to_the_applicant(
    works: FilingWorks, policy: Policy
) -> None:
    own = a_uscc()
    filing, _ = await kept(works, policy)
    filing_of_own, _ = await kept(works, policy, applicant=filing.applicant.__class__(name="测试", uscc=own))
    for scope, seen in ((within(DISTRICT), 1), (within(OTHER_DISTRICT), 0), (holder(own), 0)):
        async with works(scope) as work:
            assert len(await work.objections.of_filing(filing_of_own.id)) == seen


async def test_objections_made_at_the_same_moment_are_all_taken(works: FilingWorks) -> None:
    filing = publicised()
    await keep(works, filing)

    async def object_once(text: str) -> UUID:
        async with works(within(DISTRICT)) as work:
            return (await raise_objection(filing.id, Statement(text=text), work)).id

    raised = await asyncio.gather(*(object_once(f"第{each}件") for each in range(5)))
    async with works(EVERYTHING) as work:
        assert {each.id for each in await work.objections.of_filing(filing.id)} == set(raised)
        assert (await work.filings.get(filing.id)).objections_open == 5


async def test_an_objection_near_its_deadline_is_warned_of_and_then_escalated_each_once(
    works: FilingWorks, policy: Policy
) -> None:
    _, objection = await kept(works, policy)
    due = objection.deadline.due_at
    assert not await _looked_after(works, objection, at=due - timedelta(days=6))
    assert await _looked_after(works, objection, at=due - timedelta(hours=12))
    assert not await _looked_after(works, objection, at=due - timedelta(hours=11))
    assert await _looked_after(works, objection, at=due + timedelta(hours=1))
    assert not await _looked_after(works, objection, at=due + timedelta(hours=2))
    async with works(EVERYTHING) as work:
        clock = (await work.objections.get(objection.id)).deadline
    assert (clock.warned_at, clock.escalated_at) == (due - timedelta(hours=12), due + timedelta(hours=1))


async def _looked_after(works: FilingWorks, objection: Objection, *, at: datetime) -> bool:
    """Whether the job finds it due; then it is done."""
    works.at = at
    async with works(EVERYTHING) as work:
        late = objection.id in await work.objections.late(at=work.at, soon=work.soon)
    if late:
        async with works(EVERYTHING) as work:
            await watch_objection(objection.id, work)
    return late


async def test_what_was_resolved_is_not_late_any_more(works: FilingWorks, policy: Policy) -> None:
    _, objection = await kept(works, policy)
    async with works(EVERYTHING) as work:
        found = await work.objections.get(objection.id)
        found.resolve(Outcome.DISMISSED, "不成立", by="officer", at=AT)
    assert not await _looked_after(works, objection, at=objection.deadline.due_at + timedelta(days=1))


async def test_what_is_publicised_now_is_found_and_nothing_else(works: FilingWorks) -> None:
    running, ended = publicised(), publicised(publicity_until=AT - timedelta(seconds=1))
    others = [
        a_filing(state=state, publicity_until=UNTIL)
        for state in FilingState
        if state is not FilingState.PUBLICITY
    ]
    await keep(works, running, ended, *others)
    async with works(EVERYTHING) as work:
        found = await work.publicity.of_filing(running.id, at=AT)
        assert (found.name, found.until) == (running.applicant.name, UNTIL)
        for each in (ended, *others):
            with pytest.raises(UnknownFiling):
                await work.publicity.of_filing(each.id, at=AT)
