"""A campaign from its opening by the city, over the handing out of its reviews, to its closing (N3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.filing.domain.campaign import (
    Campaign,
    check_city,
    check_effective_on,
    due_at,
    left_out,
)
from services.filing.domain.review import Review
from services.filing.handlers.work import Work

CHUNK = 500
"""Reviews handed out in one transaction."""


@dataclass(frozen=True, kw_only=True)
class OpenCampaign:
    """Which organ opens it, under which title, and from which day its decisions count."""

    organ: str
    title: str
    effective_on: date


async def open_campaign(command: OpenCampaign, work: Work) -> Campaign:
    """Line up everybody on record; the worker hands out the reviews.

    Raises NotTheCity, EffectiveInThePast or CampaignRunning.
    """
    check_city(command.organ, work.policy)
    check_effective_on(command.effective_on, today=work.today)
    key = work.new_id()
    lined_up, apart = await work.campaigns.line_up(key, apart_from=left_out(work.policy, at=work.at))
    campaign = Campaign(
        id=key,
        opened_by=command.organ,
        title=command.title,
        effective_on=command.effective_on,
        opened_at=work.at,
        due_at=due_at(work.policy, at=work.at),
        institutions=lined_up,
        left_out=apart,
    )
    work.campaigns.add(campaign)
    return campaign


async def chunks_to_hand_out(work: Work) -> Sequence[UUID]:
    """Each campaign that is being opened as often as it has chunks left, so that one look hands out all of them."""
    waiting = await work.campaigns.waiting()
    return [key for key, number in waiting.items() for _ in range(max(1, -(-number // CHUNK)))]


async def hand_out_reviews(campaign_id: UUID, work: Work) -> Campaign:
    """Hand out one chunk of reviews; with the last one the campaign is open."""
    campaign = await work.campaigns.get(campaign_id)
    await work.reviews.hand_out(campaign_id, [work.new_id() for _ in range(CHUNK)])
    if not (await work.campaigns.waiting()).get(campaign_id):
        campaign.handed_out()
    return campaign


async def lapse_review(review_id: UUID, work: Work) -> Review:
    """The institution went off the record: nothing is left to review."""
    review = await work.reviews.get(review_id)
    review.lapse(at=work.at)
    return review


@dataclass(frozen=True, kw_only=True)
class CloseCampaign:
    """Names the campaign, the version the caller saw, whose organ it is, and why it is closed with reviews open."""

    campaign_id: UUID
    seen: int
    organ: str
    forced_because: str = ""


async def close_campaign(command: CloseCampaign, work: Work) -> Campaign:
    """End it; what is open stays as it is. Raises NotTheCity, CampaignClosed, StillOpening or ReviewsOpen."""
    check_city(command.organ, work.policy)
    campaign = await work.campaigns.claimed(command.campaign_id, seen=command.seen)
    if command.forced_because:
        work.because(command.forced_because)
    campaign.close(
        at=work.at,
        left_open=await work.reviews.open_of(campaign.id),
        forced_because=command.forced_because,
    )
    return campaign
