"""Objections to items of publicised claims, as officers take them and decide on them."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.subsidy.domain import refusals
from services.subsidy.domain.claim import NotPublicised
from services.subsidy.domain.item import ItemSettled, UnknownItem
from services.subsidy.domain.objection import ObjectionResolved, ObjectionState, UnknownObjection, Wanted
from services.subsidy.handlers import publicity
from services.subsidy.handlers.publicity import ResolveObjection
from services.subsidy.routes.callers import CreateOnce, Escalated, Late, OpenWork, Reviewer, person
from services.subsidy.schemas.objections import (
    ObjectionBody,
    ObjectionsView,
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
    "/claim-items/{item_id}/objections",
    status_code=201,
    response_model=ObjectionView,
    responses=problems(UnknownItem, NotPublicised, ItemSettled, KeyReused),
)
async def raise_objection(item_id: UUID, body: ObjectionBody, caller: Reviewer, once: CreateOnce) -> Response:
    """登记异议 · Note an objection you received while the item is publicised."""
    statement = body.made(received_by=person(caller))
    return await once.create(
        caller,
        body,
        make=lambda work: publicity.raise_objection(item_id, statement, work),
        show=ObjectionView.of,
    )


@router.get(
    "/claims/{claim_id}/objections",
    response_model=ObjectionsView,
    responses=problems(refusals.UnknownClaim),
)
async def list_objections(claim_id: UUID, caller: Reviewer, open_work: OpenWork) -> Response:
    """异议清单 · The objections to a claim's items; for officers only."""
    async with open_work(caller) as work:
        await work.claims.get(claim_id)
        found = await work.objections.of_claim(claim_id)
    view = ObjectionsView(items=[ObjectionView.of(each) for each in found])
    return Response(view.model_dump_json(), media_type="application/json")


@router.get("/claim-objections", response_model=PageView[ObjectionView], responses=problems(BadCursor))
async def list_all_objections(
    *,
    caller: Reviewer,
    open_work: OpenWork,
    state: ObjectionState | None = None,
    overdue: Late = False,
    escalated: Escalated = False,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """异议列表 · The objections within your reach as they were raised; the overdue ones, if you like."""
    async with open_work(caller) as work:
        wanted = Wanted(state=state, overdue_at=work.at if overdue else None, escalated=escalated)
        page = await work.objections.page(wanted, cursor=cursor, size=size)
    return shown_page(page, ObjectionView.of)


@router.post(
    "/claim-objections/{objection_id}/resolution",
    response_model=ObjectionView,
    responses=problems(
        UnknownObjection, refusals.NotTheHandlingOrgan, ObjectionResolved, Stale, PreconditionMissing
    ),
)
async def resolve_objection(
    *, objection_id: UUID, body: ResolutionBody, caller: Reviewer, seen: Seen, open_work: OpenWork
) -> Response:
    """异议核查结论 · Decide on an objection; one that is upheld leaves the item out."""
    command = ResolveObjection(
        objection_id=objection_id,
        seen=seen,
        organ=caller.organ or "",
        actor=person(caller),
        resolution=body.resolution,
        finding=body.finding,
    )
    async with open_work(caller) as work:
        objection = await publicity.resolve_objection(command, work)
    return shown(ObjectionView.of(objection))
