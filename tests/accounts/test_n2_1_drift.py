"""一次备案、全省认可: accounts are held against the provincial register; two persons mend what differs (N2.1)."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.accounts.comparing import compare
from services.accounts.domain import Account, AccountState
from services.accounts.drift import (
    POSSIBLE,
    Cause,
    CheckedToday,
    CheckRunning,
    CheckState,
    Drift,
    DriftSettled,
    DriftState,
    NotThatRepair,
    NotTheCitysCheck,
    Repair,
    SamePersonDrift,
)
from services.accounts.drifting import (
    BeginCheck,
    OnDrift,
    begin_check,
    check_daily,
    decide_repair,
    propose_repair,
    take_register,
)
from services.accounts.handlers import Work
from shared.contracts.accounts import AccountSuspended, RecordAsked
from shared.contracts.queries import ProvincialStanding, RegisterAnswered, RegisteredInstitution
from shared.policy import Category
from tests.accounts.drifting import OTHER_SCOPE, a_drift, a_recognised, an_entry
from tests.accounts.works import EVERYTHING, keep
from tests.builders import AT, CITY, DISTRICT
from tests.fakes import MemoryWorks

STANDING = ProvincialStanding


def causes(entry: RegisteredInstitution | None, *accounts: Account) -> list[Cause]:
    found = compare([entry] if entry else [], accounts, at=AT).found
    return [each.cause for each in found]


def test_n2_1_what_is_the_same_on_both_sides_is_no_difference() -> None:
    account = a_recognised()
    assert causes(an_entry(account), account) == []


@pytest.mark.parametrize(
    ("here", "there", "cause"),
    [
        ({}, {"standing": STANDING.SUSPENDED}, Cause.SUSPENDED_THERE),
        ({}, {"standing": STANDING.REVOKED}, Cause.ENDED_THERE),
        ({}, {"standing": STANDING.EXPIRED}, Cause.ENDED_THERE),
        ({"state": AccountState.SUSPENDED}, {"standing": STANDING.REVOKED}, Cause.ENDED_THERE),
        ({"state": AccountState.SUSPENDED, "held_for": ("N2.1",)}, {}, Cause.SUSPENDED_HERE),
        ({"state": AccountState.CLOSED}, {}, Cause.CLOSED_HERE),
        ({}, {"scope_digest": OTHER_SCOPE}, Cause.SCOPE),
        ({}, {"name": "改名央企"}, Cause.NAME),
    ],
)
def test_n2_1_each_way_in_which_they_differ_has_its_cause(
    here: dict[str, Any], there: dict[str, Any], cause: Cause
) -> None:
    account = a_recognised(**here)
    assert causes(an_entry(account, **there), account) == [cause]


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ({"state": AccountState.SUSPENDED, "held_for": ("N3.3",)}, {}),
        ({"state": AccountState.SUSPENDED}, {"standing": STANDING.SUSPENDED}),
        ({"state": AccountState.CLOSED}, {"standing": STANDING.REVOKED, "name": "改名央企"}),
    ],
)
def test_n3_3_what_supervision_suspends_and_what_ended_on_both_sides_differs_in_nothing(
    here: dict[str, Any], there: dict[str, Any]
) -> None:
    account = a_recognised(**here)
    assert causes(an_entry(account, **there), account) == []


def test_n2_1_an_institution_without_an_account_is_missing_unless_it_has_ended() -> None:
    account = a_recognised()
    assert causes(an_entry(account)) == [Cause.MISSING]
    assert causes(an_entry(account, standing=STANDING.REVOKED)) == []
    (found,) = compare([an_entry(account, category=Category.PROVINCIAL_ASSOCIATION)], [], at=AT).found
    assert (found.basis, found.account_id, found.sequence) == (("N2.6",), None, 2)


def test_n2_1_an_account_nobody_knows_there_is_told_unless_it_is_closed() -> None:
    assert causes(None, a_recognised()) == [Cause.UNKNOWN_THERE]
    assert causes(None, a_recognised(state=AccountState.CLOSED)) == []


def test_n2_1_an_account_whose_number_was_never_announced_is_found_by_its_uscc() -> None:
    account = a_recognised(number="")
    assert causes(an_entry(account, provincial_number="苏另号"), account) == []


def test_n2_1_what_changed_a_moment_ago_is_on_its_way_and_no_difference_yet() -> None:
    account, young = a_recognised(), a_recognised(opened_at=AT)
    entry = an_entry(account, standing=STANDING.SUSPENDED, told_at=AT - timedelta(minutes=59))
    comparison = compare([entry], [account, young], at=AT)
    assert comparison.found == ()
    assert comparison.unsettled == {account.number, young.number}


def test_n2_1_every_cause_has_a_repair_and_may_be_left_as_it_is() -> None:
    assert POSSIBLE.keys() == set(Cause)
    assert all(Repair.LEAVE in possible for possible in POSSIBLE.values())
    assert Repair.CLOSE not in POSSIBLE[Cause.SUSPENDED_THERE]


def test_n2_1_what_was_done_and_did_not_help_is_open_again() -> None:
    account = a_recognised()
    (found,) = compare([an_entry(account, standing=STANDING.SUSPENDED)], [account], at=AT).found
    done, left = a_drift(state=DriftState.APPLIED), a_drift(state=DriftState.LEFT)
    for each in (done, left):
        each.found_again(found, check_id=uuid4())
    assert (done.state, left.state) == (DriftState.OPEN, DriftState.LEFT)
    left.ours = "closed"
    left.found_again(found, check_id=uuid4())
    assert left.state is DriftState.OPEN


async def answered(
    memory: MemoryWorks[Work], pages: Iterable[Iterable[RegisteredInstitution]]
) -> tuple[UUID, list[Drift]]:
    """A check that the province answers with these pages; its id, and what it left."""
    rest = [tuple(page) for page in pages]
    async with memory(EVERYTHING) as work:
        check = await begin_check(BeginCheck(by="甲", organ=CITY), work)
    for place, page in enumerate(rest, start=1):
        more = page[-1].provincial_number if place < len(rest) else None
        async with memory(EVERYTHING) as work:
            query = (await work.checks.get(check.id)).query_id
            answer = RegisterAnswered(query_id=query, institutions=page, next=more)
            await take_register(answer, work)
    async with memory(EVERYTHING) as work:
        assert (await work.checks.get(check.id)).state is CheckState.COMPARED
        return check.id, list(await work.drifts.unhealed())


async def test_n2_1_the_register_is_asked_for_page_by_page_and_then_compared(
    memory: MemoryWorks[Work],
) -> None:
    accounts = [a_recognised() for _ in range(3)]
    await keep(memory, *accounts)
    first, second, third = sorted(accounts, key=lambda it: it.number)
    pages = [[an_entry(first)], [an_entry(second, name="改名央企"), an_entry(third)]]
    check_id, (drift,) = await answered(memory, pages)
    assert (drift.cause, drift.account_id, drift.organ) == (Cause.NAME, second.id, DISTRICT)
    async with memory(EVERYTHING) as work:
        check = await work.checks.get(check_id)
    assert (check.pages, check.entries, check.found, check.healed) == (2, 3, 1, 0)


async def test_n2_1_what_a_later_check_does_not_find_any_more_is_healed(memory: MemoryWorks[Work]) -> None:
    account = a_recognised()
    await keep(memory, account)
    _, (drift,) = await answered(memory, [[an_entry(account, name="改名央企")]])
    memory.at += timedelta(days=1)
    _, left = await answered(memory, [[an_entry(account)]])
    assert left == []
    async with memory(EVERYTHING) as work:
        assert (await work.drifts.get(drift.id)).state is DriftState.HEALED


async def test_n2_1_an_answer_nobody_waits_for_changes_nothing(memory: MemoryWorks[Work]) -> None:
    async with memory(EVERYTHING) as work:
        assert await take_register(RegisterAnswered(query_id=uuid4(), institutions=()), work) is None


async def test_n2_1_a_day_has_one_check_of_its_own_and_one_runs_at_a_time(memory: MemoryWorks[Work]) -> None:
    async with memory(EVERYTHING) as work:
        await check_daily(uuid4(), work)
    with pytest.raises(CheckedToday):
        async with memory(EVERYTHING) as work:
            await check_daily(uuid4(), work)
    with pytest.raises(CheckRunning):
        async with memory(EVERYTHING) as work:
            await begin_check(BeginCheck(by="甲", organ=CITY), work)
    memory.at += timedelta(hours=2)
    async with memory(EVERYTHING) as work:
        begun = await begin_check(BeginCheck(by="甲", organ=CITY), work)
    async with memory(EVERYTHING) as work:
        assert [each.id for each in await work.checks.running()] == [begun.id]
        daily = await work.checks.on(work.today)
    assert daily is not None
    assert daily.state is CheckState.OVERTAKEN


@pytest.mark.parametrize("organ", [DISTRICT, ""])
async def test_n2_0_only_the_city_begins_a_check_of_all_accounts(
    memory: MemoryWorks[Work], organ: str
) -> None:
    async with memory(EVERYTHING) as work:
        with pytest.raises(NotTheCitysCheck):
            await begin_check(BeginCheck(by="甲", organ=organ), work)


async def test_n2_1_one_person_proposes_and_another_has_the_account_suspended(
    memory: MemoryWorks[Work],
) -> None:
    account = a_recognised()
    await keep(memory, account)
    _, (drift,) = await answered(memory, [[an_entry(account, standing=STANDING.SUSPENDED)]])
    async with memory(EVERYTHING) as work:
        on = OnDrift(drift_id=drift.id, seen=1, by="甲")
        await propose_repair(on, Repair.SUSPEND, "省级已暂停", work)
    for by, refused in (("甲", SamePersonDrift), ("乙", None)):
        on = OnDrift(drift_id=drift.id, seen=2, by=by)
        if refused:
            with pytest.raises(refused):
                async with memory(EVERYTHING) as work:
                    await decide_repair(on, "同意", work, accepted=True)
        else:
            async with memory(EVERYTHING) as work:
                await decide_repair(on, "同意", work, accepted=True)
    async with memory(EVERYTHING) as work:
        assert (await work.accounts.get(account.id)).state is AccountState.SUSPENDED
        assert (await work.drifts.get(drift.id)).state is DriftState.APPLIED
    told, asked = memory.announced
    assert isinstance(told, AccountSuspended)
    assert isinstance(asked, RecordAsked)
    assert (asked.number, asked.standing, asked.lane, asked.sequence) == (
        account.number,
        "suspended",
        account.uscc,
        2,
    )


def test_n2_1_what_is_not_accepted_is_open_again_and_what_is_left_is_not_carried_out() -> None:
    drift = a_drift()
    with pytest.raises(DriftSettled):
        drift.decide(accepted=True, opinion="同意", by="乙", at=AT)
    with pytest.raises(NotThatRepair):
        drift.propose(Repair.CLOSE, "误", by="甲")
    drift.propose(Repair.REFOLLOW, "疑漏报文", by="甲")
    assert not drift.decide(accepted=False, opinion="再查", by="乙", at=AT)
    assert drift.state is DriftState.OPEN
    drift.propose(Repair.LEAVE, "省级将更正", by="甲")
    assert not drift.decide(accepted=True, opinion="同意", by="乙", at=AT)
    with pytest.raises(DriftSettled):
        drift.propose(Repair.SUSPEND, "再议", by="甲")
