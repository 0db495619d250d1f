"""The counterpart hands its messages over here, one in each request; its signature speaks for it, no token is asked for."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from fastapi import APIRouter, Request, Response
from starlette.requests import ClientDisconnect

from shared.http.limits import Rates, limited
from shared.http.problems import TooBusy, TooManyRequests, public_problems
from shared.messaging.envelope import Undecodable
from shared.province.adapter import CONTENT_TYPE
from shared.province.dialect import Read
from shared.province.opened import Opened
from shared.service.correspondence import Correspondence

PATH = "/v1/exchange/messages"
MOST_BYTES = 4 * 1024 * 1024
STRANGERS_MOST_BYTES = 256 * 1024
"""What is longer is taken only from those whose signature holds."""
ANNOUNCED_BYTES = 1 << 40
"""The interface lets bodies of any length through to here, where what is too long is refused in writing, unread."""
_PER_MINUTE, _BURST = 6000, 1200
_STRANGERS_PER_MINUTE, _STRANGERS_BURST = 120, 60
_NAMED_BURST = 240  # the places are few, so what is charged and not yet given back is far less
_TOKEN_BYTES = 64 * 1024
_ROOM_SECONDS, _READ_SECONDS = 5.0, 30.0
_TAKEN, _GONE, _TOO_LARGE = 202, 400, 413
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_ANSWER = {"schema": {"description": "已签名的回执报文 · a signed RECEIPT in the dialect agreed on"}}
_MESSAGE = {
    "content": {CONTENT_TYPE: {"schema": {"type": "object", "additionalProperties": True}}},
    "required": True,
}
_RESPONSES: dict[int | str, dict[str, Any]] = {
    **public_problems(),
    202: {
        "description": "已落库 · durable; with a receipt when there is one",
        "content": {CONTENT_TYPE: _ANSWER},
    },
    413: {"description": "报文过大 · too large, refused in writing", "content": {CONTENT_TYPE: _ANSWER}},
}

log = structlog.get_logger(__name__)
router = APIRouter(prefix="/v1/exchange", tags=["exchange · 省级交换"])


@router.post(
    "/messages",
    status_code=_TAKEN,
    response_class=Response,
    responses=_RESPONSES,
    openapi_extra={"requestBody": _MESSAGE},
    dependencies=[limited(per_minute=_PER_MINUTE, burst=_BURST)],
)
async def take_message(request: Request) -> Response:
    """接收省级报文 · Take one signed message, as bytes.

    202 says that it is kept, whatever it is: carried out, waiting for its turn, refused, or unreadable and set aside.
    A refusal is told at once, signed; the receipts of what was accepted are pushed as our own messages are.
    """
    try:
        async with AsyncExitStack() as places:
            return await _take(request, places)
    except ClientDisconnect:
        return Response(status_code=_GONE)
    except TooManyRequests:
        raise
    except Exception as problem:  # whatever it is, nobody may think that the message was kept
        log.warning("not kept", problem=type(problem).__name__)
        raise TooBusy from problem


async def _take(request: Request, places: AsyncExitStack) -> Response:
    """Take one in, or refuse it in writing; raises TooManyRequests, and TimeoutError where there is no place for long."""
    correspondence: Correspondence[Any] = request.app.state.correspondence
    async with asyncio.timeout(_READ_SECONDS):
        body = await _read(request, correspondence, places)
    since = request.app.state.clock.now()
    named = body is not None and any(keys.named_in(body) for keys in correspondence.peers.values())
    charge = _Charge.of(request, body or b"", named=named)
    if not named:
        charge.take()
    if body is None:
        return _too_large(b"", MOST_BYTES, correspondence, since)
    if not named and len(body) > STRANGERS_MOST_BYTES:
        return _too_large(body, STRANGERS_MOST_BYTES, correspondence, since)
    await places.enter_async_context(_place(correspondence.room))
    if named:
        charge.take()
    read, holds = await asyncio.to_thread(_look, body, correspondence)
    if holds:
        charge.give_back()
    elif len(body) > STRANGERS_MOST_BYTES:
        return _too_large(body, STRANGERS_MOST_BYTES, correspondence, since)
    taken = Opened(body=body, traceparent=_traceparent(request), transport="https", read=read)
    await correspondence.consumer.process([taken])
    answer = await correspondence.answer(taken, since=since)
    return Response(answer, status_code=_TAKEN, media_type=CONTENT_TYPE if answer else None)


@asynccontextmanager
async def _place(places: asyncio.Semaphore) -> AsyncIterator[None]:
    """One of the few there are; raises TimeoutError when there is none for long.

    Receipts may have to wait for a batch that is on its way, and the others who call this interface must not wait with
    them for a connection.
    """
    async with asyncio.timeout(_ROOM_SECONDS):
        await places.acquire()
    try:
        yield
    finally:
        places.release()


async def _read(
    request: Request, correspondence: Correspondence[Any], places: AsyncExitStack
) -> bytes | None:
    """The body; None when it is too large, without reading on. A long one needs a place, until it was dealt with."""
    body, is_long = bytearray(), False
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            return None
        if not is_long and len(body) > STRANGERS_MOST_BYTES:
            await places.enter_async_context(_place(correspondence.long))
            is_long = True
    return bytes(body)


def _look(body: bytes, correspondence: Correspondence[Any]) -> tuple[Read | Undecodable, bool]:
    """What stands there, and whether whoever wrote it has a key that we know."""
    try:
        read = correspondence.dialect.read(body)
    except Undecodable as problem:
        return problem, False
    found = [keys.find(read.envelope.key_id) for keys in correspondence.peers.values()]
    return read, any(key is not None and key.holds(read.signed, read.envelope.signature) for key in found)


def _too_large(body: bytes, most: int, correspondence: Correspondence[Any], since: datetime) -> Response:
    reason = f"报文超过 {most} 字节 · The message has more than {most} bytes"
    if most == STRANGERS_MOST_BYTES:
        reason += "，且无已知密钥的有效签名 · and no key that we know has signed it"
    refused = correspondence.answers.refusal(body, "TOO_LARGE", reason, at=since)
    return Response(refused, status_code=_TOO_LARGE, media_type=CONTENT_TYPE)


@dataclass(frozen=True, kw_only=True)
class _Charge:
    """What a body costs its sender, before anybody has looked whether its signature holds.

    Everybody can send bytes, and all of them are kept: so nobody may send many. Who names a key of ours pays from another
    purse than who does not, and gets back what he paid if he has it.
    """

    rates: Rates
    purse: str
    caller: str
    burst: int
    tokens: int

    @classmethod
    def of(cls, request: Request, body: bytes, *, named: bool) -> "_Charge":
        rates: Rates = request.app.state.rates
        return cls(
            rates=rates,
            purse="named" if named else "strangers",
            caller=rates.caller(request),
            burst=_NAMED_BURST if named else _STRANGERS_BURST,
            tokens=1 + (len(body) if named else min(len(body), STRANGERS_MOST_BYTES)) // _TOKEN_BYTES,
        )

    def take(self) -> None:
        """Raises TooManyRequests."""
        self.rates.take(
            self.purse, self.caller, per_minute=_STRANGERS_PER_MINUTE, burst=self.burst, tokens=self.tokens
        )

    def give_back(self) -> None:
        self.rates.give_back(self.purse, self.caller, tokens=self.tokens)


def _traceparent(request: Request) -> str | None:
    told = request.headers.get("traceparent", "")
    return told if _TRACEPARENT.fullmatch(told) else None
