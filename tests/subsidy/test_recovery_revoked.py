"""A revoked certificate: unpaid, nothing is paid for it; with the bank, it is recovered after its word; paid, at once."""

import pytest

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.item import ItemState
from services.subsidy.domain.payment import BatchState, NothingToPay
from services.subsidy.domain.posting import Account
from services.subsidy.domain.recovery_terms import Cause, RecoveryState
from services.subsidy.handlers.register import freeze_claims, release_claims
from services.subsidy.handlers.revocations import drop_revoked
from shared.contracts.subsidy import CertificateRevoked, RecoveryOpened
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.recovering import Debtor
from tests.subsidy.test_claim_life import resumed, suspended


@pytest.fixture
async def debtor(payee: Claimant) -> Debtor:
    return await Debtor(payee).ready()


async def test_n1_4_what_was_paid_for_a_revoked_certificate_is_proposed_for_recovery_by_itself(
    debtor: Debtor,
) -> None:
    claim = await debtor.paid(lathe(4), robot(3))
    first, second = await debtor.items(claim)
    debtor.works.announced.clear()
    await debtor.revoked(first)
    (recovery,) = await debtor.open_now()
    assert (recovery.cause, recovery.state, recovery.due) == (
        Cause.CERTIFICATE_REVOKED,
        RecoveryState.PROPOSED,
        150_000,
    )
    assert (recovery.opened_by, recovery.basis) == ("service:subsidy", ("N1.4",))
    opened = [each for each in debtor.works.announced if isinstance(each, RecoveryOpened)]
    assert [[item.number for item in each.items] for each in opened] == [[first.certificate_number]]
    await debtor.revoked(first)
    await debtor.revoked(second)
    (recovery,) = await debtor.open_now()
    assert (recovery.due, recovery.certificates) == (410_000, 2)
    assert [each.reason for each in (await debtor.whole(recovery)).items] == [
        "证书已被撤销 · the certificate was revoked：成绩造假"
    ] * 2
    assert [type(each) for each in debtor.works.announced].count(CertificateRevoked) == 2


async def test_after_the_notice_another_revocation_opens_another_recovery(debtor: Debtor) -> None:
    first, second = await debtor.items(await debtor.paid(lathe(4), robot(3)))
    await debtor.revoked(first)
    (recovery,) = await debtor.open_now()
    await debtor.noticed(recovery)
    await debtor.revoked(second)
    assert {(each.state, each.due) for each in await debtor.open_now()} == {
        (RecoveryState.NOTICED, 150_000),
        (RecoveryState.PROPOSED, 260_000),
    }


async def test_what_is_under_another_recovery_is_not_asked_back_twice(debtor: Debtor) -> None:
    (item,) = await debtor.items(await debtor.paid(lathe(4)))
    await debtor.opened(item)
    await debtor.revoked(item)
    assert [each.cause for each in await debtor.open_now()] == [Cause.ERROR]


@pytest.mark.parametrize("stage", ["submitted", "reviewed", "publicised", "approved", "ordered", "returned"])
async def test_n1_4_an_unpaid_item_is_left_out_at_whatever_stage_and_never_paid(
    debtor: Debtor, stage: str
) -> None:
    claimant = debtor.claimant
    claim = await claimant.claimed(lathe(4), robot(3))
    reached = {"submitted": claim}
    if stage == "reviewed":
        await claimant.reviewed(claim)
    elif stage == "publicised":
        await claimant.publicised(claim)
    elif stage not in reached:
        claim = await claimant.approved(claim)
    if stage == "ordered":
        await claimant.batch()
    if stage == "returned":
        await debtor.settled(await claimant.released(), returned=[claim.id])
    first, second = await debtor.items(claim)
    await debtor.revoked(first)
    states = {each.id: each.state for each in await debtor.items(claim)}
    assert states[first.id] is ItemState.REFUSED
    assert states[second.id] is (ItemState.RETURNED if stage == "returned" else ItemState.PAYABLE)
    left = await claimant.now(claim)
    assert (left.total, left.tally.payable) == (260_000, 1)
    assert await debtor.open_now() == []
    assert await debtor.differences() == {}
    if stage in ("approved", "ordered", "returned"):
        await debtor.settled(await claimant.released())
        assert (await claimant.now(claim)).state is ClaimState.PAID
        assert await debtor.accounts(claim) == {Account.GRANTED: -260_000, Account.PAID: 260_000}


async def test_a_reviewed_claim_whose_sampled_item_is_revoked_goes_on_to_publicity(debtor: Debtor) -> None:
    claim = await debtor.claimant.reviewed(await debtor.claimant.claimed(lathe(4), robot(3)))
    (sampled,) = [each for each in await debtor.items(claim) if each.sampled]
    await debtor.revoked(sampled)
    assert (await debtor.claimant.now(claim)).state is ClaimState.PUBLICITY


async def test_a_frozen_claim_whose_sampled_item_is_revoked_goes_on_once_it_is_released(
    debtor: Debtor,
) -> None:
    claim = await debtor.claimant.reviewed(await debtor.claimant.claimed(lathe(4), robot(3)))
    (sampled,) = [each for each in await debtor.items(claim) if each.sampled]
    async with debtor.works() as work:
        await freeze_claims(suspended(debtor.claimant), work)
    await debtor.revoked(sampled)
    assert (await debtor.claimant.now(claim)).state is ClaimState.FROZEN
    async with debtor.works() as work:
        await release_claims(resumed(debtor.claimant), work)
    assert (await debtor.claimant.now(claim)).state is ClaimState.PUBLICITY


async def test_a_claim_of_which_nothing_is_left_is_declined(debtor: Debtor) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4)))
    batch = await debtor.claimant.batch()
    (item,) = await debtor.items(claim)
    await debtor.revoked(item)
    assert (await debtor.claimant.now(claim)).state is ClaimState.DECLINED
    async with debtor.works() as work:
        assert (await work.batches.get(batch.id)).state is BatchState.CANCELLED
    assert await debtor.accounts(claim) == {}
    with pytest.raises(NothingToPay):
        await debtor.claimant.batch()


@pytest.mark.parametrize("returned", [False, True], ids=["paid", "returned"])
async def test_what_the_bank_has_already_is_settled_by_its_word(debtor: Debtor, *, returned: bool) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4), robot(3)))
    batch = await debtor.claimant.released()
    first, _ = await debtor.items(claim)
    await debtor.revoked(first)
    assert (await debtor.claimant.now(claim)).state is ClaimState.ORDERED
    assert await debtor.open_now() == []
    await debtor.settled(batch, returned=[claim.id] if returned else [])
    proposed = [(each.cause, each.due) for each in await debtor.open_now()]
    assert proposed == ([] if returned else [(Cause.CERTIFICATE_REVOKED, 150_000)])
    left = {Account.RETURNED: 260_000} if returned else {Account.PAID: 410_000}
    assert await debtor.accounts(claim) == {Account.GRANTED: -sum(left.values()), **left}
    assert await debtor.differences() == {}


async def test_several_claims_in_one_result_make_one_proposal(debtor: Debtor) -> None:
    claims = [
        await debtor.claimant.approved(await debtor.claimant.claimed(each)) for each in (lathe(4), robot(3))
    ]
    batch = await debtor.claimant.released()
    for claim in claims:
        (item,) = await debtor.items(claim)
        await debtor.revoked(item)
    await debtor.settled(batch)
    assert [(each.due, each.certificates) for each in await debtor.open_now()] == [(410_000, 2)]


async def test_what_slipped_through_is_left_out_when_the_claim_is_ordered(debtor: Debtor) -> None:
    claim = await debtor.claimant.approved(await debtor.claimant.claimed(lathe(4), robot(3)))
    first, _ = await debtor.items(claim)
    async with debtor.works() as work:
        certificate = await work.certificates.numbered(first.certificate_number)
        certificate.revoke(on=debtor.works.at.date())
    (order,) = await debtor.claimant.orders(await debtor.claimant.batch())
    assert (order.amount, order.certificates) == (260_000, 1)
    assert await debtor.differences() == {}
    async with debtor.works() as work:
        assert await drop_revoked(await work.claims.get(claim.id), work)
