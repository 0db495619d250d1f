"""What supervision keeps of the register, and of what was paid on it."""

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.provincial import JOINT
from services.supervision.domain.terms import Standing
from services.supervision.handlers import Work
from services.supervision.provincial import carry_out_orders
from shared.contracts import filing, subsidy
from shared.policy import Category, DutyOwner


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
        number=event.provincial_number
        if isinstance(event, filing.InstitutionRecognized)
        else event.filing_number,
        joint=_joint(event.category) if isinstance(event, filing.InstitutionRecognized) else (),
    )
    work.institutions.add(institution)
    return institution


def _joint(category: Category) -> tuple[str, ...]:
    """By which clauses it is supervised jointly: for N2.6 the notice says so, for N2.1 it is assumed."""
    return JOINT if category is Category.PROVINCIAL_ASSOCIATION else ("N2.1", *JOINT)


async def _known(event: filing.InstitutionChange, work: Work) -> SupervisedInstitution:
    """The institution, with what the announcement says of its record; the first announcements had none."""
    institution = await work.institutions.get(event.institution_id)
    if event.record is not None:
        institution.number = event.record.number
        by_province = event.record.filed_by == DutyOwner.PROVINCE
        institution.joint = _joint(event.record.category) if by_province else ()
    return institution


async def note_suspended(event: filing.InstitutionSuspended, work: Work) -> None:
    institution = await _known(event, work)
    institution.standing = Standing.SUSPENDED
    await carry_out_orders(institution, work)


async def note_resumed(event: filing.InstitutionResumed, work: Work) -> None:
    institution = await _known(event, work)
    institution.standing = Standing.ACTIVE


async def note_rescoped(event: filing.InstitutionRescoped, work: Work) -> None:
    institution = await _known(event, work)
    institution.rescope(event.scope, since=event.valid_from)


async def note_amended(event: filing.InstitutionAmended, work: Work) -> None:
    institution = await _known(event, work)
    institution.name = event.name


async def note_renewed(event: filing.InstitutionRenewed, work: Work) -> None:
    institution = await _known(event, work)
    institution.valid_until = event.valid_until


async def note_ended(event: filing.InstitutionEnded, work: Work) -> None:
    institution = await _known(event, work)
    institution.standing = Standing(event.standing)
    await carry_out_orders(institution, work)


async def note_claim_paid(event: subsidy.ClaimPaid, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.note_paid(certificates=event.certificates, amount_fen=event.amount_fen)
