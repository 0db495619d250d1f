"""止付: an item that was not paid yet is left out of its claim for good, however far the claim is."""

from services.subsidy.domain.claim import PAYABLE, Claim, ClaimState
from services.subsidy.domain.posting import Account
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.items import leave_out
from services.subsidy.handlers.orders import hold_back
from services.subsidy.handlers.postings import post
from services.subsidy.handlers.work import Work


async def stop(claim: Claim, number: AnyNumber, work: Work, *, reason: str, by: str) -> bool:
    """Leave an item out, with its order where that did not go to the bank; False when the bank has it.

    The claim's turn was taken. What had been granted for the item is granted no longer, and its certificate may be
    claimed again. A claim of which nothing is left is declined.
    """
    if _stands(claim) is ClaimState.ORDERED and not await hold_back(claim, work, reason=reason):
        return False
    item = await work.items.numbered(claim.id, number)
    unlooked = item.sampled and item.check is None
    amount, stands = item.amount, _stands(claim)
    await leave_out(claim, item, work, reason=reason, by=by)
    if stands in PAYABLE:
        source = Account.RETURNED if stands is ClaimState.RETURNED else Account.OWED
        post(work, item, debit=source, credit=Account.GRANTED, amount=amount, ref=f"stopped:{item.id}")
    if stands is ClaimState.REVIEWED and unlooked:
        claim.sampled(claim.unchecked - 1, work.policy, at=work.at)
    claim.lapse()
    return True


def _stands(claim: Claim) -> ClaimState:
    """Where it is, or goes on once it is no longer frozen."""
    return claim.resumes_as or claim.state
