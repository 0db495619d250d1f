"""What of claims is publicised, and objections to it, for anybody: without a login."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Response

from services.subsidy.domain.claim import NotPublicised
from services.subsidy.domain.item import ItemSettled, UnknownItem
from services.subsidy.domain.objection import UnknownObjection
from services.subsidy.handlers import Work, publicity
from services.subsidy.handlers.publicity import shown_name
from services.subsidy.schemas.objections import (
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
    "/claim-publicity",
    response_model=PublicisedPage,
    responses=public_problems(BadCursor),
    dependencies=[limited(per_minute=60, burst=30)],
)
async def list_publicised_items(*, works: OpenPublic, cursor: Cursor = None, size: Size = 50) -> Response:
    """补贴公示 · What is publicised now, what ends first first; names and numbers are masked."""
    async with works.reading() as work:
        page = await work.publicity.running(at=work.at, cursor=cursor, size=size)
        items = [
            PublicisedView.of(each, name=shown_name(each, work), occupation=each.occupation)
            for each in page.items
        ]
    view = PublicisedPage(items=items, next=page.next)
    return Response(view.model_dump_json(), media_type="application/json")


@router.post(
    "/claim-items/{item_id}/objections",
    status_code=201,
    response_model=ReceiptView,
    responses=public_problems(UnknownItem, NotPublicised, ItemSettled),
    dependencies=[limited(per_minute=6, burst=3)],
)
async def object_to_item(item_id: UUID, body: PublicObjectionBody, works: OpenPublic) -> Response:
    """提出异议 · Object to a publicised item; keep the reference, it tells what became of it."""
    async with works.reading() as work:
        publicised = await work.publicity.of_item(item_id, at=work.at)
    async with works.within(publicised.organ) as work:
        objection = await publicity.raise_objection(item_id, body.made(), work)
    view = ReceiptView(reference=objection.reference)
    return Response(view.model_dump_json(), status_code=201, media_type="application/json")


@router.get(
    "/claim-objections/{reference}",
    response_model=AnswerView,
    responses=public_problems(UnknownObjection),
    dependencies=[limited(per_minute=30, burst=10)],
)
async def read_objection_answer(reference: Annotated[Reference, Path()], works: OpenPublic) -> Response:
    """异议查询 · What became of your objection."""
    async with works.reading() as work:
        answer = await work.publicity.answer(reference)
    view = AnswerView.model_validate(answer)
    return Response(view.model_dump_json(), media_type="application/json")
