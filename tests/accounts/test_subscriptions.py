"""What accounts does with what it hears, as its worker applies it to a real database."""

import pytest
from sqlalchemy import text

from services.accounts.domain import Account, AccountState
from services.accounts.subscriptions import subscriptions
from shared.contracts.event import Event
from shared.contracts.filing import InstitutionRecognized, InstitutionRegistered
from shared.messaging.consumer import Incoming
from tests.accounts.works import EVERYTHING
from tests.builders import a_message, account_opened, recognized, registered, resumed, suspended
from tests.interfaces import Interfaces


async def hear(interfaces: Interfaces, *facts: Event) -> None:
    """The first facts of one institution, in one batch."""
    messages = [Incoming(body=a_message(each, sequence=place)) for place, each in enumerate(facts, start=1)]
    await interfaces.suite.workers["accounts"].events.process(messages)


async def account_of(interfaces: Interfaces, event: InstitutionRegistered | InstitutionRecognized) -> Account:
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        found: Account = await work.accounts.of_institution(event.institution_id)
    return found


def test_accounts_hears_the_register_and_not_itself() -> None:
    assert subscriptions.streams == {"filing.institution"}
    assert subscriptions.handler(account_opened(registered().institution_id).topic) is None


@pytest.mark.parametrize("event", [registered(), recognized()], ids=["registered", "recognized"])
async def test_an_institution_on_record_gets_its_account(
    interfaces: Interfaces, event: InstitutionRegistered | InstitutionRecognized
) -> None:
    await hear(interfaces, event)
    account = await account_of(interfaces, event)
    assert (account.uscc, account.organ, account.basis) == (event.uscc, event.organ, event.basis)
    assert account.state is AccountState.OPEN


async def test_a_batch_of_one_institutions_facts_is_applied_in_order(interfaces: Interfaces) -> None:
    event = registered()
    await hear(interfaces, event, suspended(event.institution_id), resumed(event.institution_id))
    account = await account_of(interfaces, event)
    assert (account.state, account.version) == (AccountState.OPEN, 3)


async def test_an_announcement_heard_twice_opens_one_account(interfaces: Interfaces) -> None:
    event = registered()
    for _ in range(2):
        await hear(interfaces, event)
    assert (await account_of(interfaces, event)).version == 1


async def test_an_account_names_the_announcement_and_the_clause_in_the_ledger(interfaces: Interfaces) -> None:
    event = recognized()
    await hear(interfaces, event)
    account = await account_of(interfaces, event)
    async with interfaces.suite.runtimes["accounts"].engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT actor, act, basis, trace_id FROM ledger_entry WHERE subject_id = :id"),
            {"id": account.id},
        )
        (entry,) = [tuple(row) for row in rows]
    assert entry[:3] == ("service:accounts", "filing.institution-recognized.v1", ["N2.1"])
    assert len(entry[3]) == 32
