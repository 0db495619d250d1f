"""What the province says of its register twice, or without end; accounts whose numbers were never announced (N2.1)."""

import pytest

from services.accounts.drift import Cause, CheckState
from services.accounts.drifting import BeginCheck, begin_check, take_register
from shared.contracts.queries import RegisterAnswered
from shared.ids import uuid7
from tests.accounts.drifting import a_recognised, an_entry
from tests.accounts.works import EVERYTHING, OpenWork, keep
from tests.builders import AT, CITY, a_uscc


async def let_go(works: OpenWork) -> None:
    """No check runs any more."""
    async with works(EVERYTHING) as work:
        for each in await work.checks.running():
            each.state = CheckState.OVERTAKEN


async def test_n2_1_a_number_that_is_said_twice_is_taken_as_it_was_said_last(works: OpenWork) -> None:
    account, check = a_recognised(), uuid7(AT)
    first, again = an_entry(account), an_entry(account, name="改名央企")
    async with works(EVERYTHING) as work:
        await work.entries.keep(check, [first, first])
    async with works(EVERYTHING) as work:
        await work.entries.keep(check, [again])
        assert list(await work.entries.take(check)) == [again]


async def test_n2_1_two_accounts_of_one_body_without_numbers_differ_each_for_itself(works: OpenWork) -> None:
    accounts = [a_recognised(number="", uscc=a_uscc())]
    accounts.append(a_recognised(number="", uscc=accounts[0].uscc))
    await keep(works, *accounts)
    for _ in range(2):
        await let_go(works)
        async with works(EVERYTHING) as work:
            check = await begin_check(BeginCheck(by="甲", organ=CITY), work)
        async with works(EVERYTHING) as work:
            await take_register(RegisterAnswered(query_id=check.query_id, institutions=()), work)
        async with works(EVERYTHING) as work:
            left = [each for each in await work.drifts.unhealed() if each.uscc == accounts[0].uscc]
        assert {each.account_id for each in left} == {each.id for each in accounts}
        assert {each.cause for each in left} == {Cause.UNKNOWN_THERE}


@pytest.mark.parametrize("behind", ["苏1", "苏2", "苏3"])
async def test_n2_1_a_register_whose_pages_do_not_go_on_ends_the_check_with_a_reason(
    works: OpenWork, behind: str
) -> None:
    await let_go(works)
    async with works(EVERYTHING) as work:
        check = await begin_check(BeginCheck(by="甲", organ=CITY), work)
    for after in ("苏2", behind):
        async with works(EVERYTHING) as work:
            query = (await work.checks.get(check.id)).query_id
            await take_register(RegisterAnswered(query_id=query, institutions=(), next=after), work)
    async with works(EVERYTHING) as work:
        found = await work.checks.get(check.id)
        waits = await work.checks.waiting_for(found.query_id)
    if behind > "苏2":
        assert (found.state, found.after, found.reason, waits) == (CheckState.ASKING, behind, "", found)
    else:
        assert (found.state, found.finished_at is None, waits) == (CheckState.BROKEN_OFF, False, None)
        assert f"苏2 之后又从 {behind} 起" in found.reason
    await let_go(works)
