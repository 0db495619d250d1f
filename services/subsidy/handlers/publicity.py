"""Publicity of claims, and objections to their items: taken, looked into, resolved."""

from dataclasses import dataclass
from uuid import UUID

from services.subsidy.domain.claim import ClaimState
from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.item import OPEN
from services.subsidy.domain.objection import (
    Objection,
    ObjectionState,
    Publicised,
    Resolution,
    Statement,
)
from services.subsidy.handlers.items import leave_out
from services.subsidy.handlers.work import Work
from services.subsidy.holders import unsealed
from shared.privacy import mask_name


async def raise_objection(item_id: UUID, statement: Statement, work: Work) -> Objection:
    """Take an objection while the item is publicised; raises UnknownItem, NotPublicised or ItemSettled.

    Objectors know nothing of each other and of versions: they take turns instead of one of them being refused.
    """
    item = await work.items.get(item_id)
    await work.claims.take_turn(item.claim_id)
    claim = await work.claims.get(item.claim_id)
    claim.check_publicised(at=work.at)
    item.object_to()
    claim.objections_open += 1
    objection = Objection(
        id=work.new_id(),
        claim_id=claim.id,
        item_id=item.id,
        organ=claim.organ,
        statement=statement,
        reference=work.new_code(),
        raised_at=work.at,
        due=Deadline.of("subsidy.objection_days", work.policy, at=work.at),
    )
    work.objections.add(objection)
    return objection


@dataclass(frozen=True, kw_only=True)
class ResolveObjection:
    """What was found, by whom of which organ; at the version seen."""

    objection_id: UUID
    seen: int
    organ: str
    actor: str
    resolution: Resolution
    finding: str


async def resolve_objection(command: ResolveObjection, work: Work) -> Objection:
    """Decide on an objection; one that is upheld leaves the item out. Raises NotTheHandlingOrgan or ObjectionResolved."""
    objection = await work.objections.get(command.objection_id, seen=command.seen)
    objection.check_handled_by(command.organ)
    await work.claims.take_turn(objection.claim_id)
    objection.resolve(command.resolution, command.finding, by=command.actor, at=work.at)
    claim = await work.claims.get(objection.claim_id)
    item = await work.items.get(objection.item_id)
    item.settle_objection()
    claim.objections_open -= 1
    upheld = objection.state is ObjectionState.UPHELD and item.state in OPEN
    if upheld and ClaimState.PUBLICITY in (claim.state, claim.resumes_as):
        reason = f"公示异议成立 · objection upheld：{objection.finding}"
        await leave_out(claim, item, work, reason=reason, by=command.actor)
    return objection


def shown_name(item: Publicised, work: Work) -> str:
    """张*: the holder of a publicised item, as everybody sees them."""
    return mask_name(unsealed(work.cipher, item.certificate_id, item.holder).name)
