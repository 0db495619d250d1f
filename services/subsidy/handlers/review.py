"""The officers' part of a claim: review, items left out, sampling, approval."""

from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.claim import EXAMINED, Claim, ClaimState, Review
from services.subsidy.domain.item import Check, Item, ItemSettled, ItemState, sample, sample_size
from services.subsidy.domain.posting import Account
from services.subsidy.domain.refusals import NotTheHandlingOrgan, ReasonMissing
from services.subsidy.handlers.claims import check_standing, give_up
from services.subsidy.handlers.items import leave_out, note_check
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.work import Work


@dataclass(frozen=True, kw_only=True)
class OnClaim:
    """Names the claim, the version the officer saw, who the officer is and of which organ."""

    claim_id: UUID
    seen: int
    by: str
    organ: str


async def review_claim(command: OnClaim, work: Work, *, approve: bool, reason: str) -> Claim:
    """审核: what is approved is sampled, what is declined may be claimed again."""
    claim = await work.claims.get(command.claim_id, seen=command.seen)
    review = Review(by=command.by, at=work.at, reason=reason)
    claim.decide_on(approve=approve, review=review, organ=command.organ)
    await check_standing(claim, work)
    if approve:
        await _draw_sample(claim, work)
    else:
        await give_up(claim, work)
        claim.count(await work.items.tally(claim.id))
    return claim


async def exclude_item(command: OnClaim, item_id: UUID, work: Work, *, reason: str) -> Claim:
    """剔除: leave an item out, with a reason, until the claim is approved.

    Raises NotTheHandlingOrgan, ClaimIsFrozen, OutOfTurn, ReasonMissing, UnknownItem or ItemSettled.
    """
    claim, item = await _examined(command, item_id, work)
    if not reason:
        raise ReasonMissing
    unlooked = item.sampled and item.check is None
    await leave_out(claim, item, work, reason=reason, by=command.by)
    if claim.state is ClaimState.REVIEWED and unlooked:
        claim.sampled(claim.unchecked - 1, work.policy, at=work.at)
    return claim


@dataclass(frozen=True, kw_only=True)
class CheckItem:
    """What an officer found when looking at a sampled item."""

    item_id: UUID
    passed: bool
    note: str


async def check_item(command: OnClaim, check: CheckItem, work: Work) -> Claim:
    """抽查: record what looking at a sampled item found; when all were looked at, the claim is publicised.

    An item that fails is left out. Raises NotTheHandlingOrgan, ClaimIsFrozen, OutOfTurn, ReasonMissing, UnknownItem,
    NotSampled, AlreadyChecked or ItemSettled.
    """
    claim, item = await _examined(command, check.item_id, work)
    claim.expect(ClaimState.REVIEWED)
    if not check.passed and not check.note:
        raise ReasonMissing
    if item.state is not ItemState.PAYABLE:
        raise ItemSettled(item.state.label)
    found = Check(by=command.by, at=work.at, passed=check.passed, note=check.note)
    await note_check(item, found, claim, work)
    return claim


async def approve_claim(command: OnClaim, work: Work, *, reason: str = "") -> Claim:
    """核准: from now on its total is owed; by another person than the reviewer."""
    await work.claims.take_turn(command.claim_id)
    claim = await work.claims.get(command.claim_id, seen=command.seen)
    claim.approve(Review(by=command.by, at=work.at, reason=reason), work.policy, organ=command.organ)
    await check_standing(claim, work)
    post(
        work,
        claim,
        debit=Account.GRANTED,
        credit=Account.OWED,
        amount=claim.total,
        ref=f"claim:{claim.id}",
    )
    return claim


async def _draw_sample(claim: Claim, work: Work) -> None:
    percent = work.policy.number("subsidy.sample_percent", work.today)
    numbers = await work.items.payable_numbers(claim.id)
    drawn = sample(claim.id, numbers, count=sample_size(len(numbers), percent))
    await work.items.mark_sampled(claim.id, drawn)
    claim.sampled(len(drawn), work.policy, at=work.at)


async def _examined(command: OnClaim, item_id: UUID, work: Work) -> tuple[Claim, Item]:
    claim = await work.claims.get(command.claim_id, seen=command.seen)
    if claim.organ != command.organ:
        raise NotTheHandlingOrgan(f"由 {claim.organ} 经办 · {claim.organ} handles it", basis=("N2.0",))
    claim.expect(*EXAMINED)
    return claim, await work.items.of_claim(claim.id, item_id)
