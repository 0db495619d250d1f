"""回避: whoever acts in an organ's name must have nothing to do with the body it is about."""

from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers.work import Work
from shared.values import Uscc


async def official_case(filing_id: UUID, work: Work, *, seen: int | None = None) -> Filing:
    """The case an organ acts on: every official act on a case begins here (N3.2).

    Raises RecusedOfficer when the caller, or the officer a portal acts for, is recused from the applicant. Who is no
    officer on record is recused from nobody.
    """
    filing = await work.filings.get(filing_id, seen=seen)
    await check_not_recused(filing.applicant.uscc, work, organ=filing.handled_by)
    return filing


async def check_not_recused(uscc: Uscc, work: Work, *, organ: str) -> None:
    """Raises RecusedOfficer when who acts in the organ's name keeps away from this body."""
    for officer in await work.officers.named(work.actors, organ=organ):
        if officer.is_recused_from(uscc):
            raise RecusedOfficer(officer.name, basis=("N3.2",))


async def kept_away_from(work: Work, *, organ: str) -> frozenset[Uscc]:
    """The bodies from which who acts in the organ's name keeps away; for deciding about many at once."""
    officers = await work.officers.named(work.actors, organ=organ)
    return frozenset(each.uscc for officer in officers for each in officer.recusals)
