"""From approval to the bank and back: batches by two persons, one order a claim, what comes back paid again once."""

import asyncio
import csv
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256
from io import StringIO
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.subsidy.claim_sheets import bank_csv
from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payee import PayeeKnown
from services.subsidy.domain.payment import (
    AlreadyOrdered,
    BatchOutOfTurn,
    BatchState,
    NothingToPay,
    OrderState,
    next_pay_day,
)
from services.subsidy.domain.refusals import NotTheHandlingOrgan, SamePerson
from services.subsidy.handlers import payments
from services.subsidy.handlers.payments import DrawUp, cancel_batch, draw_up_batch, release_batch
from services.subsidy.handlers.register import freeze_claims, release_claims
from services.subsidy.payees import unseal_account
from shared.clock import SHANGHAI
from shared.contracts.subsidy import ClaimPaid
from shared.errors import Stale
from shared.policy import MoneyLine, Policy
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.test_claim_life import resumed, suspended


async def test_an_approved_claim_is_ordered_released_paid_and_announced(payee: Claimant) -> None:
    claim = await payee.approved(await payee.claimed(lathe(4), robot(3)))
    batch = await payee.released()
    assert (batch.state, batch.orders, batch.total) == (BatchState.RELEASED, 1, 410_000)
    assert (await payee.now(claim)).state is ClaimState.ORDERED
    assert {each.state for each in await payee.items(claim)} == {ItemState.ORDERED}
    payee.works.announced.clear()
    settled = await payee.settled(batch)
    assert settled.state is BatchState.SETTLED
    paid = await payee.now(claim)
    assert (paid.state, paid.total) == (ClaimState.PAID, 410_000)
    assert {each.state for each in await payee.items(claim)} == {ItemState.PAID}
    (told,) = payee.works.announced
    assert isinstance(told, ClaimPaid)
    assert (told.certificates, told.amount_fen, told.uscc) == (2, 410_000, payee.uscc)
    assert [(each.level, each.amount_fen) for each in told.items] == [(4, 150_000), (3, 260_000)]
    assert told.basis == ("N1.4", "N1.6", "N1.7")


async def test_whoever_drew_a_batch_up_does_not_release_it(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    batch = await payee.batch(by="accountant-a")
    with pytest.raises(SamePerson):
        async with payee.works() as work:
            await release_batch(payee.on(batch, "accountant-a"), work)


async def test_a_claim_without_an_account_waits_for_a_later_batch(payee: Claimant) -> None:
    other = await Claimant(payee.works, organ=payee.organ).on_record(account=False)
    waiting = await other.approved(await other.claimed(lathe(4)))
    with pytest.raises(NothingToPay):
        await payee.batch()
    await other.give_account()
    batch = await payee.batch()
    assert [each.claim_id for each in await payee.orders(batch)] == [waiting.id]


async def test_claims_without_an_account_do_not_keep_others_from_being_paid(
    payee: Claimant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payments, "MOST_ORDERS", 1)
    other = await Claimant(payee.works, organ=payee.organ).on_record(account=False)
    await other.approved(await other.claimed(lathe(4)))
    paid = await payee.approved(await payee.claimed(lathe(4)))
    assert [each.claim_id for each in await payee.orders(await payee.batch())] == [paid.id]


async def test_two_batches_at_once_never_order_a_claim_twice(payee: Claimant) -> None:
    claim = await payee.approved(await payee.claimed(lathe(4)))

    async def drawn() -> str:
        try:
            return str((await payee.batch()).id)
        except (NothingToPay, Stale) as refused:
            return type(refused).__name__

    made = await asyncio.gather(*(drawn() for _ in range(8)))
    assert sum(each not in ("NothingToPay", "Stale") for each in made) == 1
    async with payee.works() as work:
        assert len(await work.orders.of_claim(claim.id)) == 1


async def test_the_database_itself_refuses_a_second_order_for_a_claim(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    (order,) = await payee.orders(await payee.batch())
    with pytest.raises(AlreadyOrdered):
        async with payee.works() as work:
            work.orders.add(replace(order, id=uuid4()))


async def test_what_the_bank_gives_back_is_paid_once_more_in_a_later_batch(payee: Claimant) -> None:
    claim = await payee.approved(await payee.claimed(lathe(4)))
    first = await payee.released()
    payee.works.announced.clear()
    await payee.settled(first, returned=[claim.id])
    assert (await payee.now(claim)).state is ClaimState.RETURNED
    assert {each.state for each in await payee.items(claim)} == {ItemState.RETURNED}
    assert payee.works.announced == []
    second = await payee.released()
    (again,) = await payee.orders(second)
    (before,) = await payee.orders(first)
    assert (again.follows, before.state, before.reason) == (before.id, OrderState.RETURNED, "账号户名不符")
    await payee.settled(second, sha256="b" * 64)
    assert (await payee.now(claim)).state is ClaimState.PAID
    assert [type(each) for each in payee.works.announced] == [ClaimPaid]
    with pytest.raises(NothingToPay):
        await payee.batch()


async def test_a_cancelled_batch_leaves_its_claims_to_the_next(payee: Claimant) -> None:
    claim = await payee.approved(await payee.claimed(lathe(4)))
    batch = await payee.batch()
    async with payee.works() as work:
        await cancel_batch(payee.on(batch), work)
    assert (await payee.now(claim)).state is ClaimState.APPROVED
    again = await payee.released()
    await payee.settled(again)
    assert (await payee.now(claim)).state is ClaimState.PAID


async def test_a_released_batch_is_not_cancelled(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    batch = await payee.released()
    with pytest.raises(BatchOutOfTurn):
        async with payee.works() as work:
            await cancel_batch(payee.on(batch), work)


async def test_another_organ_draws_up_nothing(payee: Claimant) -> None:
    command = DrawUp(organ=payee.organ, line=MoneyLine.TRAINING, own="320115", by="accountant-a")
    with pytest.raises(NotTheHandlingOrgan):
        async with payee.works() as work:
            await draw_up_batch(command, work)


async def test_the_city_pays_for_its_districts(payee: Claimant) -> None:
    claim = await payee.approved(await payee.claimed(lathe(4)))
    command = DrawUp(organ=payee.organ, line=MoneyLine.TRAINING, own="320100", by="city-a")
    async with payee.works() as work:
        batch = await draw_up_batch(command, work)
    assert [each.claim_id for each in await payee.orders(batch)] == [claim.id]


async def test_n3_3_a_freeze_takes_the_order_out_of_a_batch_that_waits(payee: Claimant) -> None:
    other = await Claimant(payee.works, organ=payee.organ).on_record()
    frozen = await payee.approved(await payee.claimed(lathe(4)))
    going = await other.approved(await other.claimed(robot(3)))
    batch = await payee.batch()
    async with payee.works() as work:
        await freeze_claims(suspended(payee), work)
    assert (await payee.now(frozen)).resumes_as is ClaimState.APPROVED
    async with payee.works() as work:
        batch = await work.batches.get(batch.id)
        assert (batch.orders, batch.total) == (1, 260_000)
        await release_batch(payee.on(batch), work)
    await payee.settled(batch)
    assert (await payee.now(going)).state is ClaimState.PAID
    async with payee.works() as work:
        await release_claims(resumed(payee), work)
    later = await payee.released()
    assert [each.claim_id for each in await payee.orders(later)] == [frozen.id]


async def test_n3_3_what_the_bank_has_already_is_booked_as_it_says_though_the_claim_is_frozen(
    payee: Claimant,
) -> None:
    paid = await payee.approved(await payee.claimed(lathe(4)))
    back = await payee.approved(await payee.claimed(robot(3)))
    batch = await payee.released()
    async with payee.works() as work:
        await freeze_claims(suspended(payee), work)
    await payee.settled(batch, returned=[back.id])
    assert (await payee.now(paid)).state is ClaimState.PAID
    frozen = await payee.now(back)
    assert (frozen.state, frozen.resumes_as) == (ClaimState.FROZEN, ClaimState.RETURNED)
    with pytest.raises(NothingToPay):
        await payee.batch()


async def test_a_suspension_that_crossed_the_batch_takes_the_order_out_at_its_release(
    payee: Claimant,
) -> None:
    other = await Claimant(payee.works, organ=payee.organ).on_record()
    held = await payee.approved(await payee.claimed(lathe(4)))
    await other.approved(await other.claimed(robot(3)))
    batch = await payee.batch()
    async with payee.works() as work:
        institution = await work.institutions.get(payee.key)
        institution.standing = type(institution.standing)("suspended")
    async with payee.works() as work:
        released = await release_batch(payee.on(batch), work)
    assert (released.orders, (await payee.now(held)).state) == (1, ClaimState.APPROVED)


async def test_the_banks_file_ends_with_count_total_and_the_digest_of_every_line(payee: Claimant) -> None:
    other = await Claimant(payee.works, organ=payee.organ).on_record()
    await payee.approved(await payee.claimed(lathe(4)))
    await other.approved(await other.claimed(robot(3)))
    batch = await payee.released()
    payables = [
        (each, unseal_account(payee.works.cipher, each.id, each.account))
        for each in await payee.orders(batch)
    ]
    content = bank_csv(batch, payables)
    body, _, trailer = content.decode().removesuffix("\r\n").rpartition("\r\n")
    lines = list(csv.reader(StringIO(body)))
    assert lines[0] == ["H", batch.number, payee.organ, "B", batch.pay_on.isoformat()]
    assert sorted(line[5:] for line in lines[1:]) == [
        ["32001888123456789012", "1500.00", "1", "0.00"],
        ["32001888123456789012", "2600.00", "1", "0.00"],
    ]
    digest = sha256(f"{body}\r\n".encode()).hexdigest()
    assert trailer.split(",") == ["T", "2", "4100.00", digest]


async def test_a_name_that_looks_like_a_formula_is_no_formula_in_the_banks_file(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    batch = await payee.released()
    (order,) = await payee.orders(batch)
    account = replace(unseal_account(payee.works.cipher, order.id, order.account), name="=HYPERLINK(0)")
    assert b",'=HYPERLINK(0)," in bank_csv(batch, [(order, account)])


async def test_an_account_is_kept_sealed_and_each_order_seals_its_own_copy(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    batch = await payee.batch()
    (order,) = await payee.orders(batch)
    await payee.give_account("6222000011112222333", seen=1)
    assert unseal_account(payee.works.cipher, order.id, order.account).number == "32001888123456789012"
    counted = text("SELECT count(*) FROM payment_order WHERE account_number LIKE :plain")
    async with payee.works.engine.connect() as connection:
        await connection.execute(text("SELECT set_config('njt.everything', 'on', false)"))
        found = await connection.execute(counted, {"plain": b"%32001888123456789012%"})
        assert found.scalar_one() == 0
        await connection.rollback()


async def test_an_account_is_given_once_and_then_changed_at_its_version(payee: Claimant) -> None:
    with pytest.raises(PayeeKnown):
        await payee.give_account()
    with pytest.raises(Stale):
        await payee.give_account(seen=7)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2024, 6, 3), date(2024, 6, 25)),
        (date(2024, 6, 25), date(2024, 6, 25)),
        (date(2024, 6, 26), date(2024, 7, 25)),
        (
            date(2024, 12, 26),
            date(2025, 1, 26),
        ),  # the 25th was a Saturday, the 26th worked for Spring Festival
        (date(2024, 5, 6), date(2024, 5, 27)),  # a Saturday
    ],
)
def test_money_goes_out_on_the_pay_day_or_the_first_working_day_after_it(
    policy: Policy, today: date, expected: date
) -> None:
    assert next_pay_day(policy, today) == expected


async def test_a_batch_is_numbered_by_organ_line_and_month(payee: Claimant) -> None:
    await payee.approved(await payee.claimed(lathe(4)))
    payee.works.at = datetime(2024, 6, 26, 9, tzinfo=SHANGHAI)
    batch = await payee.batch()
    assert batch.number.startswith(f"{payee.organ}-B-202407-")
    assert batch.pay_on == date(2024, 7, 25)
