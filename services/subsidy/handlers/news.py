"""Claims that wait are decided again when something new is known about their people or certificates."""

from collections.abc import Sequence
from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.handlers.items import CHUNK, decide_again
from services.subsidy.handlers.work import Work


async def claims_with_news(work: Work) -> Sequence[UUID]:
    """The claims that wait for facts and about whose people something new is known.

    Each as often as it has chunks of such items, so that one look hears all of it.
    """
    return [key for key, news in await work.fact_waits.told_claims() for _ in range(-(-news // CHUNK))]


async def take_news(claim_id: UUID, work: Work) -> Claim:
    """Decide again about what waits. Where nothing waits any more, or nothing may change, the waiting ends."""
    return await decide_again(claim_id, work)
