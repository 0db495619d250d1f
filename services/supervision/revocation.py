"""责令取消备案: an institution that stays suspended too long without rectifying is to be taken off the record (N3.3)."""

from dataclasses import dataclass
from uuid import UUID

from services.supervision.domain.institution import check_supervises
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import NotSanctioned
from services.supervision.domain.sanction import BASIS
from services.supervision.handlers import Work
from shared.contracts.supervision import RevocationOrdered


@dataclass(frozen=True, kw_only=True)
class OrderRevocation:
    """Over which overdue rectification an officer of this organ orders it, at the version seen, and why."""

    rectification_id: UUID
    seen: int
    organ: str
    reason: str


async def order_revocation(command: OrderRevocation, work: Work) -> Rectification:
    """Order that the filing be revoked; filing does it, and tells everybody.

    Raises NotTheSupervisingOrgan, NotSanctioned for a rectification that keeps no suspension in force, RevocationTooSoon
    or AlreadyRevoked.
    """
    rectification = await work.rectifications.get(command.rectification_id, seen=command.seen)
    check_supervises(work.policy, officer=command.organ, organ=rectification.organ)
    sanction = await work.sanctions.in_force(rectification.institution_id)
    if sanction is None or rectification.id not in sanction.open:
        raise NotSanctioned(basis=BASIS)
    sanction.revoke(command.reason, work.policy, at=work.at)
    work.outbox.add(
        RevocationOrdered(
            institution_id=sanction.institution_id,
            uscc=sanction.uscc,
            organ=sanction.organ,
            basis=sanction.basis,
            rectification_id=rectification.id,
            reason=command.reason,
        )
    )
    return rectification
