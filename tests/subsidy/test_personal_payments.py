"""A person's claim is paid to the person's own card, and the province alone is told."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import NothingToPay, OrderState
from services.subsidy.domain.posting import Account
from services.subsidy.handlers.personal import change_personal_account
from services.subsidy.payees import unseal_account
from shared.persistence.security import enter_everywhere
from shared.policy import MoneyLine
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.persons import CARD, Worker

OTHER_CARD = "6217000000000000019"


@pytest.fixture
def worker(payee: Claimant) -> Worker:
    """Of a district for which nobody else pays just now."""
    return Worker(payee)


async def approved(worker: Worker) -> Claim:
    return await worker.evaluator.approved(await worker.claimed(robot(3)))


async def told(worker: Worker, claim: Claim) -> list[tuple[str, str]]:
    """What the province is owed about a claim: code and lane."""
    asked = text("SELECT code, lane FROM exchange_intent WHERE business_key = :key")
    async with worker.works.engine.connect() as connection, connection.begin():
        await enter_everywhere(connection)
        found = await connection.execute(asked, {"key": f"claim:{claim.id}"})
        return [(row.code, row.lane) for row in found]


async def test_an_approved_claim_is_ordered_to_the_persons_card_and_paid(worker: Worker) -> None:
    claim = await approved(worker)
    worker.works.announced.clear()
    batch = await worker.released()
    assert (batch.line, batch.orders, batch.total) == (MoneyLine.INSURANCE, 1, 260_000)
    assert batch.pay_on.day in range(25, 32)
    (order,) = await worker.evaluator.orders(batch)
    async with worker.works() as work:
        account = unseal_account(work.cipher, order.id, order.account)
        assert order.account.index == work.cipher.blind_index(CARD)
    assert (account.name, account.number, order.uscc) == (worker.name, CARD, None)
    assert await told(worker, claim) == []
    await worker.evaluator.settled(batch)
    paid = await worker.evaluator.now(claim)
    assert (paid.state, paid.total) == (ClaimState.PAID, 260_000)
    assert {each.state for each in await worker.evaluator.items(claim)} == {ItemState.PAID}
    assert await told(worker, claim) == [("SUBSIDY_PAID", claim.organ)]
    assert worker.works.announced == []


async def test_the_two_lines_of_money_are_never_in_one_batch(worker: Worker) -> None:
    own = await approved(worker)
    employer = worker.evaluator
    other = await employer.approved(await employer.claimed(lathe(4)))
    insurance, training = await worker.released(), await employer.released()
    assert [each.claim_id for each in await employer.orders(insurance)] == [own.id]
    assert [each.claim_id for each in await employer.orders(training)] == [other.id]


async def test_each_step_posts_where_the_funds_money_stands(worker: Worker) -> None:
    claim = await approved(worker)
    await worker.evaluator.settled(await worker.released())
    async with worker.works() as work:
        posted = await work.postings.of_claim(claim.id)
    assert {(each.debit, each.credit) for each in posted} == {
        (Account.GRANTED, Account.OWED),
        (Account.OWED, Account.ORDERED),
        (Account.ORDERED, Account.PAID),
    }
    assert len(posted) == 3
    assert {(each.line, each.amount) for each in posted} == {(MoneyLine.INSURANCE, 260_000)}


async def test_what_the_bank_gives_back_is_paid_once_more_to_the_account_named_instead(
    worker: Worker,
) -> None:
    claim = await approved(worker)
    first = await worker.released()
    await worker.evaluator.settled(first, returned=[claim.id])
    returned = await worker.evaluator.now(claim)
    assert returned.state is ClaimState.RETURNED
    async with worker.works() as work:
        card = replace(worker.card, number=OTHER_CARD)
        await change_personal_account(worker.on(returned), card, work)
    second = await worker.released()
    (before,) = await worker.evaluator.orders(first)
    (again,) = await worker.evaluator.orders(second)
    assert (before.state, again.follows) == (OrderState.RETURNED, before.id)
    async with worker.works() as work:
        assert unseal_account(work.cipher, again.id, again.account).number == OTHER_CARD
    await worker.evaluator.settled(second, sha256="b" * 64)
    assert (await worker.evaluator.now(claim)).state is ClaimState.PAID
    with pytest.raises(NothingToPay):
        await worker.released()


async def test_a_suspended_evaluator_holds_no_persons_money_back(worker: Worker) -> None:
    """N3.3 stops what the institution claims; what it evaluated before is judged by its standing on that day."""
    claim = await approved(worker)
    async with worker.works() as work:
        institution = await work.institutions.get(worker.evaluator.key)
        institution.standing = type(institution.standing)("suspended")
    batch = await worker.released()
    assert [each.claim_id for each in await worker.evaluator.orders(batch)] == [claim.id]


async def test_one_card_given_by_several_people_is_seen_by_its_digest(worker: Worker) -> None:
    people = [Worker(worker.evaluator, name=name) for name in ("测试员丙", "测试员丁")]
    claims = [await each.claimed(lathe(4)) for each in people]
    counted = text(
        "SELECT count(DISTINCT claim.holder_index) FROM payee JOIN claim ON claim.id = payee.id"
        " WHERE account_index = :card AND claim.id = ANY(:claims)"
    )
    async with worker.works() as work:
        card = work.cipher.blind_index(CARD)
    async with worker.works.engine.connect() as connection, connection.begin():
        await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
        found = await connection.execute(counted, {"card": card, "claims": [each.id for each in claims]})
        assert found.scalar_one() == 2
