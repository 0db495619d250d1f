"""The campaign in which all filed institutions are gone through again (N3.6)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.filing.domain import campaign as rules
from services.filing.domain.campaign import ReviewState
from services.filing.handlers import campaigns
from services.filing.handlers.reviews import ConfirmReviews, confirm_reviews
from services.filing.routes.callers import CreateOnce, Officer, OpenWork, Reader
from services.filing.schemas.campaigns import CampaignRow, CampaignView, ClosingBody, NewCampaign
from services.filing.schemas.reviews import ConfirmationsBody, ConfirmationsView, ReviewView
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import UnknownOrgan

router = APIRouter(prefix="/v1/campaigns", tags=["campaigns · 重新核定"])


@router.post(
    "",
    status_code=201,
    response_model=CampaignRow,
    responses=problems(
        rules.NotTheCity, rules.EffectiveInThePast, rules.CampaignRunning, UnknownOrgan, KeyReused
    ),
)
async def open_campaign(body: NewCampaign, caller: Officer, once: CreateOnce) -> Response:
    """启动重新核定 · The city opens a campaign; every institution on record gets a review in its district (N3.6)."""
    command = campaigns.OpenCampaign(
        organ=caller.organ or "", title=body.title, effective_on=body.effective_on
    )
    return await once.create(
        caller,
        body,
        make=lambda work: campaigns.open_campaign(command, work),
        show=CampaignRow.of,
    )


@router.get("", response_model=PageView[CampaignRow], responses=problems(BadCursor))
async def list_campaigns(
    *, caller: Reader, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """历次核定 · Campaigns, the latest first."""
    async with open_work(caller) as work:
        page = await work.campaigns.page(cursor=cursor, size=size)
    return shown_page(page, CampaignRow.of)


@router.get("/{campaign_id}", response_model=CampaignView, responses=problems(rules.UnknownCampaign))
async def read_campaign(campaign_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """核定进度 · One campaign, and how far each district within your reach is."""
    async with open_work(caller) as work:
        campaign = await work.campaigns.get(campaign_id)
        counts = await work.campaigns.counts(campaign_id)
    return shown(CampaignView.whole(campaign, counts, work.policy, at=work.at))


@router.get(
    "/{campaign_id}/reviews",
    response_model=PageView[ReviewView],
    responses=problems(rules.UnknownCampaign, BadCursor),
)
async def list_reviews(
    *,
    campaign_id: UUID,
    caller: Reader,
    open_work: OpenWork,
    organ: Annotated[str | None, Query(pattern=r"^[A-Z0-9]{2,12}$")] = None,
    state: ReviewState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """核定任务 · Its reviews, by organ and name."""
    async with open_work(caller) as work:
        await work.campaigns.get(campaign_id)
        page = await work.reviews.page(campaign_id, organ=organ, state=state, cursor=cursor, size=size)
    return shown_page(page, ReviewView.of)


@router.post(
    "/{campaign_id}/confirmations",
    response_model=ConfirmationsView,
    responses=problems(rules.UnknownCampaign, rules.CampaignClosed),
)
async def confirm_many(
    campaign_id: UUID, body: ConfirmationsBody, caller: Officer, open_work: OpenWork
) -> Response:
    """批量维持 · Confirm many scopes as they are; what cannot be is told row by row, the rest goes on."""
    command = ConfirmReviews(
        campaign_id=campaign_id, review_ids=body.review_ids, actor=caller.subject, organ=caller.organ or ""
    )
    async with open_work(caller) as work:
        outcomes = await confirm_reviews(command, work)
    return Response(ConfirmationsView.of(outcomes).model_dump_json(), media_type="application/json")


@router.post(
    "/{campaign_id}/closing",
    response_model=CampaignView,
    responses=problems(
        rules.UnknownCampaign,
        rules.NotTheCity,
        rules.CampaignClosed,
        rules.StillOpening,
        rules.ReviewsOpen,
        UnknownOrgan,
        Stale,
        PreconditionMissing,
    ),
)
async def close_campaign(
    *,
    campaign_id: UUID,
    body: ClosingBody,
    caller: Officer,
    seen: Seen,
    open_work: OpenWork,
) -> Response:
    """结束核定 · The city closes it; with reviews open it takes a reason, and `state=open` lists those left."""
    command = campaigns.CloseCampaign(
        campaign_id=campaign_id,
        seen=seen,
        organ=caller.organ or "",
        forced_because=body.forced_because or "",
    )
    async with open_work(caller) as work:
        campaign = await campaigns.close_campaign(command, work)
        counts = await work.campaigns.counts(campaign_id)
    return shown(CampaignView.whole(campaign, counts, work.policy, at=work.at))
