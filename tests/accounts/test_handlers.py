"""What accounts is asked, what it leaves behind and what it announces; on repositories in memory."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.accounts import handlers
from services.accounts.domain import (
    Account,
    AccountState,
    AlreadyOpen,
    BadCredentials,
    BadReach,
    ClientNameTaken,
    ScopeNotGranted,
    UnknownAccount,
)
from services.accounts.handlers import AddClient, Authenticate, Work
from shared.contracts.accounts import AccountOpened, AccountResumed, AccountSuspended
from shared.policy import Audience, Category, UnknownOrgan
from shared.values import StationCode
from tests.accounts.works import EVERYTHING, keep
from tests.builders import (
    AT,
    DISTRICT,
    SECRET,
    a_client,
    a_uscc,
    an_account,
    recognized,
    registered,
    resumed,
    suspended,
)
from tests.fakes import MemoryWorks

Memory = MemoryWorks[Work]


async def account_of(memory: Memory, institution_id: UUID) -> Account:
    async with memory(EVERYTHING) as work:
        return await work.accounts.of_institution(institution_id)


@pytest.mark.parametrize(
    ("category", "audience", "clause"),
    [
        (Category.MUNICIPAL_ENTERPRISE, Audience.OWN_STAFF, "N2.2"),
        (Category.TECHNICAL_SCHOOL, Audience.OWN_STUDENTS, "N2.3"),
        (Category.LEADING_ENTERPRISE, Audience.PUBLIC, "N2.4"),
        (Category.KEY_TECHNICAL_SCHOOL, Audience.PUBLIC, "N2.5"),
        (Category.MUNICIPAL_ASSOCIATION, Audience.PUBLIC, "N2.7"),
    ],
)
async def test_n2_2_to_n2_7_the_district_opens_the_account_of_what_was_registered(
    memory: Memory, category: Category, audience: Audience, clause: str
) -> None:
    event = registered(category=category, audience=audience, basis=(clause,))
    async with memory(EVERYTHING) as work:
        account = await handlers.open_account(event, work)
    assert (account.organ, account.basis, account.opened_at) == (DISTRICT, (clause,), AT)
    assert (account.scope, account.station_codes) == (event.scope, ())
    assert memory.announced == [
        AccountOpened(
            account_id=account.id,
            institution_id=event.institution_id,
            uscc=event.uscc,
            organ=DISTRICT,
            basis=(clause,),
        )
    ]


async def test_n2_1_the_district_opens_the_account_of_what_the_province_filed_with_its_station_codes(
    memory: Memory,
) -> None:
    event = recognized(station_codes=(StationCode("Y000032000001"), StationCode("Y000032000002")))
    async with memory(EVERYTHING) as work:
        await handlers.open_recognized_account(event, work)
    account = await account_of(memory, event.institution_id)
    assert account.station_codes == event.station_codes
    assert (account.basis, account.state) == (("N2.1",), AccountState.OPEN)


async def test_an_institution_has_one_account(memory: Memory) -> None:
    event = registered()
    async with memory(EVERYTHING) as work:
        await handlers.open_account(event, work)
    with pytest.raises(AlreadyOpen):
        async with memory(EVERYTHING) as work:
            await handlers.open_account(event, work)
    assert len(memory.announced) == 1


async def test_an_account_follows_its_institution_and_every_change_has_its_number(memory: Memory) -> None:
    account = an_account()
    await keep(memory, account)
    institution_id = account.institution_id
    for event in (suspended(institution_id), suspended(institution_id), resumed(institution_id)):
        async with memory(EVERYTHING) as work:
            if event.topic == suspended(institution_id).topic:
                await handlers.suspend_account(event, work)  # type: ignore[arg-type]  # told apart by its topic
            else:
                await handlers.resume_account(event, work)  # type: ignore[arg-type]  # as above
    async with memory(EVERYTHING) as work:
        await handlers.resume_account(resumed(institution_id), work)
        await handlers.suspend_account(suspended(institution_id), work)
    changes = [
        (type(event), event.change)
        for event in memory.announced
        if isinstance(event, AccountSuspended | AccountResumed)
    ]
    assert changes == [(AccountSuspended, 1), (AccountResumed, 2), (AccountSuspended, 3)]
    found = await account_of(memory, institution_id)
    assert (found.state, found.reason) == (AccountState.SUSPENDED, "逾期未整改")


async def test_an_account_that_is_not_there_yet_is_not_found(memory: Memory) -> None:
    async with memory(EVERYTHING) as work:
        with pytest.raises(UnknownAccount):
            await handlers.suspend_account(suspended(uuid4()), work)
        with pytest.raises(UnknownAccount):
            await handlers.resume_account(resumed(uuid4()), work)


NEW = AddClient(
    name="jiangning",
    secret=SECRET,
    permissions=frozenset({"filing:assess", "register:read"}),
    organ=DISTRICT,
    holder=None,
)


async def test_a_client_is_kept_by_the_digest_of_its_secret(memory: Memory) -> None:
    async with memory(EVERYTHING) as work:
        client = await handlers.add_client(NEW, work)
    assert (client.name, client.organ, client.holder) == ("jiangning", DISTRICT, None)
    client.authenticate(SECRET)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"organ": "990000"}, UnknownOrgan),
        ({"organ": None}, BadReach),
        ({"holder": a_uscc()}, BadReach),
        ({"name": "taken"}, ClientNameTaken),
    ],
)
async def test_a_client_that_cannot_be_is_refused(
    memory: Memory, changes: dict[str, Any], refusal: type[Exception]
) -> None:
    await keep(memory, a_client(name="taken"))
    with pytest.raises(refusal):
        async with memory(EVERYTHING) as work:
            await handlers.add_client(replace(NEW, **changes), work)


async def test_a_client_gets_what_it_asks_for_or_all_it_has(memory: Memory) -> None:
    async with memory(EVERYTHING) as work:
        await handlers.add_client(NEW, work)
    async with memory(EVERYTHING) as work:
        for asked, granted in (
            (frozenset({"register:read"}), {"register:read"}),
            (frozenset(), NEW.permissions),
        ):
            query = Authenticate(name="jiangning", secret=SECRET, asked=frozenset(asked))
            client, given = await handlers.authenticate(query, work)
            assert (client.name, given) == ("jiangning", granted)


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (("nobody", SECRET, ""), BadCredentials),
        (("jiangning", "wrong", ""), BadCredentials),
        (("jiangning", "", ""), BadCredentials),
        (("jiangning", "wrong", "subsidy:pay"), BadCredentials),
        (("jiangning", SECRET, "subsidy:pay"), ScopeNotGranted),
    ],
)
async def test_nobody_gets_a_token_for_another_name_secret_or_scope(
    memory: Memory, given: tuple[str, str, str], refusal: type[Exception]
) -> None:
    async with memory(EVERYTHING) as work:
        await handlers.add_client(NEW, work)
    name, secret, asked = given
    query = Authenticate(name=name, secret=secret, asked=frozenset(asked.split()))
    async with memory(EVERYTHING) as work:
        with pytest.raises(refusal):
            await handlers.authenticate(query, work)
