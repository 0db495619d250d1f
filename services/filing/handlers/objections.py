"""Objections to what is publicised: taken, looked into, resolved."""

from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.objection import (
    Objection,
    Outcome,
    Statement,
    check_room,
    object_to,
    settle_on,
)
from services.filing.handlers.pledges import void_pledges
from services.filing.handlers.recusal import official_case
from services.filing.handlers.work import Work


async def raise_objection(filing_id: UUID, statement: Statement, work: Work) -> Objection:
    """Take an objection while the filing is publicised; raises NotPublicised, or ObjectionsFull without a login.

    Objectors know nothing of each other and of versions: they take turns instead of one of them being refused.
    """
    await work.objections.take_turn(filing_id)
    filing = await work.filings.get(filing_id)
    if statement.made_publicly:
        check_room(await work.objections.made_publicly(filing_id), work.policy, on=work.today)
    objection = object_to(
        filing, statement, work.policy, key=work.new_id(), reference=work.new_code(), at=work.at
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
    outcome: Outcome
    finding: str


async def resolve_objection(command: ResolveObjection, work: Work) -> Objection:
    """Decide on an objection; one that is upheld refuses the filing. Raises NotTheHandlingOrgan, ObjectionResolved."""
    objection = await work.objections.get(command.objection_id, seen=command.seen)
    objection.check_handled_by(command.organ)
    objection.resolve(command.outcome, command.finding, by=command.actor, at=work.at)
    await work.objections.take_turn(objection.filing_id)
    filing = await official_case(objection.filing_id, work)
    settle_on(filing, objection, work.policy, organ=command.organ, at=work.at)
    await void_pledges(filing, work)
    return objection


async def watch_objection(objection_id: UUID, work: Work) -> Objection:
    """Its deadline is near or past: warn, or escalate to the city, each once."""
    objection = await work.objections.get(objection_id)
    objection.deadline = objection.deadline.watched(work.policy, at=work.at)
    return objection
