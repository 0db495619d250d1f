"""What subsidy keeps of the register: who is on record, for what on which day, and how it stands."""

from datetime import date

from services.subsidy.domain.institution import ClaimingInstitution, Standing
from services.subsidy.handlers.freezing import freeze_unpaid, release_frozen
from services.subsidy.handlers.work import Work
from shared.contracts import filing


async def keep_institution(
    event: filing.InstitutionRegistered | filing.InstitutionRecognized, work: Work
) -> ClaimingInstitution:
    """Whoever filed it, it may claim for its own staff from now on (N1.6)."""
    institution = ClaimingInstitution(
        id=event.institution_id,
        name=event.name,
        uscc=event.uscc,
        organ=event.organ,
        audience=event.audience,
        scope=event.scope,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
        station_codes=event.station_codes if isinstance(event, filing.InstitutionRecognized) else (),
    )
    work.institutions.add(institution)
    return institution


async def freeze_claims(event: filing.InstitutionSuspended, work: Work) -> None:
    """Nothing of a suspended institution is reviewed or paid until it is resumed (N3.3)."""
    institution = await work.institutions.get(event.institution_id)
    institution.stand(Standing.SUSPENDED, since=_day(event, work), reason=event.reason)
    await freeze_unpaid(institution, work, reason=event.reason, basis=event.basis)


async def release_claims(event: filing.InstitutionResumed, work: Work) -> None:
    """Frozen claims go on where they stood, unless fraud is looked into meanwhile."""
    institution = await work.institutions.get(event.institution_id)
    institution.stand(Standing.ACTIVE, since=_day(event, work))
    await release_frozen(institution, work, basis=event.basis)


async def rescope_institution(event: filing.InstitutionRescoped, work: Work) -> None:
    """What it evaluates from that day on is judged by this scope, what came before by those before (N3.6)."""
    institution = await work.institutions.get(event.institution_id)
    institution.rescope(event.scope, since=event.valid_from)


async def rename_institution(event: filing.InstitutionAmended, work: Work) -> None:
    institution = await work.institutions.get(event.institution_id)
    institution.rename(event.name, station_codes=event.station_codes)


async def renew_institution(event: filing.InstitutionRenewed, work: Work) -> None:
    """Renewed late, it evaluated nothing that counts between its expiry and the renewal."""
    institution = await work.institutions.get(event.institution_id)
    institution.renew(until=event.valid_until, since=event.valid_from)


async def end_institution(event: filing.InstitutionEnded, work: Work) -> None:
    """Off the record; what it evaluated before may still be claimed, unless its filing was revoked.

    What a suspension had frozen stays frozen: nothing resumes an institution that has ended.
    """
    institution = await work.institutions.get(event.institution_id)
    institution.stand(Standing(event.standing), since=event.on, reason=event.reason)
    if institution.standing is Standing.REVOKED:
        await freeze_unpaid(institution, work, reason=event.reason, basis=event.basis)


def _day(event: filing.InstitutionSuspended | filing.InstitutionResumed, work: Work) -> date:
    """From which day; the first announcements of this kind did not say."""
    return event.on or work.today
