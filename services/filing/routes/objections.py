"""Objections as officers take them and decide on them."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.filing.domain import refusals
from services.filing.domain.objection import NotPublicised, ObjectionResolved, UnknownObjection
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers import objections
from services.filing.handlers.objections import ResolveObjection
from services.filing.routes.callers import CreateOnce, Officer, OpenWork
from services.filing.schemas.objections import (
    ObjectionBody,
    ObjectionView,
    ResolutionBody,
)
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

router = APIRouter(prefix="/v1", tags=["objections · 公示异议"])


@router.post(
    "/filings/{filing_id}/objections",
    status_code=201,
    response_model=ObjectionView,
    responses=problems(refusals.UnknownFiling, NotPublicised, KeyReused),
)
async def raise_objection(
    filing_id: UUID, body: ObjectionBody, caller: Officer, once: CreateOnce
) -> Response:
    """登记异议 · Note an objection you received while the filing is publicised."""
    statement = body.made(received_by=caller.subject)
    return await once.create(
        caller,
        body,
        make=lambda work: objections.raise_objection(filing_id, statement, work),
        show=ObjectionView.of,
    )


@router.get(
    "/filings/{filing_id}/objections",
    response_model=PageView[ObjectionView],
    responses=problems(refusals.UnknownFiling, BadCursor),
)
async def list_objections(
    *, filing_id: UUID, caller: Officer, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """异议清单 · The objections to a case, the earliest first; for officers only."""
    async with open_work(caller) as work:
        await work.filings.get(filing_id)
        page = await work.objections.page(filing_id, cursor=cursor, size=size)
    return shown_page(page, ObjectionView.of)


@router.post(
    "/objections/{objection_id}/resolution",
    response_model=ObjectionView,
    responses=problems(
        UnknownObjection,
        refusals.NotTheHandlingOrgan,
        RecusedOfficer,
        ObjectionResolved,
        Stale,
        PreconditionMissing,
    ),
)
async def resolve_objection(
    *, objection_id: UUID, body: ResolutionBody, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """异议核查结论 · Decide on an objection; one that is upheld refuses the filing."""
    command = ResolveObjection(
        objection_id=objection_id,
        seen=seen,
        organ=caller.organ or "",
        actor=caller.subject,
        outcome=body.outcome,
        finding=body.finding,
    )
    async with open_work(caller) as work:
        objection = await objections.resolve_objection(command, work)
    return shown(ObjectionView.of(objection))
