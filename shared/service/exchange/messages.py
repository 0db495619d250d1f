"""The exchange ledger over HTTP: every message in and out, found by the numbers in it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from shared.errors import Conflict, NotFound
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.identity import NotYours
from shared.paging import BadCursor, Page, decode_cursor, page_of
from shared.policy import UnknownOrgan
from shared.privacy import Undecipherable
from shared.province.journal import Entered, line_at, search
from shared.service.exchange.content import shown
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.pages import PageOf
from shared.service.exchange.schemas import LineView, MessageView, WhyRead

router = APIRouter(prefix="/v1/exchange/messages", tags=["exchange · 省级交换"])

Ref = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=120,
        description="备案号、证书号、信用代码、站点码、业务号或通道 · a filing, certificate or credit number …",
    ),
]
TraceId = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")]


class UnknownLine(NotFound):
    """交换台账没有这一条 · The exchange ledger has no such line."""

    code = "NJT-EXC-1058"


class AlteredContent(Conflict):
    """报文内容无法解密或已被改动 · The content cannot be opened, or was altered."""

    code = "NJT-EXC-1059"


@router.get("", responses=problems(BadCursor, NotYours, UnknownOrgan))
async def search_messages(
    *,
    caller: Watcher,
    desk: AtDesk,
    ref: Ref = None,
    message_id: UUID | None = None,
    trace_id: TraceId = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> PageOf[LineView]:
    """交换台账 · Lines of the exchange ledger, newest first: those about a number, a message, a trace, or all."""
    before = _place(cursor) if cursor else None
    async with desk.whole(caller) as transaction:
        found = await search(
            transaction.connection,
            ref=ref,
            message_id=message_id,
            trace_id=trace_id,
            before=before,
            most=size + 1,
        )
    page: Page[Entered] = page_of(found, size=size, position=lambda line: (line.place,))
    return PageOf(items=[LineView.of(line) for line in page.items], next=page.next)


@router.get(
    "/{place}",
    responses=problems(UnknownLine, AlteredContent, NotYours, UnknownOrgan),
)
async def read_message(
    place: Annotated[int, Path(ge=1)], caller: Operator, desk: AtDesk, reason: WhyRead = None
) -> MessageView:
    """报文内容 · One line and what crossed; that it was read, and why, is entered in the ledger of acts."""
    async with desk.whole(caller) as transaction:
        line = await line_at(transaction.connection, place)
        if line is None:
            raise UnknownLine(str(place))
        try:
            body = await desk.correspondence.journal.read(transaction.connection, place)
        except Undecipherable:
            raise AlteredContent(str(place)) from None
        if reason is not None:
            transaction.because(reason)
        transaction.ledger.changed("exchange_message", line.message_id or UUID(int=place))
    content = shown(desk, body, plain=reason is not None)
    return MessageView(**LineView.of(line).model_dump(), **content)


def _place(cursor: str) -> int:
    (text,) = decode_cursor(cursor, parts=1)
    if not (text.isascii() and text.isdecimal()) or len(text) > 18:  # noqa: PLR2004 — what a bigint holds
        raise BadCursor
    return int(text)
