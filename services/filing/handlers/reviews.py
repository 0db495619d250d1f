"""What institutions say and districts decide on the reviews of a campaign (N3.6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.filing.domain.institution import Institution
from services.filing.domain.officer import RecusedOfficer
from services.filing.domain.placing import check_scope
from services.filing.domain.refusals import AlreadyCovered
from services.filing.domain.review import NotInThisCampaign, Review, Ruling, UnknownReview, version_of
from services.filing.handlers.recusal import check_not_recused, kept_away_from
from services.filing.handlers.register import rescope
from services.filing.handlers.work import Work
from shared.contracts.scope import ScopeItem
from shared.errors import Refusal
from shared.identity import NotYours
from shared.policy import Category
from shared.values import Occupation, Uscc


@dataclass(frozen=True, kw_only=True)
class OnReview:
    """Names the review, the version the caller saw, who acts and for which organ, or as which institution."""

    review_id: UUID
    seen: int
    actor: str
    organ: str = ""
    holder: str | None = None


async def give_opinion(command: OnReview, opinion: str, work: Work) -> Review:
    """The institution comments before the decision; raises NotYours, CampaignClosed or ReviewOver."""
    review = await work.reviews.get(command.review_id, seen=command.seen)
    if review.uscc != command.holder:
        raise NotYours("由机构提出意见 · The institution comments")
    (await work.campaigns.held(review.campaign_id)).check_running()
    review.comment(opinion, at=work.at)
    return review


async def refresh_review(command: OnReview, work: Work) -> Review:
    """Take in the institution's scope as it is now; raises NotYourReview, RecusedOfficer, CampaignClosed or Ended."""
    review = await work.reviews.get(command.review_id, seen=command.seen)
    review.check_organ(command.organ)
    await check_not_recused(review.uscc, work, organ=command.organ)
    (await work.campaigns.held(review.campaign_id)).check_running()
    review.refresh(await work.institutions.get(review.institution_id))
    return review


async def decide_review(command: OnReview, ruling: Ruling, work: Work) -> Review:
    """Re-determine one institution's scope, from the campaign's day on at the earliest.

    Raises NotYourReview, RecusedOfficer, CampaignClosed, what `Review.decide` raises, NotEvaluated, AlreadyCovered (N2.7).
    """
    review = await work.reviews.get(command.review_id, seen=command.seen)
    review.check_organ(command.organ)
    await check_not_recused(review.uscc, work, organ=command.organ)
    campaign = await work.campaigns.held(review.campaign_id)
    campaign.check_running()
    institution = await work.institutions.get(review.institution_id)
    review.decide(ruling, institution, by=command.actor, at=work.at)
    await _check_new(ruling.new_items, institution, work)
    rescope(institution, version_of(ruling, institution, counts_from=campaign.counts_from(work.today)), work)
    return review


async def _check_new(items: Sequence[ScopeItem], institution: Institution, work: Work) -> None:
    """What is added must be offered (N1.5); a municipal association takes only what nobody covers (N2.7)."""
    check_scope(items, work.policy)
    if institution.category is not Category.MUNICIPAL_ASSOCIATION or not items:
        return
    occupations = [Occupation(item.edition, item.occupation) for item in items]
    await work.institutions.take_turn(occupations)
    if await work.institutions.any_covers(occupations, on=work.today, apart_from=institution.id):
        raise AlreadyCovered(basis=("N2.7",))


@dataclass(frozen=True, kw_only=True)
class ConfirmReviews:
    """Names many reviews of a campaign whose scopes are all confirmed, who confirms them and for which organ."""

    campaign_id: UUID
    review_ids: tuple[UUID, ...]
    actor: str
    organ: str


async def confirm_reviews(command: ConfirmReviews, work: Work) -> dict[UUID, Refusal | None]:
    """Confirm each whole, once; what became of it, None where it was confirmed. Raises CampaignClosed."""
    campaign = await work.campaigns.held(command.campaign_id)
    campaign.check_running()
    reviews = await work.reviews.claimed(command.review_ids)
    institutions = await work.institutions.of_ids([each.institution_id for each in reviews.values()])
    away = await kept_away_from(work, organ=command.organ)
    outcomes: dict[UUID, Refusal | None] = {}
    for key in dict.fromkeys(command.review_ids):
        review = reviews.get(key)
        institution = institutions.get(review.institution_id) if review else None
        outcomes[key] = _confirmed(command, review, institution, at=work.at, away=away)
    return outcomes


def _confirmed(
    command: ConfirmReviews,
    review: Review | None,
    institution: Institution | None,
    *,
    at: datetime,
    away: frozenset[Uscc],
) -> Refusal | None:
    """Confirm one; the others go on whatever becomes of it."""
    try:
        if review is None or institution is None:
            raise UnknownReview
        if review.campaign_id != command.campaign_id:
            raise NotInThisCampaign(review.number, basis=review.basis)
        review.check_organ(command.organ)
        if review.uscc in away:
            raise RecusedOfficer(review.number, basis=("N3.2",))
        review.confirm(institution, by=command.actor, at=at)
    except Refusal as refusal:
        return refusal
    return None
