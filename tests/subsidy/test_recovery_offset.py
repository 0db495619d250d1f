"""抵扣: the debtor's next payment is lowered by what it has to pay back, never below nought, and undone when not paid."""

import asyncio
import csv
from datetime import timedelta
from io import StringIO

import pytest

from services.subsidy.claim_sheets import bank_csv
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import Batch, BatchState, OrderState
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import OffsetUnderway, OverPaid
from services.subsidy.domain.recovery_item import EntryKind
from services.subsidy.domain.recovery_terms import RecoveryState
from services.subsidy.handlers.payments import cancel_batch, release_batch
from services.subsidy.handlers.register import freeze_claims
from services.subsidy.payees import unseal_account
from shared.contracts.subsidy import ClaimPaid, HowRecovered, SubsidyRecovered
from shared.errors import Stale
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.recovering import Debtor
from tests.subsidy.test_claim_life import suspended


@pytest.fixture
async def debtor(payee: Claimant) -> Debtor:
    return await Debtor(payee).ready()


async def owing(debtor: Debtor) -> tuple[Claim, Recovery]:
    """1,500 yuan are due back, beyond objection."""
    claim = await debtor.paid(lathe(4))
    return claim, await debtor.final(await debtor.opened(*await debtor.items(claim)))


async def released(debtor: Debtor, batch: Batch) -> Batch:
    async with debtor.works() as work:
        return await release_batch(debtor.claimant.on(batch), work)


async def test_an_order_is_lowered_by_what_is_due_and_the_bank_transfers_the_rest(debtor: Debtor) -> None:
    owed, recovery = await owing(debtor)
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))
    batch = await debtor.claimant.batch()
    (order,) = await debtor.claimant.orders(batch)
    assert (order.amount, order.offset, order.gross) == (110_000, 150_000, 260_000)
    assert (batch.total, batch.offset) == (110_000, 150_000)
    held = await debtor.now(recovery)
    assert (held.reserved, held.remaining, held.free) == (150_000, 150_000, 0)
    with pytest.raises(OverPaid, match="正在抵扣"):
        await debtor.repaid(held, 1)
    with pytest.raises(OffsetUnderway):
        await debtor.written_off(held)
    batch = await released(debtor, batch)
    account = unseal_account(debtor.works.cipher, order.id, order.account)
    _, line, trailer = csv.reader(StringIO(bank_csv(batch, [(order, account)]).decode()))
    assert line[6:] == ["1100.00", "1", "1500.00"]
    assert trailer[:3] == ["T", "1", "1100.00"]
    debtor.works.announced.clear()
    await debtor.settled(batch)
    settled = await debtor.now(recovery)
    assert (settled.state, settled.recovered, settled.reserved) == (RecoveryState.SETTLED, 150_000, 0)
    paid, came = debtor.works.announced
    assert isinstance(paid, ClaimPaid)
    assert paid.amount_fen == 260_000
    assert isinstance(came, SubsidyRecovered)
    assert (came.how, came.amount_fen) == (HowRecovered.OFFSET, 150_000)
    (entry,) = (await debtor.whole(recovery)).entries
    assert (entry.kind, entry.reference) == (EntryKind.OFFSET, str(order.id))
    assert [each.state for each in await debtor.items(owed)] == [ItemState.RECOVERED]
    assert await debtor.accounts(claim) == {Account.GRANTED: -260_000, Account.PAID: 260_000}
    assert await debtor.accounts(owed) == {Account.GRANTED: -150_000, Account.RECOVERED: 150_000}
    assert await debtor.differences() == {}


async def test_a_claim_with_nothing_left_to_transfer_is_paid_by_offset_when_a_second_person_releases_it(
    debtor: Debtor,
) -> None:
    first = await debtor.paid(robot(2))
    recovery = await debtor.final(await debtor.opened(*await debtor.items(first)))
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4)))
    batch = await debtor.claimant.batch()
    (order,) = await debtor.claimant.orders(batch)
    assert (order.amount, order.offset, batch.total) == (0, 150_000, 0)
    assert (await debtor.claimant.now(claim)).state is ClaimState.ORDERED
    batch = await released(debtor, batch)
    (order,) = await debtor.claimant.orders(batch)
    assert (batch.state, order.state) == (BatchState.SETTLED, OrderState.PAID)
    assert order.reason == "全额抵扣 · wholly offset"
    assert (await debtor.claimant.now(claim)).state is ClaimState.PAID
    left = await debtor.now(recovery)
    assert (left.recovered, left.remaining) == (150_000, left.due - 150_000)
    assert await debtor.differences() == {}


async def test_orders_of_one_batch_share_what_is_due_and_others_are_not_touched(debtor: Debtor) -> None:
    first = await debtor.paid(robot(3))
    recovery = await debtor.final(await debtor.opened(*await debtor.items(first)))
    claims = [await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4))) for _ in range(3)]
    other = await Claimant(debtor.works, organ=debtor.claimant.organ).on_record()
    going = await other.approved(await other.claimed(lathe(4)))
    batch = await debtor.claimant.released()
    orders = {each.claim_id: each for each in await debtor.claimant.orders(batch)}
    assert [(orders[each.id].amount, orders[each.id].offset) for each in claims] == [
        (0, 150_000),
        (40_000, 110_000),
        (150_000, 0),
    ]
    assert (orders[going.id].amount, orders[going.id].offset) == (150_000, 0)
    assert (await debtor.claimant.now(claims[0])).state is ClaimState.PAID
    await debtor.settled(batch)
    assert (await debtor.now(recovery)).state is RecoveryState.SETTLED
    assert {(await debtor.claimant.now(each)).state for each in claims} == {ClaimState.PAID}
    assert await debtor.differences() == {}


async def test_what_is_not_final_is_not_offset(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4))
    await debtor.noticed(await debtor.opened(*await debtor.items(claim)))
    await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))
    debtor.works.at -= timedelta(days=1)
    (order,) = await debtor.claimant.orders(await debtor.claimant.batch())
    assert (order.amount, order.offset) == (260_000, 0)


@pytest.mark.parametrize("how", ["cancelled", "frozen", "returned"])
async def test_an_order_that_is_not_paid_lets_go_of_what_it_kept_back(debtor: Debtor, how: str) -> None:
    _, recovery = await owing(debtor)
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))
    batch = await debtor.claimant.batch()
    if how == "cancelled":
        async with debtor.works() as work:
            await cancel_batch(debtor.claimant.on(batch), work)
    elif how == "frozen":
        async with debtor.works() as work:
            await freeze_claims(suspended(debtor.claimant), work)
    else:
        await debtor.settled(await released(debtor, batch), returned=[claim.id])
    left = await debtor.now(recovery)
    assert (left.state, left.reserved, left.free) == (RecoveryState.DUE, 0, 150_000)
    assert await debtor.differences() == {}
    if how == "returned":
        assert (await debtor.repaid(left, 100_000)).free == 50_000
        (again,) = await debtor.claimant.orders(await debtor.claimant.batch())
        assert (again.amount, again.offset) == (210_000, 50_000)


async def test_instalments_agreed_on_are_offset_once_they_are_due(debtor: Debtor) -> None:
    _, recovery = await owing(debtor)
    today = debtor.works.at.date()
    await debtor.agreed(recovery, (today + timedelta(days=1), 40_000), (today + timedelta(days=400), 110_000))
    await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))
    batch = await debtor.claimant.batch()
    (order,) = await debtor.claimant.orders(batch)
    assert (order.amount, order.offset) == (220_000, 40_000)
    await debtor.settled(await released(debtor, batch))
    plan = [each for each in (await debtor.whole(recovery)).instalments if each.agreed]
    assert [each.paid for each in plan] == [40_000, 0]


async def test_money_and_an_offset_at_once_never_take_more_than_is_due(debtor: Debtor) -> None:
    _, recovery = await owing(debtor)
    await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))

    async def tried(act: object) -> str:
        try:
            await act  # type: ignore[misc]  # a coroutine of either kind
        except (OverPaid, Stale) as refused:
            return type(refused).__name__
        return "done"

    made = await asyncio.gather(
        *(tried(debtor.repaid(recovery, 100_000)) for _ in range(3)), tried(debtor.claimant.batch())
    )
    assert "done" in made
    left = await debtor.now(recovery)
    assert left.recovered + left.reserved <= 150_000
    assert await debtor.differences() == {}
