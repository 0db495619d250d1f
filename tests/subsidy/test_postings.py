"""The money's accounts: debits equal credits whatever happens to claims, and agree with what they account for."""

import random
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.payment import Batch, BatchState, NothingToPay
from services.subsidy.domain.posting import Account, Balance, NothingMoved, Posting, balances
from services.subsidy.handlers.payments import cancel_batch, release_batch
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.register import freeze_claims, release_claims
from services.subsidy.handlers.watch import BalanceWatch
from shared.policy import MoneyLine
from shared.values import Fen
from tests.subsidy.builders import NOON, lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.test_claim_life import resumed, suspended


async def of_organ(payee: Claimant, **asked: str) -> dict[Account, int]:
    """Balances of the employer's organ since this test began: what earlier tests posted there is taken off."""
    async with payee.works() as work:
        found = await work.postings.balances(organ=payee.organ, **asked)  # type: ignore[arg-type]  # line is not asked
    return {each.account: each.balance for each in found}


async def of_claims(payee: Claimant, *claims: Claim) -> dict[Account, int]:
    sums = dict.fromkeys(Account, 0)
    async with payee.works() as work:
        for claim in claims:
            for each in await work.postings.of_claim(claim.id):
                sums[each.debit] -= each.amount
                sums[each.credit] += each.amount
    return {account: total for account, total in sums.items() if total}


async def test_each_step_of_a_claim_posts_where_its_money_stands(payee: Claimant) -> None:
    claim = await payee.approved(await payee.claimed(lathe(4)))
    assert await of_claims(payee, claim) == {Account.GRANTED: -150_000, Account.OWED: 150_000}
    first = await payee.released()
    assert await of_claims(payee, claim) == {Account.GRANTED: -150_000, Account.ORDERED: 150_000}
    await payee.settled(first, returned=[claim.id])
    assert await of_claims(payee, claim) == {Account.GRANTED: -150_000, Account.RETURNED: 150_000}
    again = await payee.batch()
    async with payee.works() as work:
        await cancel_batch(payee.on(again), work)
    assert await of_claims(payee, claim) == {Account.GRANTED: -150_000, Account.RETURNED: 150_000}
    await payee.settled(await payee.released(), sha256="b" * 64)
    assert await of_claims(payee, claim) == {Account.GRANTED: -150_000, Account.PAID: 150_000}


async def test_balances_are_told_by_month(payee: Claimant) -> None:
    before = await of_organ(payee, month="2024-06")
    claim = await payee.approved(await payee.claimed(lathe(4)))
    assert claim.approval is not None
    month = f"{payee.works.at:%Y-%m}"
    now = await of_organ(payee, month=month)
    assert now[Account.OWED] - before.get(Account.OWED, 0) == 150_000
    assert await of_organ(payee, month="2001-01") == {}


@pytest.mark.parametrize(("amount", "credit"), [(0, Account.PAID), (1, Account.OWED)])
def test_a_posting_moves_something_from_one_account_to_another(amount: int, credit: Account) -> None:
    with pytest.raises(NothingMoved):
        Posting(
            id=uuid4(),
            organ="320115",
            line=MoneyLine.TRAINING,
            month="2024-06",
            debit=Account.OWED,
            credit=credit,
            amount=Fen(amount),
            claim_id=uuid4(),
            item_id=None,
            ref="",
            at=NOON,
        )


def test_balances_come_in_the_order_of_organs_lines_and_accounts() -> None:
    line = MoneyLine.TRAINING
    sums = {
        ("2", line, Account.OWED): (0, 5),
        ("1", line, Account.PAID): (0, 1),
        ("1", line, Account.OWED): (1, 0),
    }
    found = balances(sums)
    assert [(each.organ, each.account, each.balance) for each in found] == [
        ("1", Account.OWED, -1),
        ("1", Account.PAID, 1),
        ("2", Account.OWED, 5),
    ]
    assert found[0] == Balance(organ="1", line=line, account=Account.OWED, debits=1, credits=0)


async def test_the_service_itself_can_change_no_posting(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    for statement in ("UPDATE posting SET amount_fen = 1", "DELETE FROM posting"):
        with pytest.raises(Exception, match="permission denied"):
            async with payee.works.engine.connect() as connection, connection.begin():
                await connection.execute(text(statement))


async def test_the_watch_tells_by_how_much_accounts_are_wrong(payee: Claimant) -> None:
    told: list[float] = []
    watch = BalanceWatch(told.append)
    async with payee.works() as work:
        (due,) = await watch.due(work)
        before = await watch.run(due.id, work)
    claim = await payee.approved(await payee.claimed(lathe(4)))
    async with payee.works() as work:
        assert await watch.run(due.id, work) == before
        post(work, claim, debit=Account.GRANTED, credit=Account.OWED, amount=Fen(7), ref="wrong")
    async with payee.works() as work:
        assert await watch.run(due.id, work) == before + 7
        post(work, claim, debit=Account.OWED, credit=Account.GRANTED, amount=Fen(7), ref="right")
    assert told == [before, before, before + 7]


async def test_the_watch_looks_every_five_minutes(payee: Claimant) -> None:
    watch = BalanceWatch(lambda _: None)
    async with payee.works() as work:
        assert len(await watch.due(work)) == 1
        assert await watch.due(work) == []


class Life:
    """Anything that may happen to some claims, in any order that chance makes."""

    def __init__(self, payee: Claimant, chance: random.Random) -> None:
        self.payee = payee
        self.chance = chance
        self.claims: list[UUID] = []
        self.batches: list[UUID] = []
        self.frozen = False

    async def step(self) -> None:
        acts = [self.claim, self.draw_up, self.release, self.cancel, self.settle, self.freeze]
        await self.chance.choice(acts)()

    async def claim(self) -> None:
        if self.frozen:
            return
        kinds = self.chance.choices([lathe(4), lathe(3), robot(3), robot(2)], k=self.chance.randint(1, 3))
        self.claims.append((await self.payee.approved(await self.payee.claimed(*kinds))).id)

    async def draw_up(self) -> None:
        try:
            self.batches.append((await self.payee.batch()).id)
        except NothingToPay:
            return

    async def release(self) -> None:
        batch = await self._any(BatchState.OPEN)
        if batch:
            async with self.payee.works() as work:
                await release_batch(self.payee.on(batch), work)

    async def cancel(self) -> None:
        batch = await self._any(BatchState.OPEN)
        if batch:
            async with self.payee.works() as work:
                await cancel_batch(self.payee.on(batch), work)

    async def settle(self) -> None:
        batch = await self._any(BatchState.RELEASED)
        if batch:
            claims = [each.claim_id for each in await self.payee.orders(batch)]
            back = [each for each in claims if self.chance.random() < 0.4]
            await self.payee.settled(batch, returned=back, sha256=f"{batch.id.int:064x}"[:64])

    async def freeze(self) -> None:
        async with self.payee.works() as work:
            if self.frozen:
                await release_claims(resumed(self.payee), work)
            else:
                await freeze_claims(suspended(self.payee), work)
        self.frozen = not self.frozen

    async def _any(self, state: BatchState) -> Batch | None:
        async with self.payee.works() as work:
            found = [await work.batches.get(key) for key in self.batches]
        return self.chance.choice([each for each in found if each.state is state] or [None])


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_the_accounts_balance_and_agree_with_claims_and_orders(
    payee: Claimant, seed: int
) -> None:
    life = Life(payee, random.Random(seed))  # noqa: S311 — chance, not a secret
    for _ in range(25):
        await life.step()
    async with payee.works() as work:
        everything = await work.postings.balances()
        assert sum(each.debits for each in everything) == sum(each.credits for each in everything)
        claims = [await work.claims.get(key) for key in life.claims]
    standing = await of_claims(payee, *claims)
    granted = -standing.pop(Account.GRANTED, 0)
    assert granted == sum(standing.values()) == sum(each.total for each in claims)
    assert min(standing.values(), default=0) >= 0
    paid = sum(each.total for each in claims if each.state is ClaimState.PAID)
    assert standing.get(Account.PAID, 0) == paid
    owed = [(ClaimState.APPROVED, Account.OWED), (ClaimState.ORDERED, Account.ORDERED)]
    for state, account in [*owed, (ClaimState.RETURNED, Account.RETURNED)]:
        stand = [each.total for each in claims if state in (each.state, each.resumes_as)]
        assert standing.get(account, 0) == sum(stand)
