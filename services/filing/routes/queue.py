"""An officer's queue: what is looked for, how it stands altogether, and whom a case is given to."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.filing.domain.assignment import AbsentOfficer, ForeignOfficer
from services.filing.domain.designation import NotDesignable, NotTheOrganAbove
from services.filing.domain.officer import RecusedOfficer, UnknownOfficer
from services.filing.handlers import assignment, designation, queue
from services.filing.handlers.queue import Desk
from services.filing.routes.callers import CHANGING, OFFICIAL, ByOfficer, Officer, OpenWork, Reader
from services.filing.routes.cases import shown_case
from services.filing.schemas.cases import FilingRow, FilingView
from services.filing.schemas.queue import (
    AssignmentBody,
    DesignationBody,
    OverviewQuery,
    OverviewView,
    QueueQuery,
)
from shared.http.problems import problems
from shared.http.work import PageView, shown_page
from shared.identity import Principal
from shared.paging import BadCursor

router = APIRouter(prefix="/v1/filings", tags=["queue · 办件队列"])


def _desk(caller: Principal) -> Desk:
    return Desk(organ=caller.organ, holder=caller.holder)


@router.get("", response_model=PageView[FilingRow], responses=problems(BadCursor))
async def list_filings(
    asked: Annotated[QueueQuery, Query()], caller: Reader, open_work: OpenWork
) -> Response:
    """办件队列 · Cases in the order in which they are taken; enterprises that trained come first (N1.1)."""
    async with open_work(caller) as work:
        page = await queue.look_for(asked.made(), _desk(caller), work, page=(asked.cursor, asked.size))
    return shown_page(page, FilingRow.of)


@router.get("/summary", responses=problems())
async def read_summary(
    asked: Annotated[OverviewQuery, Query()], caller: Officer, open_work: OpenWork
) -> OverviewView:
    """办件概览 · Cases in hand by state; what is due today, overdue, escalated, unassigned, and yours."""
    async with open_work(caller) as work:
        found = await queue.overview(
            _desk(caller), work, handled_by=asked.handled_by, to_handle=asked.to_handle
        )
    return OverviewView.of(found)


@router.post(
    "/{filing_id}/assignment",
    response_model=FilingView,
    responses=problems(*OFFICIAL, UnknownOfficer, ForeignOfficer, AbsentOfficer),
)
async def reassign_filing(
    command: ByOfficer, body: AssignmentBody, caller: Officer, open_work: OpenWork
) -> Response:
    """改派 · Give a case in hand to another officer of the organ, with the reason."""
    async with open_work(caller) as work:
        filing = await assignment.reassign_filing(command, body.made(), work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/{filing_id}/designation",
    response_model=FilingView,
    responses=problems(*CHANGING, RecusedOfficer, NotTheOrganAbove, NotDesignable),
)
async def designate_filing(
    command: ByOfficer, body: DesignationBody, caller: Officer, open_work: OpenWork
) -> Response:
    """指定管辖 · The organ above gives a case in hand to itself, or back to the organ responsible, with the reason."""
    async with open_work(caller) as work:
        filing = await designation.designate_filing(command, body.made(), work)
    return await shown_case(filing, caller, open_work)
