"""What a revoked certificate does to money: nothing more is paid for it, and what was paid is to come back (N1.4)."""

from uuid import UUID

from services.subsidy.domain.claim import Claim
from services.subsidy.domain.recoverable import Effect, Touched
from services.subsidy.domain.terms import AnyNumber
from services.subsidy.handlers.opening import BY_ITSELF, propose_revoked
from services.subsidy.handlers.stopping import stop
from services.subsidy.handlers.work import Work

REVOKED = "证书已被撤销 · the certificate was revoked"


async def act_on_revocation(number: AnyNumber, work: Work, *, reason: str) -> None:
    """Stop what is unpaid, propose to recover what was paid; what is with the bank waits for its word.

    Opened for the whole city: a certificate may be claimed for in any district.
    """
    why = f"{REVOKED}：{reason}" if reason else REVOKED
    claims = {each.item.claim_id for each in await work.recoverable.of_certificate(number)}
    await _take_turns(claims, work)
    found = await work.recoverable.of_certificate(number)
    await _stop_each([each for each in found if each.effect is Effect.STOP], work, why=why)
    await propose_revoked(found, work, reason=why)


async def settle_revoked(claim: Claim, work: Work) -> None:
    """The bank spoke on a claim: of what was revoked meanwhile, what was paid is to come back, the rest is stopped."""
    found = await work.recoverable.revoked_of(claim.id)
    await _stop_each([each for each in found if each.effect is Effect.STOP], work, why=REVOKED)
    await propose_revoked(found, work, reason=REVOKED)


async def drop_revoked(claim: Claim, work: Work) -> bool:
    """Leave out what was revoked before the claim is ordered; whether anything is left to be paid."""
    found = await work.recoverable.revoked_of(claim.id)
    await _stop_each([each for each in found if each.effect is Effect.STOP], work, why=REVOKED)
    return bool(claim.tally.payable)


async def _take_turns(claims: set[UUID], work: Work) -> None:
    """Everybody takes them in the same order, so that nobody waits for one who waits for him."""
    for claim_id in sorted(claims):
        await work.claims.take_turn(claim_id)


async def _stop_each(touched: list[Touched], work: Work, *, why: str) -> None:
    for each in touched:
        claim = await work.claims.get(each.item.claim_id)
        await stop(claim, each.item.certificate_number, work, reason=why, by=BY_ITSELF)
