"""Cases go to officers: by turn, to whoever takes over, or by hand (N3.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.filing.domain.assignment import assign, chosen
from services.filing.domain.filing import Filing
from services.filing.domain.stages import IN_HAND_STATES
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.recusal import official_case
from services.filing.handlers.work import Work


async def due_for_assignment(work: Work) -> Sequence[UUID]:
    """Cases that nobody has, or somebody who is away or recused."""
    return await work.assignments.due(day=work.today)


async def assign_filing(filing_id: UUID, work: Work) -> Filing:
    """Give a case to an officer who can take it; it keeps the one it has, and has none when nobody can.

    Run twice it changes nothing the second time; of two at once the later fails on the case's version.
    """
    filing = await work.filings.get(filing_id)
    if filing.state not in IN_HAND_STATES:
        return filing
    candidates = await work.assignments.candidates(filing.handled_by)
    officer = chosen(filing, candidates, day=work.today)
    if officer is None:
        filing.officer_id = None
    elif officer.id != filing.officer_id:
        filing.officer_id = officer.id
        await work.assignments.took(officer, at=work.at)
    return filing


@dataclass(frozen=True, kw_only=True)
class ByHand:
    """Whom a case is given to, and why."""

    officer_id: UUID
    reason: str


async def reassign_filing(command: OnFiling, given: ByHand, work: Work) -> Filing:
    """改派: give a case to another officer; the reason goes into the ledger.

    Raises UnknownOfficer, ForeignOfficer, RecusedOfficer or AbsentOfficer.
    """
    filing = await official_case(command.filing_id, work, seen=command.seen)
    officer = await work.officers.get(given.officer_id)
    assign(filing, officer, organ=command.organ, day=work.today)
    await work.assignments.took(officer, at=work.at)
    work.because(given.reason)
    return filing
