"""Opening a recovery: what it would touch, what is stopped, frozen, shown to the officer, and what it is refused for."""

from datetime import date
from uuid import uuid4

import pytest

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import ItemState, UnknownItem
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recoverable import Asked, Effect, Evaluated
from services.subsidy.domain.recovery_faults import (
    AlreadyUnderRecovery,
    AskedTooMuch,
    AtTheBank,
    CauseDoesNotHold,
    NothingToRecover,
    SeveralDebtors,
)
from services.subsidy.domain.recovery_terms import Cause, RecoveryState
from services.subsidy.domain.refusals import NotTheHandlingOrgan
from services.subsidy.handlers.recoveries import (
    cancel_recovery,
    preview_recovery,
    preview_sanction,
    sanctioned_institutions,
)
from services.subsidy.handlers.register import end_institution, release_claims
from shared.contracts import filing
from shared.contracts.subsidy import (
    ClaimFrozen,
    ClaimReleased,
)
from shared.values import Fen
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.recovering import Debtor
from tests.subsidy.test_claim_life import resumed


@pytest.fixture
async def debtor(payee: Claimant) -> Debtor:
    return await Debtor(payee).ready()


async def test_a_preview_tells_item_by_item_what_would_be_done_and_keeps_nothing(debtor: Debtor) -> None:
    paid = await debtor.paid(lathe(4), robot(3))
    unpaid = await debtor.claimant.claimed(lathe(3))
    first, second = await debtor.items(paid)
    (third,) = await debtor.items(unpaid)
    asked = [Asked(item_id=first.id, amount=Fen(50_000)), Asked(item_id=second.id), Asked(item_id=third.id)]
    async with debtor.works() as work:
        (prospect,) = await preview_recovery(asked, work)
    assert prospect.debtor.uscc == debtor.claimant.uscc
    assert [(each.item.id, each.effect, prospect.amount(each)) for each in prospect.touched] == [
        (first.id, Effect.RECOVER, 50_000),
        (second.id, Effect.RECOVER, 260_000),
        (third.id, Effect.STOP, 0),
    ]
    assert await debtor.open_now() == []
    assert {each.state for each in await debtor.items(paid)} == {ItemState.PAID}


async def test_a_part_paid_in_error_is_recovered_and_the_rest_stays_paid(debtor: Debtor) -> None:
    claim = await debtor.paid(robot(3))
    (item,) = await debtor.items(claim)
    asked = (Asked(item_id=item.id, amount=Fen(60_000)),)
    recovery = await debtor.noticed(await debtor.opened(asked=asked))
    assert (await debtor.repaid(recovery, 60_000)).state is RecoveryState.SETTLED
    assert [each.state for each in await debtor.items(claim)] == [ItemState.PAID]
    assert await debtor.accounts(claim) == {
        Account.GRANTED: -260_000,
        Account.PAID: 200_000,
        Account.RECOVERED: 60_000,
    }
    with pytest.raises(AskedTooMuch):
        await debtor.opened(asked=(Asked(item_id=item.id, amount=Fen(200_001)),))
    rest = await debtor.noticed(await debtor.opened(item))
    assert rest.due == 200_000
    await debtor.repaid(rest, 200_000)
    assert [each.state for each in await debtor.items(claim)] == [ItemState.RECOVERED]
    assert await debtor.differences() == {}


async def test_an_item_is_under_one_recovery_at_a_time(debtor: Debtor) -> None:
    (item,) = await debtor.items(await debtor.paid(lathe(4)))
    first = await debtor.opened(item)
    with pytest.raises(AlreadyUnderRecovery):
        await debtor.opened(item)
    async with debtor.works() as work:
        cancelled = await cancel_recovery(debtor.on(first), work, reason="查无实据")
    assert (cancelled.state, cancelled.closed_for) == (RecoveryState.CANCELLED, "查无实据")
    assert (await debtor.opened(item)).state is RecoveryState.PROPOSED


async def test_n3_3_fraud_freezes_what_is_unpaid_until_the_notice_is_final(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4))
    waiting = await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))
    await debtor.claimant.batch()
    debtor.works.announced.clear()
    recovery = await debtor.opened(*await debtor.items(claim), cause=Cause.FRAUD)
    frozen = await debtor.claimant.now(waiting)
    assert (frozen.state, frozen.resumes_as) == (ClaimState.FROZEN, ClaimState.APPROVED)
    async with debtor.works() as work:
        await release_claims(resumed(debtor.claimant), work)
    assert (await debtor.claimant.now(waiting)).state is ClaimState.FROZEN
    await debtor.final(recovery)
    assert (await debtor.claimant.now(waiting)).state is ClaimState.APPROVED
    kinds = [type(each) for each in debtor.works.announced]
    assert (kinds.count(ClaimFrozen), kinds.count(ClaimReleased)) == (1, 1)
    assert recovery.basis == ("N1.6", "N3.3")


async def test_a_claim_made_while_fraud_is_looked_into_is_not_ordered(debtor: Debtor) -> None:
    claim = await debtor.paid(lathe(4))
    recovery = await debtor.opened(*await debtor.items(claim), cause=Cause.FRAUD)
    later = await debtor.claimant.approved(await debtor.claimant.claimed(robot(3)))
    other = await Claimant(debtor.works, organ=debtor.claimant.organ).on_record()
    going = await other.approved(await other.claimed(robot(3)))
    batch = await debtor.claimant.batch()
    assert [each.claim_id for each in await debtor.claimant.orders(batch)] == [going.id]
    async with debtor.works() as work:
        await cancel_recovery(debtor.on(recovery), work, reason="查无实据")
    again = await debtor.claimant.batch()
    assert [each.claim_id for each in await debtor.claimant.orders(again)] == [later.id]


async def test_what_is_not_paid_yet_is_stopped_and_no_longer_owed(debtor: Debtor) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4), robot(3)))
    await debtor.claimant.batch()
    first, second = await debtor.items(claim)
    recovery = await debtor.opened(first, cause=Cause.ERROR)
    assert (recovery.state, recovery.stopped, recovery.due) == (RecoveryState.STOPPED, 1, 0)
    left = await debtor.claimant.now(claim)
    assert (left.state, left.total) == (ClaimState.APPROVED, 260_000)
    assert await debtor.accounts(claim) == {Account.GRANTED: -260_000, Account.OWED: 260_000}
    await debtor.opened(second)
    assert (await debtor.claimant.now(claim)).state is ClaimState.DECLINED
    assert await debtor.accounts(claim) == {}
    assert await debtor.differences() == {}
    with pytest.raises(NothingToRecover):
        await debtor.opened(first)


async def test_what_is_in_the_banks_hands_is_recovered_after_its_word(debtor: Debtor) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4)))
    batch = await debtor.claimant.released()
    (item,) = await debtor.items(claim)
    with pytest.raises(AtTheBank):
        await debtor.opened(item)
    await debtor.settled(batch)
    assert (await debtor.opened(item)).due == 150_000


async def test_one_recovery_has_one_debtor(debtor: Debtor) -> None:
    other = Debtor(await Claimant(debtor.works, organ=debtor.claimant.organ).on_record())
    (own,) = await debtor.items(await debtor.paid(lathe(4)))
    (others,) = await other.items(await other.paid(lathe(4)))
    with pytest.raises(SeveralDebtors) as refused:
        await debtor.opened(own, others)
    groups = refused.value.extra["item_ids"]
    assert isinstance(groups, list)
    assert sorted(groups) == sorted([[str(own.id)], [str(others.id)]])


async def test_a_cause_has_to_be_on_record_unless_an_officer_shows_it(debtor: Debtor) -> None:
    (item,) = await debtor.items(await debtor.paid(lathe(4)))
    for cause in (Cause.CERTIFICATE_REVOKED, Cause.SANCTION):
        with pytest.raises(CauseDoesNotHold):
            await debtor.opened(item, cause=cause)
    with pytest.raises(UnknownItem):
        await debtor.opened(asked=(Asked(item_id=uuid4()),))
    with pytest.raises(NotTheHandlingOrgan):
        await debtor.opened(item, organ="320115")
    assert (await debtor.opened(item, organ="320100")).state is RecoveryState.PROPOSED


async def test_n3_3_an_institution_revoked_is_shown_with_what_its_certificates_were_paid(
    debtor: Debtor,
) -> None:
    claim = await debtor.paid(lathe(4), robot(3))
    ended = filing.InstitutionEnded(
        institution_id=debtor.claimant.key,
        organ=debtor.claimant.organ,
        basis=("N3.3",),
        standing="revoked",
        on=date(2024, 6, 20),
        reason="整改逾期",
        revision=2,
    )
    async with debtor.works() as work:
        await end_institution(ended, work)
        asked = Evaluated(institution_id=debtor.claimant.key)
        (prospect,) = await preview_sanction(asked, work)
        early = Evaluated(institution_id=debtor.claimant.key, until=date(2020, 1, 1))
        assert await preview_sanction(early, work) == []
    assert (prospect.total, len(prospect.touched)) == (410_000, 2)
    async with debtor.works() as work:
        shown = {each.institution_id: each for each in await sanctioned_institutions(work)}
    assert (shown[debtor.claimant.key].certificates, shown[debtor.claimant.key].amount) == (2, 410_000)
    recovery = await debtor.opened(*await debtor.items(claim), cause=Cause.SANCTION)
    assert recovery.basis == ("N3.3",)
    async with debtor.works() as work:
        assert debtor.claimant.key not in {
            each.institution_id for each in await sanctioned_institutions(work)
        }
