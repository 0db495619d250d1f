"""What supervision keeps of the register, and of what was paid on it."""

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.terms import Standing
from services.supervision.handlers import Work
from shared.contracts import filing, subsidy


async def keep_institution(
    event: filing.InstitutionRegistered | filing.InstitutionRecognized, work: Work
) -> SupervisedInstitution:
    """Whoever filed it, it is supervised here from now on (N3.3)."""
    institution = SupervisedInstitution(
        id=event.institution_id,
        name=event.name,
        uscc=event.uscc,
        organ=event.organ,
        audience=event.audience,
        scope=event.scope,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
    )
    work.institutions.add(institution)
    return institution


async def note_suspended(event: filing.InstitutionSuspended, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.standing = Standing.SUSPENDED


async def note_resumed(event: filing.InstitutionResumed, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.standing = Standing.ACTIVE


async def note_rescoped(event: filing.InstitutionRescoped, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.rescope(event.scope, since=event.valid_from)


async def note_amended(event: filing.InstitutionAmended, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.name = event.name


async def note_renewed(event: filing.InstitutionRenewed, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.valid_until = event.valid_until


async def note_ended(event: filing.InstitutionEnded, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.standing = Standing(event.standing)


async def note_claim_paid(event: subsidy.ClaimPaid, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.note_paid(certificates=event.certificates, amount_fen=event.amount_fen)
