"""The province's messages that wait for a person, over HTTP."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.policy import UnknownOrgan
from shared.province.operating import parked
from shared.province.operating.parked import EarlierFirst, NotLegible, UnknownParked, VoidedThere
from shared.service.exchange.content import shown
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.pages import PageOf
from shared.service.exchange.schemas import ContentView, ReasonBody, Said, Shown, WhyRead

router = APIRouter(prefix="/v1/exchange/parked", tags=["exchange · 省级交换"])


class ParkedView(Shown):
    """A message that could not be applied, and why; `taken` is how far its lane is."""

    id: UUID
    topic: Said | None = Field(description="报文类型 · the kind of message")
    lane: Said | None
    sequence: int | None
    taken: int
    message_id: UUID | None
    business_key: Said | None
    code: str
    reason: Said
    attempts: int
    first_at: datetime
    trace_id: str | None


class ParkedContentView(ContentView, ParkedView):
    """Such a message and what stands in it, be it unreadable."""


@router.get("", responses=problems(BadCursor, NotYours, UnknownOrgan))
async def list_parked(
    *, caller: Watcher, desk: AtDesk, cursor: Cursor = None, size: Size = 50
) -> PageOf[ParkedView]:
    """转人工的报文 · Messages of the province that wait for a person, oldest first."""
    async with desk.whole(caller) as transaction:
        page = await parked.list_parked(transaction.connection, desk.queue, cursor=cursor, size=size)
    return PageOf(items=[ParkedView.model_validate(each) for each in page.items], next=page.next)


@router.get("/{held_id}", responses=problems(UnknownParked, NotLegible, NotYours, UnknownOrgan))
async def read_parked(
    held_id: UUID, caller: Operator, desk: AtDesk, reason: WhyRead = None
) -> ParkedContentView:
    """转人工报文内容 · One of them and what stands in it; that it was read, and why, is entered in the ledger of acts."""
    async with desk.whole(caller) as transaction:
        found, body = await parked.read(transaction, desk.shelf, held_id, reason=reason)
    content = shown(desk, body, plain=reason is not None)
    return ParkedContentView(**ParkedView.model_validate(found).model_dump(), **content)


@router.post(
    "/{held_id}/replay",
    status_code=204,
    responses=problems(UnknownParked, VoidedThere, NotYours, UnknownOrgan),
)
async def replay_parked(held_id: UUID, body: ReasonBody, caller: Operator, desk: AtDesk) -> Response:
    """重试 · Try it again now, once what was in its way has been put right."""
    async with desk.whole(caller) as transaction:
        await parked.replay(transaction, desk.queue, held_id, reason=body.reason)
    return Response(status_code=204)


@router.post(
    "/{held_id}/discard",
    status_code=204,
    responses=problems(UnknownParked, EarlierFirst, NotLegible, NotYours, UnknownOrgan),
)
async def discard_parked(held_id: UUID, body: ReasonBody, caller: Operator, desk: AtDesk) -> Response:
    """弃置 · Give it up: its lane goes on behind it, and the province is told that it was not carried out."""
    async with desk.whole(caller) as transaction:
        await parked.discard(transaction, desk.shelf, held_id, reason=body.reason)
    return Response(status_code=204)
