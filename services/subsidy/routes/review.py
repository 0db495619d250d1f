"""The officers' part of a claim over HTTP: review, items left out, sampling, approval."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.subsidy.domain import claim as rules
from services.subsidy.domain import item as items
from services.subsidy.domain import refusals
from services.subsidy.handlers import review
from services.subsidy.handlers.review import CheckItem, OnClaim
from services.subsidy.routes.callers import OpenWork, Payer, Reviewer, person
from services.subsidy.routes.claims import with_items
from services.subsidy.schemas.claims import (
    ApprovalBody,
    CheckBody,
    ClaimView,
    ExclusionBody,
    ReviewBody,
)
from shared.errors import Stale
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import shown
from shared.identity import Principal

router = APIRouter(prefix="/v1/claims/{claim_id}", tags=["review · 补贴审核"])

_CHANGING = (
    refusals.UnknownClaim,
    refusals.ClaimIsFrozen,
    refusals.OutOfTurn,
    refusals.NotTheHandlingOrgan,
    Stale,
    PreconditionMissing,
)
_STANDING = (refusals.InstitutionSuspended, refusals.InstitutionRevoked)
_PAYABLE = (rules.ItemsPending, rules.NothingPayable)
_ITEM = (items.UnknownItem, items.ItemSettled, refusals.ReasonMissing)


def by(caller: Principal, claim_id: UUID, seen: int) -> OnClaim:
    return OnClaim(claim_id=claim_id, seen=seen, by=person(caller), organ=caller.organ or "")


async def by_reviewer(claim_id: UUID, caller: Reviewer, seen: Seen) -> OnClaim:
    """The claim a reviewer acts on, at the version seen."""
    return by(caller, claim_id, seen)


async def by_payer(claim_id: UUID, caller: Payer, seen: Seen) -> OnClaim:
    """The claim an approver acts on, at the version seen."""
    return by(caller, claim_id, seen)


ByReviewer = Annotated[OnClaim, Depends(by_reviewer)]
ByPayer = Annotated[OnClaim, Depends(by_payer)]


@router.post(
    "/review",
    response_model=ClaimView,
    responses=problems(*_CHANGING, *_STANDING, *_PAYABLE, refusals.ReasonMissing),
)
async def review_claim(
    body: ReviewBody, command: ByReviewer, caller: Reviewer, open_work: OpenWork
) -> Response:
    """审核 · Approve a claim, which is sampled then, or decline it; what is declined may be claimed again."""
    async with open_work(caller) as work:
        claim = await review.review_claim(command, work, approve=body.approve, reason=body.reason)
        made = await with_items(claim, work)
    return shown(ClaimView.of(*made))


@router.post("/items/{item_id}/exclusion", response_model=ClaimView, responses=problems(*_CHANGING, *_ITEM))
async def exclude_item(
    *, item_id: UUID, body: ExclusionBody, command: ByReviewer, caller: Reviewer, open_work: OpenWork
) -> Response:
    """剔除 · Leave one item out, with the reason; its certificate may be claimed again."""
    async with open_work(caller) as work:
        claim = await review.exclude_item(command, item_id, work, reason=body.reason)
        made = await with_items(claim, work)
    return shown(ClaimView.of(*made))


@router.post(
    "/items/{item_id}/check",
    response_model=ClaimView,
    responses=problems(*_CHANGING, *_ITEM, items.NotSampled, items.AlreadyChecked),
)
async def check_item(
    *, item_id: UUID, body: CheckBody, command: ByReviewer, caller: Reviewer, open_work: OpenWork
) -> Response:
    """抽查 · Record what looking at a sampled item found; after the last one the claim is publicised."""
    check = CheckItem(item_id=item_id, passed=body.passed, note=body.note)
    async with open_work(caller) as work:
        claim = await review.check_item(command, check, work)
        made = await with_items(claim, work)
    return shown(ClaimView.of(*made))


@router.post(
    "/approval",
    response_model=ClaimView,
    responses=problems(
        *_CHANGING,
        *_STANDING,
        *_PAYABLE,
        rules.PublicityRunning,
        rules.ObjectionsOpen,
        refusals.SamePerson,
    ),
)
async def approve_claim(body: ApprovalBody, command: ByPayer, caller: Payer, open_work: OpenWork) -> Response:
    """核准 · Approve a claim after its publicity; another person than the reviewer. Its total is owed from now on."""
    async with open_work(caller) as work:
        claim = await review.approve_claim(command, work, reason=body.reason)
        made = await with_items(claim, work)
    return shown(ClaimView.of(*made))
