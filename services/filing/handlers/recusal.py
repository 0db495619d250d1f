"""回避: whoever acts on a case in an organ's name must have nothing to do with the applicant."""

from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers.work import Work


async def official_case(filing_id: UUID, work: Work, *, seen: int | None = None) -> Filing:
    """The case an organ acts on: every official act begins here (N3.2).

    Raises RecusedOfficer when the caller, or the officer a portal acts for, is recused from the applicant. Who is no
    officer on record is recused from nobody.
    """
    filing = await work.filings.get(filing_id, seen=seen)
    for officer in await work.officers.named(work.actors, organ=filing.handled_by):
        if officer.is_recused_from(filing.applicant.uscc):
            raise RecusedOfficer(officer.name, basis=("N3.2",))
    return filing
