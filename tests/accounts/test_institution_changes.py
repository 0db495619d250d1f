"""An account follows its institution: re-scoped, renamed, closed for good; and the province hears of that."""

from datetime import date
from typing import Any

import pytest

from services.accounts.domain import Account, AccountState
from shared.clock import StoryClock
from shared.contracts.filing import InstitutionRecognized
from shared.contracts.province import AccountChangedReport
from tests.accounts.works import EVERYTHING, keep
from tests.builders import MILLER, an_account, an_item, recognized, registered
from tests.changes import (
    CODE,
    amended,
    ended,
    hear,
    hear_in_disorder,
    renewed,
    rescoped,
    resumed_on,
    suspended_on,
)
from tests.interfaces import Interfaces
from tests.provincial import owed

DAY = date(2025, 1, 1)


async def account_of(interfaces: Interfaces, event: InstitutionRecognized | Any) -> Account:
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        found: Account = await work.accounts.of_institution(event.institution_id)
    return found


async def test_n3_6_another_scope_name_and_station_code_reach_the_account(interfaces: Interfaces) -> None:
    event = registered()
    key, scope = event.institution_id, (an_item(MILLER),)
    await hear(interfaces, "accounts", event, rescoped(key, *scope, since=DAY), amended(key, "改名公司"))
    account = await account_of(interfaces, event)
    assert (account.scope, account.scope_from) == (scope, DAY)
    assert (account.name, account.station_codes) == ("改名公司", (CODE,))
    assert [each.code for each in await owed(interfaces, "accounts", event.uscc)] == ["ACCOUNT_OPENED"]


@pytest.mark.parametrize("standing", ["expired", "cancelled", "removed", "revoked"])
async def test_whatever_ends_the_institution_closes_its_account_and_the_province_is_told(
    interfaces: Interfaces, standing: str
) -> None:
    event = recognized()
    await hear(interfaces, "accounts", event, ended(event.institution_id, standing))
    account = await account_of(interfaces, event)
    assert (account.state, account.reason) == (AccountState.CLOSED, "弄虚作假")
    assert account.closed_at is not None
    _, closed = await owed(interfaces, "accounts", event.uscc)
    report = AccountChangedReport.model_validate(closed.payload)
    assert (closed.business_key, report.state, report.reason) == (
        f"account:{account.id}:closed:1",
        "closed",
        "弄虚作假",
    )


async def test_in_whatever_order_and_however_often_it_is_heard_the_account_ends_the_same(
    interfaces: Interfaces, story: StoryClock
) -> None:
    event = registered()
    key = event.institution_id
    facts = (
        event,
        suspended_on(key, DAY),
        resumed_on(key, DAY),
        renewed(key, date(2030, 1, 1)),
        rescoped(key, an_item(MILLER), since=DAY),
        ended(key, "revoked"),
    )
    await hear_in_disorder(interfaces, "accounts", story, *facts)
    account = await account_of(interfaces, event)
    assert (account.state, account.scope) == (AccountState.CLOSED, (an_item(MILLER),))
    told = [each.business_key for each in await owed(interfaces, "accounts", event.uscc)]
    states = ("opened", "suspended:1", "open:2", "closed:4")
    assert told == [f"account:{account.id}:{each}" for each in states]


async def test_a_closed_account_is_neither_suspended_nor_resumed(interfaces: Interfaces) -> None:
    account = an_account(state=AccountState.CLOSED)
    assert not account.suspend(reason="又一次")
    assert not account.resume()
    assert not account.close(reason="又一次", at=account.opened_at)
    await keep(interfaces.suite.runtimes["accounts"].works, account)
    caller = interfaces.bearer(organ=account.organ)
    view = (await interfaces.accounts.get(f"/v1/accounts/{account.id}", headers=caller)).json()
    assert (view["state"], view["closed_at"], view["scope_from"]) == ("closed", None, None)
