"""What accounts owes the province for what it did."""

import pytest

from services.accounts.province import province
from shared.contracts.province import AccountChangedReport, AccountOpenedReport, MessageCode
from shared.messaging.consumer import Incoming
from tests.accounts.works import EVERYTHING
from tests.builders import a_message, institution_filed, recognized, registered, resumed, suspended
from tests.interfaces import Interfaces
from tests.provincial import owed, receipts, send


async def test_n2_1_an_opened_suspended_and_resumed_account_is_told_in_that_order(
    interfaces: Interfaces,
) -> None:
    event = recognized()
    facts = (
        event,
        suspended(event.institution_id),
        resumed(event.institution_id),
        suspended(event.institution_id),
    )
    messages = [Incoming(body=a_message(each, sequence=place)) for place, each in enumerate(facts, start=1)]
    await interfaces.suite.workers["accounts"].events.process(messages)
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        account = await work.accounts.of_institution(event.institution_id)
    opened, *changes = await owed(interfaces, "accounts", event.uscc)
    assert (opened.code, opened.business_key) == ("ACCOUNT_OPENED", f"account:{account.id}:opened")
    report = AccountOpenedReport.model_validate(opened.payload)
    assert (report.account_id, report.uscc, report.organ) == (account.id, event.uscc, event.organ)
    told = [AccountChangedReport.model_validate(each.payload) for each in changes]
    assert [(each.state, each.reason) for each in told] == [
        ("suspended", "逾期未整改"),
        ("open", ""),
        ("suspended", "逾期未整改"),
    ]
    assert [each.code for each in changes] == ["ACCOUNT_CHANGED"] * 3
    assert [each.business_key for each in changes] == [
        f"account:{account.id}:{state}" for state in ("suspended:1", "open:2", "suspended:3")
    ]


async def test_accounts_takes_nothing_from_the_province_but_receipts_and_its_register(
    interfaces: Interfaces,
) -> None:
    assert [code for code in MessageCode if province.taken(code)] == [MessageCode.REGISTER_ANSWERED]
    message = await send(interfaces, "accounts", MessageCode.INSTITUTION_FILED, institution_filed())
    (refused,) = await receipts(interfaces, "accounts", message)
    assert (refused["stage"], refused["ok"], refused["reason_code"]) == ("technical", False, "CODE")


@pytest.mark.parametrize("event", [registered(), recognized()], ids=["registered", "recognized"])
def test_the_province_is_not_told_of_what_others_announce(event: object) -> None:
    assert province.dispatch(event) is None  # type: ignore[arg-type]  # parametrised
