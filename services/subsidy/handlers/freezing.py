"""冻结: nothing of an institution's claims is paid while it is suspended, revoked, or fraud of it is looked into."""

from uuid import UUID

from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.handlers.orders import hold_back
from services.subsidy.handlers.work import Work
from shared.contracts.subsidy import ClaimFrozen, ClaimReleased


async def freeze_unpaid(
    institution: ClaimingInstitution, work: Work, *, reason: str, basis: tuple[str, ...]
) -> None:
    """Hold back whatever did not go to the bank yet."""
    for claim in await work.claims.unpaid_of(institution.id):
        if claim.freeze(reason=reason):
            await hold_back(claim, work, reason=reason)
            work.outbox.add(
                ClaimFrozen(
                    claim_id=claim.id,
                    institution_id=institution.id,
                    organ=claim.organ,
                    basis=basis,
                    reason=reason,
                )
            )


async def release_frozen(
    institution: ClaimingInstitution, work: Work, *, basis: tuple[str, ...], ended: UUID | None = None
) -> None:
    """Frozen claims go on where they stood, unless something else still holds them back.

    `ended` is the recovery that looks into fraud no longer.
    """
    if not institution.may_claim or await work.recoveries.freezing(institution.id, besides=ended):
        return
    for claim in await work.claims.frozen_of(institution.id):
        if claim.release():
            claim.go_on(work.policy, at=work.at)
            work.outbox.add(
                ClaimReleased(
                    claim_id=claim.id, institution_id=institution.id, organ=claim.organ, basis=basis
                )
            )
