"""Whatever is paid, asked back, repaid, offset, given up: every balance stays at nought or above, and all of them agree."""

from datetime import timedelta
from random import Random
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import Item, ItemState
from services.subsidy.domain.payment import Batch, BatchState, NothingToPay, OrderState
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_faults import (
    NothingToRecover,
    OffsetUnderway,
    OverPaid,
)
from services.subsidy.domain.recovery_item import EntryKind
from services.subsidy.domain.recovery_terms import RecoveryState
from services.subsidy.handlers.payments import cancel_batch, release_batch
from shared.clock import SHANGHAI
from tests.subsidy.builders import NOON, lathe, robot
from tests.subsidy.claiming import ORGAN, Claimant
from tests.subsidy.recovering import Debtor
from tests.subsidy.works import SubsidyWorks, set_aside

_ACTS = (
    "claim",
    "order",
    "settle",
    "return",
    "cancel",
    "open",
    "notice",
    "repay",
    "plan",
    "write_off",
    "revoke",
)
_OWING = (("claim", 4), ("order", 0), ("settle", 0), ("open", 1), ("notice", 0), ("claim", 2))
"""From here on something is due back, and something to be paid."""
_KINDS = (lathe(4), robot(3), lathe(3), robot(2))
Step = tuple[str, int]


class Life:
    """Anything that may happen to the money of one employer, in any order."""

    def __init__(self, debtor: Debtor) -> None:
        self.debtor = debtor
        self.claims: list[UUID] = []
        self.batches: list[UUID] = []

    async def step(self, act: str, pick: int) -> None:
        """Do it where there is something to do it to."""
        await getattr(self, f"_{act}")(pick)

    async def _claim(self, pick: int) -> None:
        kinds = [_KINDS[(pick + place) % 4] for place in range(1 + pick % 3)]
        self.claims.append((await self._claimant.approved(await self._claimant.claimed(*kinds))).id)

    async def _order(self, _pick: int) -> None:
        try:
            self.batches.append((await self._claimant.batch()).id)
        except NothingToPay:
            return

    async def _settle(self, _pick: int) -> None:
        await self._bank(back=False)

    async def _return(self, _pick: int) -> None:
        await self._bank(back=True)

    async def _cancel(self, _pick: int) -> None:
        async with self.debtor.works() as work:
            for key in self.batches:
                batch = await work.batches.get(key)
                if batch.state is BatchState.OPEN:
                    await cancel_batch(self._claimant.on(batch), work)
                    return

    async def _open(self, pick: int) -> None:
        items = await self._paid()
        if items:
            try:
                await self.debtor.opened(items[pick % len(items)])
            except NothingToRecover:
                return

    async def _notice(self, pick: int) -> None:
        recovery = await self._recovery(pick, RecoveryState.PROPOSED)
        if recovery is not None:
            await self.debtor.final(recovery)

    async def _repay(self, pick: int) -> None:
        recovery = await self._recovery(pick, RecoveryState.DUE)
        if recovery is None:
            return
        amount = max(1, int(recovery.remaining) * (1 + pick % 5) // 4)
        try:
            await self.debtor.repaid(recovery, amount)
        except OverPaid:
            assert amount > recovery.free

    async def _plan(self, pick: int) -> None:
        recovery = await self._recovery(pick, RecoveryState.DUE)
        if recovery is None:
            return
        today, left = self.debtor.works.at.astimezone(SHANGHAI).date(), int(recovery.remaining)
        first = max(1, left // 3)
        parts = [(today + timedelta(days=10), first), (today + timedelta(days=90), left - first)]
        await self.debtor.agreed(recovery, *(part for part in parts if part[1]))

    async def _write_off(self, pick: int) -> None:
        recovery = await self._recovery(pick, RecoveryState.DUE)
        if recovery is None:
            return
        try:
            await self.debtor.written_off(recovery)
        except OffsetUnderway:
            assert recovery.reserved

    async def _revoke(self, pick: int) -> None:
        found = [item for key in self.claims for item in await self._of(key)]
        if found:
            await self.debtor.revoked(found[pick % len(found)])

    @property
    def _claimant(self) -> Claimant:
        return self.debtor.claimant

    async def _of(self, claim_id: UUID) -> list[Item]:
        async with self.debtor.works() as work:
            return list(await work.items.first(claim_id, most=100))

    async def _paid(self) -> list[Item]:
        found = [item for key in self.claims for item in await self._of(key)]
        under = set()
        for recovery in await self.debtor.open_now():
            under |= {each.item_id for each in (await self.debtor.whole(recovery)).items if each.live}
        return [each for each in found if each.state is ItemState.PAID and each.id not in under]

    async def _recovery(self, pick: int, state: RecoveryState) -> Recovery | None:
        found = [each for each in await self.debtor.open_now() if each.state is state]
        return found[pick % len(found)] if found else None

    async def _bank(self, *, back: bool) -> None:
        for key in self.batches:
            async with self.debtor.works() as work:
                batch = await work.batches.get(key)
            if batch.state is BatchState.OPEN:
                batch = await self._release(batch.id)
            if batch is not None and batch.state is BatchState.RELEASED:
                orders = await self._claimant.orders(batch)
                await self.debtor.settled(batch, returned=[each.claim_id for each in orders] if back else [])

    async def _release(self, key: UUID) -> Batch:
        async with self.debtor.works() as work:
            return await release_batch(self._claimant.on(await work.batches.get(key)), work)


@settings(
    max_examples=10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
    phases=[Phase.generate],
)
@given(chance=st.randoms(use_true_random=False), count=st.integers(10, 24))
async def test_whatever_happens_to_the_money_every_account_stays_at_nought_or_above(
    works: SubsidyWorks, chance: Random, count: int
) -> None:
    steps = [(chance.choice(_ACTS), chance.randrange(30)) for _ in range(count)]
    life = await lived(works, [*_OWING, *steps])
    async with works() as work:
        everything = await work.postings.balances()
        claims = [await work.claims.get(key) for key in life.claims]
    assert sum(each.balance for each in everything) == 0
    sums = await life.debtor.accounts(*claims)
    granted = -sums.pop(Account.GRANTED, 0)
    assert min(sums.values(), default=0) >= 0
    assert granted == sum(sums.values()) == sum(each.total for each in claims)
    paid = sum(each.total for each in claims if each.state is ClaimState.PAID)
    back = [sums.get(each, 0) for each in (Account.DUE_BACK, Account.RECOVERED, Account.WRITTEN_OFF)]
    assert sums.get(Account.PAID, 0) + sum(back) == paid
    await agrees(life, back)
    assert await life.debtor.differences() == {}


async def lived(works: SubsidyWorks, steps: list[Step]) -> Life:
    """Do all of this, for an employer whose organ pays nobody else just now."""
    works.at = NOON
    async with works() as work:
        await set_aside(ORGAN, work)
    life = Life(await Debtor(await Claimant(works).on_record()).ready())
    for act, pick in steps:
        await life.step(act, pick)
    return life


async def agrees(life: Life, back: list[int]) -> None:
    """Recoveries, their items, instalments, entries and the orders that hold some of them back say the same."""
    found = [await life.debtor.whole(each) for each in await life.debtor.open_now()]
    told = [each.recovery for each in found if each.recovery.notice]
    assert sum(each.remaining for each in told) == back[0]
    assert sum(each.recovered for each in told) == back[1]
    assert sum(each.written_off for each in told) == back[2]
    async with life.debtor.works() as work:
        orders = [order for key in life.claims for order in await work.orders.of_claim(key)]
    for each in found:
        recovery = each.recovery
        assert sum(item.remaining for item in each.items if item.live) in (0, recovery.remaining)
        entries = {kind: sum(one.amount for one in each.entries if one.kind is kind) for kind in EntryKind}
        assert entries[EntryKind.REPAID] + entries[EntryKind.OFFSET] == recovery.recovered
        assert entries[EntryKind.WRITTEN_OFF] == recovery.written_off
        if recovery.notice:
            assert sum(part.unpaid for part in each.instalments) == recovery.remaining
        held = [
            offset.amount
            for order in orders
            for offset in order.offsets
            if offset.recovery_id == recovery.id and order.state is OrderState.ORDERED
        ]
        assert sum(held) == recovery.reserved
