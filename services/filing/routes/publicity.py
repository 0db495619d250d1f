"""What is publicised, objections to it, and outstanding institutions, for anybody: without a login."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from services.filing.domain import refusals
from services.filing.domain.objection import NotPublicised, ObjectionsFull, UnknownObjection
from services.filing.handlers import Work, objections
from services.filing.schemas.commendations import OutstandingPage, OutstandingView
from services.filing.schemas.objections import (
    AnswerView,
    PublicisedPage,
    PublicisedView,
    PublicObjectionBody,
    ReceiptView,
    Reference,
)
from shared.http.limits import limited
from shared.http.pages import Cursor, Size
from shared.http.problems import public_problems
from shared.http.work import PublicWorks, public_works_of
from shared.paging import BadCursor

router = APIRouter(prefix="/v1/public", tags=["public · 公示"])

OpenPublic = Annotated[PublicWorks[Work], Depends(public_works_of)]


@router.get(
    "/publicity",
    response_model=PublicisedPage,
    responses=public_problems(BadCursor),
    dependencies=[limited(per_minute=60, burst=30)],
)
async def list_publicity(*, works: OpenPublic, cursor: Cursor = None, size: Size = 50) -> Response:
    """备案公示 · What is publicised now, what ends first first."""
    async with works.reading() as work:
        page = await work.publicity.running(at=work.at, cursor=cursor, size=size)
    view = PublicisedPage(items=[PublicisedView.model_validate(each) for each in page.items], next=page.next)
    return Response(view.model_dump_json(), media_type="application/json")


@router.post(
    "/filings/{filing_id}/objections",
    status_code=201,
    response_model=ReceiptView,
    responses=public_problems(refusals.UnknownFiling, NotPublicised, ObjectionsFull),
    dependencies=[limited(per_minute=6, burst=3)],
)
async def object_publicly(filing_id: UUID, body: PublicObjectionBody, works: OpenPublic) -> Response:
    """提出异议 · Object to a publicised filing; keep the reference, it tells what became of it."""
    async with works.reading() as work:
        publicised = await work.publicity.of_filing(filing_id, at=work.at)
    async with works.within(publicised.organ) as work:
        objection = await objections.raise_objection(filing_id, body.made(), work)
    view = ReceiptView(reference=objection.reference)
    return Response(view.model_dump_json(), status_code=201, media_type="application/json")


@router.get(
    "/objections/{reference}",
    response_model=AnswerView,
    responses=public_problems(UnknownObjection),
    dependencies=[limited(per_minute=30, burst=10)],
)
async def read_answer(reference: Annotated[Reference, Path()], works: OpenPublic) -> Response:
    """异议查询 · What became of your objection."""
    async with works.reading() as work:
        answer = await work.publicity.answer(reference)
    view = AnswerView.model_validate(answer)
    return Response(view.model_dump_json(), media_type="application/json")


@router.get(
    "/outstanding-institutions",
    response_model=OutstandingPage,
    responses=public_problems(BadCursor),
    dependencies=[limited(per_minute=60, burst=30)],
)
async def list_outstanding(*, works: OpenPublic, cursor: Cursor = None, size: Size = 50) -> Response:
    """先进典型 · Outstanding institutions in force and what others may learn from them, the latest first (N3.5)."""
    async with works.reading() as work:
        page = await work.publicity.outstanding(on=work.today, cursor=cursor, size=size)
    items = [OutstandingView.of(each, work.policy) for each in page.items]
    view = OutstandingPage(items=items, next=page.next)
    return Response(view.model_dump_json(), media_type="application/json")
