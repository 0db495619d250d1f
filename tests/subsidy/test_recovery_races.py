"""A revocation that arrives while a claim is being ordered, released or settled: nothing revoked is paid and forgotten."""

import asyncio
from collections.abc import Awaitable

import pytest

from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import BatchState, NothingToPay, OrderState
from services.subsidy.handlers.payments import release_batch
from shared.errors import Stale
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.recovering import Debtor


@pytest.fixture
async def debtor(payee: Claimant) -> Debtor:
    return await Debtor(payee).ready()


async def tried(act: Awaitable[object]) -> str:
    try:
        await act
    except (Stale, NothingToPay) as refused:
        return type(refused).__name__
    return "done"


@pytest.mark.parametrize("turn", range(4))
async def test_a_revocation_and_a_batch_at_once_leave_nothing_revoked_in_an_order(
    debtor: Debtor, turn: int
) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4), robot(3)))
    first, _ = await debtor.items(claim)

    async def revoked() -> None:
        await asyncio.sleep(turn * 0.004)
        while await tried(debtor.revoked(first)) == "Stale":
            await asyncio.sleep(0)

    await asyncio.gather(revoked(), tried(debtor.claimant.batch()))
    (item, _) = await debtor.items(claim)
    assert item.state is ItemState.REFUSED
    async with debtor.works() as work:
        standing = [
            each.amount for each in await work.orders.of_claim(claim.id) if each.state is OrderState.ORDERED
        ]
    assert standing in ([], [260_000])
    assert await debtor.differences() == {}


@pytest.mark.parametrize("turn", range(4))
async def test_a_revocation_and_the_banks_word_at_once_recover_it_once(debtor: Debtor, turn: int) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4), robot(3)))
    batch = await debtor.claimant.batch()
    first, _ = await debtor.items(claim)

    async def revoked() -> None:
        await asyncio.sleep(turn * 0.004)
        while await tried(debtor.revoked(first)) == "Stale":
            await asyncio.sleep(0)

    async def paid() -> None:
        async with debtor.works() as work:
            released = await release_batch(debtor.claimant.on(batch), work)
        if released.state is BatchState.RELEASED:
            await debtor.settled(released)

    await asyncio.gather(revoked(), tried(paid()))
    async with debtor.works() as work:
        state = (await work.batches.get(batch.id)).state
    if state is BatchState.RELEASED:
        await debtor.settled(batch)
    (item, _) = await debtor.items(claim)
    proposed = [each.due for each in await debtor.open_now()]
    assert (item.state, proposed) in [(ItemState.PAID, [150_000]), (ItemState.REFUSED, [])]
    assert await debtor.differences() == {}
