"""The service network: offices and officers as their organs keep them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.filing.domain import office as offices
from services.filing.domain import officer as officers
from services.filing.handlers import network
from services.filing.handlers.network import OnNetwork
from services.filing.routes.callers import CreateOnce, OpenWork
from services.filing.schemas.network import (
    LeaveBody,
    NewOffice,
    NewOfficer,
    OfficeChanges,
    OfficerChanges,
    OfficerRow,
    OfficersPage,
    OfficerView,
    OfficeView,
    RecusalBody,
)
from services.filing.schemas.parts import OrganCode
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Permission, Principal
from shared.paging import BadCursor
from shared.persistence.aggregates import OutOfReach
from shared.persistence.idempotency import KeyReused
from shared.policy import UnknownOrgan
from shared.values import Uscc

office_router = APIRouter(prefix="/v1/offices", tags=["offices · 经办点"])
officer_router = APIRouter(prefix="/v1/officers", tags=["officers · 经办人"])

Manager = Annotated[Principal, allowed(Permission.MANAGE_NETWORK)]
OfOrgan = Annotated[OrganCode | None, Query(description="机关代码 · one organ's only")]


async def on_office(office_id: UUID, caller: Manager, seen: Seen) -> OnNetwork:
    """The office that is changed, at the version seen."""
    del caller
    return OnNetwork(id=office_id, seen=seen)


async def on_officer(officer_id: UUID, caller: Manager, seen: Seen) -> OnNetwork:
    """The officer on record that is changed, at the version seen."""
    del caller
    return OnNetwork(id=officer_id, seen=seen)


ChangedOffice = Annotated[OnNetwork, Depends(on_office)]
ChangedOfficer = Annotated[OnNetwork, Depends(on_officer)]
_CHANGING = (Stale, PreconditionMissing)


@office_router.post(
    "",
    status_code=201,
    response_model=OfficeView,
    responses=problems(UnknownOrgan, OutOfReach, offices.BadTerm, offices.NetworkFull, KeyReused),
)
async def open_office(body: NewOffice, caller: Manager, once: CreateOnce) -> Response:
    """设立经办点 · Put an office on record."""
    command = body.made()
    return await once.create(
        caller, body, make=lambda work: network.open_office(command, work), show=OfficeView.of
    )


@office_router.get("", response_model=PageView[OfficeView], responses=problems(BadCursor))
async def list_offices(
    *, caller: Manager, open_work: OpenWork, organ: OfOrgan = None, cursor: Cursor = None, size: Size = 50
) -> Response:
    """经办点清单 · Offices within your territory, by name."""
    async with open_work(caller) as work:
        page = await work.offices.page(organ=organ, cursor=cursor, size=size)
    return shown_page(page, OfficeView.of)


@office_router.get("/{office_id}", response_model=OfficeView, responses=problems(offices.UnknownOffice))
async def read_office(office_id: UUID, caller: Manager, open_work: OpenWork) -> Response:
    """经办点 · One office."""
    async with open_work(caller) as work:
        office = await work.offices.get(office_id)
    return shown(OfficeView.of(office))


@office_router.patch(
    "/{office_id}",
    response_model=OfficeView,
    responses=problems(*_CHANGING, offices.UnknownOffice, offices.BadTerm),
)
async def revise_office(
    command: ChangedOffice, body: OfficeChanges, caller: Manager, open_work: OpenWork
) -> Response:
    """变更经办点 · Change an office, or name its last day."""
    async with open_work(caller) as work:
        office = await network.revise_office(command, body.changes(), work)
    return shown(OfficeView.of(office))


@officer_router.post(
    "",
    status_code=201,
    response_model=OfficerView,
    responses=problems(
        offices.UnknownOffice, officers.ForeignOffice, officers.SubjectTaken, offices.NetworkFull, KeyReused
    ),
)
async def appoint_officer(body: NewOfficer, caller: Manager, once: CreateOnce) -> Response:
    """登记经办人 · Put an officer on record."""
    command = body.made()
    return await once.create(
        caller, body, make=lambda work: network.appoint_officer(command, work), show=OfficerView.of
    )


@officer_router.get("", responses=problems(BadCursor))
async def list_officers(
    *, caller: Manager, open_work: OpenWork, organ: OfOrgan = None, cursor: Cursor = None, size: Size = 50
) -> OfficersPage:
    """经办人清单 · Officers within your territory by name, their cases in hand, and what nobody has."""
    async with open_work(caller) as work:
        page = await work.officers.page(organ=organ, cursor=cursor, size=size)
        loads = await work.assignments.loads([each.id for each in page.items])
        unassigned = await work.assignments.unassigned(organ)
    rows = [OfficerRow(**dict(OfficerView.of(each)), open_cases=loads[each.id]) for each in page.items]
    return OfficersPage(items=rows, next=page.next, unassigned=unassigned)


@officer_router.get("/{officer_id}", response_model=OfficerView, responses=problems(officers.UnknownOfficer))
async def read_officer(officer_id: UUID, caller: Manager, open_work: OpenWork) -> Response:
    """经办人 · One officer."""
    async with open_work(caller) as work:
        officer = await work.officers.get(officer_id)
    return shown(OfficerView.of(officer))


@officer_router.patch(
    "/{officer_id}",
    response_model=OfficerView,
    responses=problems(*_CHANGING, officers.UnknownOfficer, offices.UnknownOffice, officers.ForeignOffice),
)
async def revise_officer(
    command: ChangedOfficer, body: OfficerChanges, caller: Manager, open_work: OpenWork
) -> Response:
    """变更经办人 · Change an officer; whoever is not active any more hands over."""
    async with open_work(caller) as work:
        officer = await network.revise_officer(command, body.changes(), work)
    return shown(OfficerView.of(officer))


@officer_router.post(
    "/{officer_id}/leave",
    response_model=OfficerView,
    responses=problems(*_CHANGING, officers.UnknownOfficer, officers.BadLeave),
)
async def take_leave(
    command: ChangedOfficer, body: LeaveBody, caller: Manager, open_work: OpenWork
) -> Response:
    """请假 · What is in hand goes to the deputy from the first day on."""
    async with open_work(caller) as work:
        officer = await network.take_leave(command, body.made(), work)
    return shown(OfficerView.of(officer))


@officer_router.post(
    "/{officer_id}/return",
    response_model=OfficerView,
    responses=problems(*_CHANGING, officers.UnknownOfficer, officers.NotOnLeave),
)
async def come_back(command: ChangedOfficer, caller: Manager, open_work: OpenWork) -> Response:
    """销假 · New cases again; what was handed over stays there."""
    async with open_work(caller) as work:
        officer = await network.come_back(command, work)
    return shown(OfficerView.of(officer))


@officer_router.post(
    "/{officer_id}/recusals",
    response_model=OfficerView,
    responses=problems(*_CHANGING, officers.UnknownOfficer),
)
async def recuse_officer(
    command: ChangedOfficer, body: RecusalBody, caller: Manager, open_work: OpenWork
) -> Response:
    """回避 · Keep an officer away from an applicant's cases."""
    async with open_work(caller) as work:
        officer = await network.recuse_officer(command, body.made(), work)
    return shown(OfficerView.of(officer))


@officer_router.delete(
    "/{officer_id}/recusals/{uscc}",
    response_model=OfficerView,
    responses=problems(*_CHANGING, officers.UnknownOfficer, officers.UnknownRecusal),
)
async def lift_recusal(command: ChangedOfficer, uscc: Uscc, caller: Manager, open_work: OpenWork) -> Response:
    """解除回避 · The officer may handle that applicant's cases again."""
    async with open_work(caller) as work:
        officer = await network.lift_recusal(command, uscc, work)
    return shown(OfficerView.of(officer))
