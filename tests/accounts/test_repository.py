"""What the repositories promise; the ones in memory and the ones on PostgreSQL keep it alike."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from services.accounts.domain import (
    AccountState,
    AlreadyOpen,
    ClientNameTaken,
    UnknownAccount,
    UnknownClient,
)
from shared.errors import Stale
from shared.paging import BadCursor, encode_cursor
from shared.persistence.aggregates import OutOfReach
from shared.values import StationCode
from tests.accounts.works import EVERYTHING, OpenWork, holder, keep, within
from tests.builders import AT, TURNER, a_client, a_uscc, an_account, an_item

KEY = str(UUID(int=7))


async def test_an_account_comes_back_as_it_was_kept(works: OpenWork) -> None:
    account = an_account(
        scope=(an_item(TURNER, work_type="数控车工", level=3), an_item("4-03-02-07")),
        station_codes=(StationCode("Y000032000001"), StationCode("S000032000002")),
        basis=("N2.1", "N2.4"),
        state=AccountState.SUSPENDED,
        reason="逾期未整改",
    )
    await keep(works, account)
    async with works(EVERYTHING) as work:
        found = await work.accounts.get(account.id, seen=1)
        assert found is await work.accounts.of_institution(account.institution_id)
    assert vars(found) == vars(account)


@pytest.mark.parametrize("reach", [{"organ": "320115", "holder": None}, {"organ": None, "holder": a_uscc()}])
async def test_a_client_comes_back_as_it_was_kept(works: OpenWork, reach: dict[str, str | None]) -> None:
    client = a_client(**reach)
    await keep(works, client)
    async with works(EVERYTHING) as work:
        assert vars(await work.clients.named(client.name)) == vars(client)


async def test_what_is_not_there_is_unknown(works: OpenWork) -> None:
    async with works(EVERYTHING) as work:
        with pytest.raises(UnknownAccount):
            await work.accounts.get(uuid4())
        with pytest.raises(UnknownAccount):
            await work.accounts.of_institution(uuid4())
        with pytest.raises(UnknownClient):
            await work.clients.named("nobody")


async def test_a_change_is_saved_with_the_next_version(works: OpenWork) -> None:
    account = an_account()
    await keep(works, account)
    async with works(EVERYTHING) as work:
        (await work.accounts.get(account.id, seen=1)).suspend(reason="逾期未整改")
    async with works(EVERYTHING) as work:
        found = await work.accounts.get(account.id)
        assert (found.state, found.version) == (AccountState.SUSPENDED, 2)
        with pytest.raises(Stale):
            await work.accounts.get(account.id, seen=1)


async def test_of_two_who_change_the_same_the_later_is_stale(works: OpenWork) -> None:
    account = an_account()
    await keep(works, account)

    async def overtaken() -> None:
        async with works(EVERYTHING) as slow:
            mine = await slow.accounts.get(account.id)
            async with works(EVERYTHING) as quick:
                (await quick.accounts.get(account.id)).suspend(reason="快")
            mine.suspend(reason="慢")

    with pytest.raises(Stale):
        await overtaken()
    async with works(EVERYTHING) as work:
        assert (await work.accounts.get(account.id)).reason == "快"


async def test_an_institution_has_one_account_and_a_name_one_client(works: OpenWork) -> None:
    account, client = an_account(), a_client()
    await keep(works, account, client)
    with pytest.raises(AlreadyOpen):
        await keep(works, an_account(institution_id=account.institution_id))
    with pytest.raises(ClientNameTaken):
        await keep(works, a_client(name=client.name))


async def test_an_account_exists_for_its_district_its_institution_and_nobody_else(
    works: OpenWork, organ: str
) -> None:
    account = an_account(organ=organ)
    await keep(works, account)
    for scope in (within(organ), within("other", organ), holder(account.uscc), EVERYTHING):
        async with works(scope) as work:
            assert (await work.accounts.get(account.id)).id == account.id
    for scope in (within(), within("other"), holder(a_uscc())):
        async with works(scope) as work:
            assert (await work.accounts.page(cursor=None, size=5)).items == []
            with pytest.raises(UnknownAccount):
                await work.accounts.get(account.id)
            with pytest.raises(UnknownAccount):
                await work.accounts.of_institution(account.institution_id)


async def test_no_account_is_kept_beyond_ones_reach(works: OpenWork, organ: str) -> None:
    with pytest.raises(OutOfReach):
        await keep(works, an_account(organ="other"), scope=within(organ))


async def test_accounts_are_paged_in_the_order_in_which_they_were_opened(works: OpenWork, organ: str) -> None:
    late, early = an_account(organ=organ, opened_at=AT + timedelta(days=1)), an_account(organ=organ)
    same = sorted([early, an_account(organ=organ)], key=lambda it: it.id)
    await keep(works, late, *same)
    seen: list[UUID] = []
    cursor: str | None = None
    for _ in range(3):
        async with works(within(organ)) as work:
            page = await work.accounts.page(cursor=cursor, size=1)
        seen += [each.id for each in page.items]
        cursor = page.next
    assert seen == [*(each.id for each in same), late.id]
    assert cursor is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "W10",
        encode_cursor("a"),
        encode_cursor("a", "b"),
        encode_cursor("no moment", KEY),
        encode_cursor("2024-03-04T09:00:00", KEY),
        encode_cursor(AT.isoformat(), "no id"),
    ],
)
async def test_a_cursor_that_was_not_given_out_turns_no_page(works: OpenWork, cursor: str) -> None:
    async with works(EVERYTHING) as work:
        with pytest.raises(BadCursor):
            await work.accounts.page(cursor=cursor, size=5)
