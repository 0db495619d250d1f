"""Leads over HTTP: what looks wrong in subsidy, for the officers who look into it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.supervision import leads
from services.supervision.domain import lead as rules
from services.supervision.domain import refusals
from services.supervision.domain.lead import LeadState, Officer, Sought
from services.supervision.lead_schemas import (
    AssignmentBody,
    ClosingBody,
    Kind,
    LeadInspectionBody,
    LeadView,
    OrganCode,
)
from services.supervision.leads import OnLead
from services.supervision.routes import Officer as Supervisor
from services.supervision.routes import OpenWork
from services.supervision.schemas import Name
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor

router = APIRouter(prefix="/v1/leads", tags=["leads · 线索"])

_ACTING = (
    Stale,
    PreconditionMissing,
    rules.UnknownLead,
    rules.LeadClosed,
    refusals.NotTheSupervisingOrgan,
)


async def sought(
    *,
    kind: Annotated[Kind | None, Query(description="线索种类 · such as pass_rate")] = None,
    state: LeadState | None = None,
    institution_id: UUID | None = None,
    organ: OrganCode | None = None,
    assigned_to: Name | None = None,
) -> Sought:
    """What a list is narrowed to."""
    return Sought(kind=kind, state=state, institution_id=institution_id, organ=organ, assigned_to=assigned_to)


async def on_lead(lead_id: UUID, caller: Supervisor, seen: Seen) -> OnLead:
    """The lead an officer acts on, at the version seen; behind a portal the officer counts as the person."""
    name = caller.on_behalf_of or caller.subject
    return OnLead(lead_id=lead_id, seen=seen, by=Officer(name=name, organ=caller.organ or ""))


ByOfficer = Annotated[OnLead, Depends(on_lead)]


@router.get("", response_model=PageView[LeadView], responses=problems(BadCursor))
async def list_leads(
    *,
    caller: Supervisor,
    open_work: OpenWork,
    wanted: Annotated[Sought, Depends(sought)],
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """线索列表 · Leads, the latest first; the institution they are about does not see them."""
    async with open_work(caller) as work:
        page = await work.leads.page(wanted, cursor=cursor, size=size)
    return shown_page(page, LeadView.of)


@router.get("/{lead_id}", response_model=LeadView, responses=problems(rules.UnknownLead))
async def read_lead(lead_id: UUID, caller: Supervisor, open_work: OpenWork) -> Response:
    """线索详情 · One lead with its evidence."""
    async with open_work(caller) as work:
        lead = await work.leads.get(lead_id)
    return shown(LeadView.of(lead))


@router.post("/{lead_id}/assignment", response_model=LeadView, responses=problems(*_ACTING))
async def assign_lead(
    body: AssignmentBody, command: ByOfficer, caller: Supervisor, open_work: OpenWork
) -> Response:
    """指派 · Give a lead to an officer to look into, or to another one."""
    async with open_work(caller) as work:
        lead = await leads.assign_lead(command, body.officer, work)
    return shown(LeadView.of(lead))


@router.post(
    "/{lead_id}/inspection",
    response_model=LeadView,
    responses=problems(
        *_ACTING,
        rules.NobodyToInspect,
        rules.OtherInstitution,
        refusals.UnknownInspection,
        refusals.UnknownInstitution,
        refusals.TooFewSupervisors,
    ),
)
async def inspect_lead(
    body: LeadInspectionBody, command: ByOfficer, caller: Supervisor, open_work: OpenWork
) -> Response:
    """转督导 · Link an inspection of the institution, or enter a new one, made or arranged (N3.3)."""
    async with open_work(caller) as work:
        lead = await leads.inspect_lead(command, body.made(), work)
    return shown(LeadView.of(lead))


@router.post("/{lead_id}/closing", response_model=LeadView, responses=problems(*_ACTING))
async def close_lead(
    body: ClosingBody, command: ByOfficer, caller: Supervisor, open_work: OpenWork
) -> Response:
    """办结 · Say what was found and why; subsidy is told. What is confirmed may be the cause of a recovery (N3.3)."""
    async with open_work(caller) as work:
        lead = await leads.close_lead(command, body.finding, body.reason, work)
    return shown(LeadView.of(lead))
