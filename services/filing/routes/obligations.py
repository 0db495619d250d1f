"""What is owed: the officers' list, and each of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.filing.domain import refusals
from services.filing.domain.obligation import NotReported, ObligationState, Owed, StillUnderWay
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers import obligations, reporting
from services.filing.handlers.obligations import OnObligation
from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.obligations import ObligationView, SettlementBody
from services.filing.schemas.parts import OrganCode
from shared.errors import Stale
from shared.http.auth import NotPermitted
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Permission, Principal
from shared.paging import BadCursor
from shared.province.taking_up import NotRejected

router = APIRouter(prefix="/v1/obligations", tags=["obligations · 待办"])


async def of_officer(caller: Reader) -> Principal:
    """Raises NotPermitted for anybody who is no officer."""
    if not caller.permissions & {Permission.ASSESS, Permission.ACKNOWLEDGE}:
        raise NotPermitted("须为经办人员 · for officers")
    return caller


AnyOfficer = Annotated[Principal, Depends(of_officer)]


async def on_obligation(obligation_id: UUID, caller: AnyOfficer, seen: Seen) -> OnObligation:
    """The obligation an officer reports on."""
    return OnObligation(
        obligation_id=obligation_id, seen=seen, organ=caller.organ or "", actor=caller.subject
    )


ByOwner = Annotated[OnObligation, Depends(on_obligation)]


@router.get("", response_model=PageView[ObligationView], responses=problems(BadCursor))
async def list_obligations(
    *,
    caller: AnyOfficer,
    open_work: OpenWork,
    state: ObligationState = ObligationState.OPEN,
    owner: OrganCode | None = None,
    overdue: bool = False,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """待办清单 · What is owed within reach, by its deadline; those of one organ, or those that are late."""
    async with open_work(caller) as work:
        wanted = Owed(state=state, owner=owner, late_at=work.at if overdue else None)
        page = await work.obligations.page(wanted, cursor=cursor, size=size)
    return shown_page(page, ObligationView.of)


@router.post(
    "/{obligation_id}/settlement",
    response_model=ObligationView,
    responses=problems(
        refusals.UnknownObligation,
        refusals.NotOwedByYou,
        refusals.ObligationSettled,
        refusals.NotByHand,
        RecusedOfficer,
        Stale,
        PreconditionMissing,
    ),
)
async def settle_obligation(
    command: ByOwner, body: SettlementBody, caller: Reader, open_work: OpenWork
) -> Response:
    """办结待办 · Report as done: copy acknowledged (N2.4), plaque and certificate handed over (N2.8), connected (N2.1)."""
    async with open_work(caller) as work:
        owed = await obligations.settle_obligation(command, body.note, work)
    return shown(ObligationView.of(owed))


@router.post(
    "/{obligation_id}/retry",
    response_model=ObligationView,
    responses=problems(
        refusals.UnknownObligation,
        refusals.NotOwedByYou,
        refusals.ObligationSettled,
        refusals.UnknownInstitution,
        NotReported,
        StillUnderWay,
        NotRejected,
        Stale,
        PreconditionMissing,
    ),
)
async def retry_report(command: ByOwner, caller: Reader, open_work: OpenWork) -> Response:
    """重新上报 · Send a report that the province rejected once more, of the record as it stands now."""
    async with open_work(caller) as work:
        owed = await reporting.repeat_report(command, work)
    return shown(ObligationView.of(owed))
