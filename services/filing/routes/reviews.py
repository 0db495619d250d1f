"""One institution's scope under review: its opinion, and its district's decision (N3.6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.filing.domain import refusals
from services.filing.domain import review as rules
from services.filing.domain.campaign import CampaignClosed
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers import reviews
from services.filing.handlers.reviews import OnReview
from services.filing.routes.callers import ApplicantCaller, Officer, OpenWork, Reader
from services.filing.schemas.reviews import OpinionBody, ReviewView, RulingBody
from shared.errors import Stale
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import shown
from shared.identity import NotYours

router = APIRouter(prefix="/v1/reviews", tags=["reviews · 核定"])

_CHANGING = (rules.UnknownReview, rules.ReviewOver, CampaignClosed, Stale, PreconditionMissing)
_OFFICIAL = (*_CHANGING, rules.NotYourReview, RecusedOfficer, refusals.Ended)


async def of_institution(review_id: UUID, caller: ApplicantCaller, seen: Seen) -> OnReview:
    """The review that an institution comments on."""
    return OnReview(review_id=review_id, seen=seen, actor=caller.subject, holder=caller.holder)


async def of_officer(review_id: UUID, caller: Officer, seen: Seen) -> OnReview:
    """The review an officer decides on, in the name of the officer's organ."""
    return OnReview(review_id=review_id, seen=seen, actor=caller.subject, organ=caller.organ or "")


ByInstitution = Annotated[OnReview, Depends(of_institution)]
ByOfficer = Annotated[OnReview, Depends(of_officer)]


@router.get("/{review_id}", response_model=ReviewView, responses=problems(rules.UnknownReview))
async def read_review(review_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """核定任务详情 · One institution's review."""
    async with open_work(caller) as work:
        review = await work.reviews.get(review_id)
    return shown(ReviewView.of(review))


@router.post("/{review_id}/opinion", response_model=ReviewView, responses=problems(*_CHANGING, NotYours))
async def give_opinion(
    command: ByInstitution, body: OpinionBody, caller: ApplicantCaller, open_work: OpenWork
) -> Response:
    """机构意见 · What the institution has to say before the decision; its last word counts."""
    async with open_work(caller) as work:
        review = await reviews.give_opinion(command, body.opinion, work)
    return shown(ReviewView.of(review))


@router.post("/{review_id}/refresh", response_model=ReviewView, responses=problems(*_OFFICIAL))
async def refresh_review(command: ByOfficer, caller: Officer, open_work: OpenWork) -> Response:
    """刷新评价范围 · Take in the institution's scope as it is now."""
    async with open_work(caller) as work:
        review = await reviews.refresh_review(command, work)
    return shown(ReviewView.of(review))


@router.post(
    "/{review_id}/decision",
    response_model=ReviewView,
    responses=problems(
        *_OFFICIAL,
        rules.ScopeMoved,
        rules.NotAllJudged,
        rules.NothingLeft,
        refusals.NotEvaluated,
        refusals.AlreadyCovered,
    ),
)
async def decide_review(
    command: ByOfficer, body: RulingBody, caller: Officer, open_work: OpenWork
) -> Response:
    """核定 · Confirm, withdraw and add occupations (work types) and levels; a new version of the scope follows."""
    async with open_work(caller) as work:
        review = await reviews.decide_review(command, body.made(), work)
    return shown(ReviewView.of(review))
