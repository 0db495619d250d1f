"""The officers' part of a claim: review, items left out, sampling, publicity with objections, approval."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.subsidy.domain.claim import (
    Claim,
    ClaimState,
    ItemsPending,
    NothingPayable,
    PublicityRunning,
    Review,
)
from services.subsidy.domain.item import (
    AlreadyChecked,
    Item,
    ItemSettled,
    ItemState,
    NotSampled,
    Tally,
    UnknownItem,
    sample,
    sample_size,
)
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    NotTheHandlingOrgan,
    OutOfTurn,
    ReasonMissing,
    SamePerson,
)
from services.subsidy.handlers.register import freeze_claims
from services.subsidy.handlers.review import (
    CheckItem,
    approve_claim,
    check_item,
    exclude_item,
    review_claim,
)
from tests.subsidy.builders import claim as a_claim
from tests.subsidy.builders import lathe, number, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.test_claim_life import suspended

DAY = timedelta(days=1)


async def sampled_of(employer: Claimant, claim: Claim) -> list[Item]:
    return [each for each in await employer.items(claim) if each.sampled]


async def test_only_its_own_organ_reviews_a_claim(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4))
    with pytest.raises(NotTheHandlingOrgan):
        async with employer.works() as work:
            await review_claim(employer.by(claim, organ="320106"), work, approve=True, reason="")


async def test_a_claim_is_not_declined_without_a_reason(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4))
    with pytest.raises(ReasonMissing):
        async with employer.works() as work:
            await review_claim(employer.by(claim), work, approve=False, reason="")


async def test_a_reviewed_claim_is_sampled_and_publicised_once_every_sampled_item_was_looked_at(
    employer: Claimant,
) -> None:
    claim = await employer.reviewed(await employer.claimed(*[lathe(4)] * 12))
    drawn = await sampled_of(employer, claim)
    assert (claim.state, claim.unchecked, len(drawn)) == (ClaimState.REVIEWED, 2, 2)
    for left, item in zip((1, 0), drawn, strict=True):
        async with employer.works() as work:
            check = CheckItem(item_id=item.id, passed=True, note="")
            claim = await check_item(employer.by(claim), check, work)
        assert claim.unchecked == left
    assert claim.state is ClaimState.PUBLICITY
    assert claim.publicity_until is not None
    assert (
        f"{claim.publicity_until:%Y-%m-%d}" == "2024-06-11"
    )  # five working days; 10 June was the Dragon Boat Festival


def test_the_sample_is_the_same_whenever_it_is_drawn_and_another_for_each_claim() -> None:
    numbers = [number(4, serial=serial) for serial in range(1, 101)]
    key = uuid4()
    drawn = sample(key, numbers, count=10)
    assert drawn == sample(key, list(reversed(numbers)), count=10)
    assert len(set(drawn)) == 10
    assert drawn != sample(uuid4(), numbers, count=10)


@pytest.mark.parametrize(("payable", "drawn"), [(0, 0), (1, 1), (10, 1), (11, 2), (1000, 100)])
def test_of_every_claim_at_least_one_item_is_looked_at(payable: int, drawn: int) -> None:
    assert sample_size(payable, 10) == drawn


async def test_an_item_that_fails_its_check_is_left_out_and_may_be_claimed_again(employer: Claimant) -> None:
    claim = await employer.reviewed(await employer.claimed(lathe(4), robot(3)))
    (item,) = await sampled_of(employer, claim)
    async with employer.works() as work:
        check = CheckItem(item_id=item.id, passed=False, note="无劳动合同")
        claim = await check_item(employer.by(claim), check, work)
    assert (claim.state, claim.tally.payable) == (ClaimState.PUBLICITY, 1)
    left_out = next(each for each in await employer.items(claim) if each.id == item.id)
    assert (left_out.state, left_out.reasons) == (ItemState.REFUSED, ("无劳动合同",))
    assert claim.total == 410_000 - item.amount
    assert (await employer.claims(item.certificate_number)).total == item.amount


async def test_a_check_is_recorded_once_and_only_for_what_was_sampled(employer: Claimant) -> None:
    claim = await employer.reviewed(await employer.claimed(*[lathe(4)] * 12))
    drawn = await sampled_of(employer, claim)
    other = next(each for each in await employer.items(claim) if not each.sampled)
    for item_id, refusal in ((other.id, NotSampled), (uuid4(), UnknownItem)):
        check = CheckItem(item_id=item_id, passed=True, note="")
        with pytest.raises(refusal):
            async with employer.works() as work:
                await check_item(employer.by(claim), check, work)
    check = CheckItem(item_id=drawn[0].id, passed=False, note="")
    with pytest.raises(ReasonMissing):
        async with employer.works() as work:
            await check_item(employer.by(claim), check, work)
    async with employer.works() as work:
        check = CheckItem(item_id=drawn[0].id, passed=True, note="")
        claim = await check_item(employer.by(claim), check, work)
    with pytest.raises(AlreadyChecked):
        async with employer.works() as work:
            await check_item(employer.by(claim), check, work)


async def test_an_item_is_left_out_with_a_reason_at_any_time_before_approval(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4), robot(3), lathe(3))
    first, second, _ = await employer.items(claim)
    async with employer.works() as work:
        claim = await exclude_item(employer.by(claim), first.id, work, reason="材料不实")
    claim = await employer.publicised(claim)
    async with employer.works() as work:
        claim = await exclude_item(employer.by(claim), second.id, work, reason="举报属实")
    assert (claim.total, claim.tally.payable) == (200_000, 1)
    with pytest.raises(ItemSettled):
        async with employer.works() as work:
            await exclude_item(employer.by(claim), second.id, work, reason="再次")
    with pytest.raises(ReasonMissing):
        async with employer.works() as work:
            await exclude_item(employer.by(claim), second.id, work, reason="")
    with pytest.raises(NotTheHandlingOrgan):
        async with employer.works() as work:
            await exclude_item(employer.by(claim, organ="320106"), second.id, work, reason="x")


async def test_leaving_out_a_sampled_item_looks_at_it(employer: Claimant) -> None:
    claim = await employer.reviewed(await employer.claimed(lathe(4), robot(3)))
    (item,) = await sampled_of(employer, claim)
    async with employer.works() as work:
        claim = await exclude_item(employer.by(claim), item.id, work, reason="材料不实")
    assert (claim.unchecked, claim.state) == (0, ClaimState.PUBLICITY)


async def test_a_claim_with_nothing_left_to_pay_is_not_reviewed(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4))
    (item,) = await employer.items(claim)
    async with employer.works() as work:
        claim = await exclude_item(employer.by(claim), item.id, work, reason="材料不实")
    with pytest.raises(NothingPayable):
        await employer.reviewed(claim)


def test_a_claim_whose_items_wait_for_facts_is_not_reviewed() -> None:
    claim = a_claim()
    claim.tally = Tally(certificates=2, pending=1, payable=1)
    review = Review(by="officer-a", at=claim.created_at, reason="")
    with pytest.raises(ItemsPending):
        claim.decide_on(approve=True, review=review, organ=claim.organ)


async def test_approval_waits_for_the_end_of_publicity_and_is_another_persons(employer: Claimant) -> None:
    claim = await employer.publicised(await employer.claimed(lathe(4)))
    with pytest.raises(PublicityRunning):
        async with employer.works() as work:
            await approve_claim(employer.by(claim, "officer-b"), work)
    assert claim.publicity_until is not None
    employer.works.at = claim.publicity_until + timedelta(seconds=1)
    with pytest.raises(SamePerson):
        async with employer.works() as work:
            await approve_claim(employer.by(claim, "officer-a"), work)
    with pytest.raises(NotTheHandlingOrgan):
        async with employer.works() as work:
            await approve_claim(employer.by(claim, "officer-b", organ="320106"), work)
    async with employer.works() as work:
        approved = await approve_claim(employer.by(claim, "city-a", organ="320100"), work)
    assert (approved.state, approved.approval and approved.approval.by) == (ClaimState.APPROVED, "city-a")


async def test_a_claim_that_was_not_publicised_is_not_approved(employer: Claimant) -> None:
    claim = await employer.claimed(lathe(4))
    with pytest.raises(OutOfTurn):
        async with employer.works() as work:
            await approve_claim(employer.by(claim, "officer-b"), work)


async def test_n3_3_a_frozen_claim_is_not_approved(employer: Claimant) -> None:
    claim = await employer.publicised(await employer.claimed(lathe(4)))
    async with employer.works() as work:
        await freeze_claims(suspended(employer), work)
    employer.works.at += 30 * DAY
    claim = await employer.now(claim)
    with pytest.raises(ClaimIsFrozen):
        async with employer.works() as work:
            await approve_claim(employer.by(claim, "officer-b"), work)
