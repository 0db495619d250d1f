"""指定管辖: a case goes to another organ, with the panel and the objections that are still open on it."""

from dataclasses import dataclass

from services.filing.domain.designation import designate
from services.filing.domain.filing import Filing
from services.filing.domain.objection import ObjectionState
from services.filing.handlers.cases import OnFiling
from services.filing.handlers.recusal import check_not_recused
from services.filing.handlers.work import Work


@dataclass(frozen=True, kw_only=True)
class Designation:
    """Which organ handles the case from now on, and why."""

    handled_by: str
    reason: str


async def designate_filing(command: OnFiling, to: Designation, work: Work) -> Filing:
    """Give a case to another organ; the reason goes into the ledger.

    Raises NotTheOrganAbove, OutOfTurn, NotDesignable, or RecusedOfficer for who keeps away from the applicant.
    """
    filing = await work.filings.get(command.filing_id, seen=command.seen)
    designate(filing, to.handled_by, work.policy, organ=command.organ, day=work.today)
    await check_not_recused(filing.applicant.uscc, work, organ=command.organ)
    for panel in await work.panels.of_filing(filing.id):
        if panel.concluded_at is None:
            panel.convened_by = to.handled_by
    for objection in await work.objections.of_filing(filing.id):
        if objection.state is ObjectionState.OPEN:
            objection.handled_by = to.handled_by
    work.because(to.reason)
    return filing
