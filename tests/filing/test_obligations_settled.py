"""What settles an obligation, who may say so, and what happens while it is open."""

import asyncio
from datetime import timedelta

import pytest

from services.filing.domain.obligation import (
    BY_HAND,
    ObligationState,
    all_settled,
)
from services.filing.domain.refusals import NotByHand, NotOwedByYou, ObligationSettled, UnknownObligation
from services.filing.handlers import obligations
from shared.errors import Stale
from shared.policy import Policy
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    OTHER_DISTRICT,
    a_uscc,
)
from tests.filing.owing import (
    Kind,
    account,
    an_obligation,
    by_itself,
    owed_after_registering,
    owed_on,
    publicised,
    settle,
)
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep, within

AUTOMATIC = sorted(set(Kind) - BY_HAND)


@pytest.mark.parametrize("kind", sorted(BY_HAND))
async def test_the_owing_organ_reports_what_was_done_by_hand(
    works: FilingWorks, policy: Policy, kind: Kind
) -> None:
    owed = an_obligation(policy, kind)
    await keep(works, owed)
    done = await settle(works, owed)
    assert (done.state, done.settled_at) == (ObligationState.DONE, AT)
    assert (done.settled_by, done.note, done.version) == ("officer:甲", "已当面发放", 2)
    with pytest.raises(ObligationSettled):
        await settle(works, owed, seen=2)


@pytest.mark.parametrize("kind", AUTOMATIC)
async def test_what_is_settled_by_what_happens_is_not_reported_by_hand(
    works: FilingWorks, policy: Policy, kind: Kind
) -> None:
    owed = an_obligation(policy, kind)
    await keep(works, owed)
    with pytest.raises(NotByHand) as caught:
        await settle(works, owed)
    assert kind.label in caught.value.detail
    async with works(EVERYTHING) as work:
        assert (await work.obligations.get(owed.id)).state is ObligationState.OPEN


@pytest.mark.parametrize(("owner", "other"), [(CITY, DISTRICT), (DISTRICT, CITY), (DISTRICT, "")])
async def test_n2_4_another_organ_settles_nothing(
    works: FilingWorks, policy: Policy, owner: str, other: str
) -> None:
    owed = an_obligation(policy, Kind.BE_COPIED, owner=owner)
    await keep(works, owed)
    with pytest.raises(NotOwedByYou) as caught:
        await settle(works, owed, organ=other)
    assert (owner in caught.value.detail, caught.value.basis) == (True, ("N2.2",))
    assert (await settle(works, owed, organ=owner)).state is ObligationState.DONE


async def test_an_obligation_exists_for_its_district_its_institution_and_nobody_else(
    works: FilingWorks, policy: Policy, organ: str
) -> None:
    owed = an_obligation(policy, organ=organ)
    await keep(works, owed)
    for scope in (within(organ), holder(owed.uscc)):
        async with works(scope) as work:
            assert vars(await work.obligations.get(owed.id)) == vars(owed)
    for scope in (within(OTHER_DISTRICT), holder(a_uscc()), within()):
        async with works(scope) as work:
            with pytest.raises(UnknownObligation):
                await work.obligations.get(owed.id)


async def test_two_obligations_of_a_case_settled_at_the_same_moment_are_both_settled(
    works: FilingWorks,
) -> None:
    filing = publicised()
    owed = {each.kind: each for each in await owed_after_registering(works, filing)}
    await asyncio.gather(
        settle(works, owed[Kind.HAND_OVER]),
        account(works, owed[Kind.OPEN_ACCOUNT]),
        by_itself(works, owed[Kind.TELL_PROVINCE]),
    )
    assert all_settled(await owed_on(works, filing.id))


async def test_of_two_who_settle_the_same_at_the_same_moment_one_is_told_that_it_was(
    works: FilingWorks, policy: Policy
) -> None:
    owed = an_obligation(policy)
    await keep(works, owed)
    answers = await asyncio.gather(settle(works, owed), settle(works, owed), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, BaseException)]
    assert len(refused) == 1
    assert isinstance(refused[0], Stale | ObligationSettled)
    async with works(EVERYTHING) as work:
        assert (await work.obligations.get(owed.id)).version == 2


async def test_an_obligation_is_warned_of_once_and_escalated_once(works: FilingWorks, policy: Policy) -> None:
    owed = an_obligation(policy)
    await keep(works, owed)
    due, found = owed.deadline.due_at, []
    for at in (AT, due - timedelta(days=1), due, due + timedelta(seconds=1), due + timedelta(days=9)):
        works.at = at
        async with works(EVERYTHING) as work:
            late = owed.id in await work.obligations.late(at=work.at, soon=work.soon)
        if late:
            found.append(at)
            async with works(EVERYTHING) as work:
                await obligations.watch_obligation(owed.id, work)
    assert found == [due - timedelta(days=1), due + timedelta(seconds=1)]
    async with works(EVERYTHING) as work:
        clock = (await work.obligations.get(owed.id)).deadline
    assert [clock.warned_at, clock.escalated_at] == found


async def test_what_is_settled_is_watched_no_more(works: FilingWorks, policy: Policy) -> None:
    owed = an_obligation(policy)
    await keep(works, owed)
    await settle(works, owed)
    works.at = AT + timedelta(days=90)
    async with works(EVERYTHING) as work:
        assert owed.id not in await work.obligations.late(at=work.at, soon=work.soon)


def test_what_came_to_nothing_is_owed_on_until_it_is_done(policy: Policy) -> None:
    owed = an_obligation(policy, Kind.TELL_PROVINCE)
    owed.fail("回执超时")
    owed.fail("回执超时")
    assert (owed.state, owed.attempts, owed.problem) == (ObligationState.OPEN, 2, "回执超时")
    assert owed.settle(by="province", at=AT)
    assert (owed.attempts, owed.problem) == (2, "")
    owed.fail("迟到的失败")
    assert (owed.attempts, owed.problem) == (2, "")
    assert not owed.settle(by="another", at=AT + timedelta(days=1))
    assert (owed.settled_by, owed.settled_at) == ("province", AT)


def test_nobody_owes_what_was_waived_and_what_was_done_stays_done(policy: Policy) -> None:
    owed, done = an_obligation(policy), an_obligation(policy)
    done.settle(by="officer:甲", at=AT, note="已发放")
    for each in (owed, done):
        each.waive(at=AT, note="机构已注销")
    assert (owed.state, owed.note) == (ObligationState.VOID, "机构已注销")
    assert (done.state, done.note) == (ObligationState.DONE, "已发放")
    assert all_settled([owed, done])
    assert all_settled([])
    with pytest.raises(ObligationSettled):
        owed.check_owed_by(DISTRICT)
