"""邀请首位操作员: the district gives the institution its first way in, once (N2.1)."""

import pytest

from services.accounts.domain import AccountShut, AccountState, ClientNameTaken, OperatorKnown, UnknownAccount
from services.accounts.handlers import Work
from services.accounts.operators import OPERATES, InviteOperator, invite_operator
from shared.contracts.accounts import OperatorInvited
from shared.identity import NotYours, Permission
from tests.accounts.drifting import a_recognised
from tests.accounts.works import EVERYTHING, keep, within
from tests.builders import DISTRICT, OTHER_DISTRICT, SECRET, a_client
from tests.fakes import MemoryWorks
from tests.interfaces import Interfaces, fresh_key


async def test_n2_1_the_first_operator_belongs_to_its_institution_and_everybody_hears(
    memory: MemoryWorks[Work],
) -> None:
    account = a_recognised()
    await keep(memory, account)
    command = InviteOperator(account_id=account.id, name="operator-1", secret=SECRET, organ=DISTRICT)
    async with memory(within(DISTRICT)) as work:
        client = await invite_operator(command, work)
    assert (client.holder, client.organ) == (account.uscc, None)
    assert client.permissions == {each.value for each in OPERATES}
    client.authenticate(SECRET)
    (told,) = memory.announced
    assert isinstance(told, OperatorInvited)
    assert (told.institution_id, told.client) == (account.institution_id, "operator-1")
    with pytest.raises(OperatorKnown):
        async with memory(within(DISTRICT)) as work:
            await invite_operator(command, work)


async def test_nobody_is_invited_by_an_institution_nor_from_elsewhere_nor_to_a_closed_account(
    memory: MemoryWorks[Work],
) -> None:
    account, shut = a_recognised(), a_recognised(state=AccountState.CLOSED)
    await keep(memory, account, shut, a_client(name="taken"))

    async def invite(name: str, of: str, *, organ: str | None, reach: str = DISTRICT) -> None:
        key = account.id if of == "open" else shut.id
        async with memory(within(reach)) as work:
            await invite_operator(InviteOperator(account_id=key, name=name, secret=SECRET, organ=organ), work)

    with pytest.raises(NotYours):
        await invite("operator-2", "open", organ=None)
    with pytest.raises(UnknownAccount):
        await invite("operator-2", "open", organ=OTHER_DISTRICT, reach=OTHER_DISTRICT)
    with pytest.raises(AccountShut):
        await invite("operator-2", "shut", organ=DISTRICT)
    with pytest.raises(ClientNameTaken):
        await invite("taken", "open", organ=DISTRICT)
    assert memory.announced == []


async def test_n2_1_the_secret_of_an_operator_is_in_the_first_answer_and_nowhere_else(
    interfaces: Interfaces,
) -> None:
    account = a_recognised()
    await keep(interfaces.suite.runtimes["accounts"].works, account)
    place, key = f"/v1/accounts/{account.id}/operator", fresh_key()
    body = {"client_id": f"operator-{account.uscc.lower()}"}
    who = interfaces.bearer(Permission.MANAGE_CLIENTS, organ=DISTRICT)
    first = await interfaces.accounts.post(place, json=body, headers=who | key)
    assert first.status_code == 201, first.text
    again = await interfaces.accounts.post(place, json=body, headers=who | key)
    assert again.json() == first.json() | {"client_secret": None}
    reader = interfaces.bearer(Permission.READ_ACCOUNTS, organ=DISTRICT)
    shown = await interfaces.accounts.get(f"/v1/accounts/{account.id}", headers=reader)
    assert shown.json()["operator"] == body["client_id"]
    async with interfaces.suite.runtimes["accounts"].works(EVERYTHING) as work:
        assert (await work.clients.named(body["client_id"])).holder == account.uscc
