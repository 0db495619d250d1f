"""Claims that wait are decided again when something new is known about their people or certificates."""

from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.handlers.items import decide_again
from services.subsidy.handlers.work import Work


async def take_news(claim_id: UUID, work: Work) -> Claim:
    """Decide again about what waits. Where nothing waits any more, or nothing may change, the waiting ends."""
    claim = await decide_again(claim_id, work)
    for wait in await work.fact_waits.of_claim(claim_id):
        if claim.tally.pending:
            wait.looked()
        else:
            wait.end(work.at)
    return claim
