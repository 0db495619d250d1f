"""Many callers at once over loopback, as light as they can be: the caller must never be what is measured."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles
from urllib.parse import urlsplit
from uuid import uuid4

from pydantic import BaseModel, ConfigDict

from shared.errors import Refusal

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_END_OF_HEAD = b"\r\n\r\n"
_FINE = range(200, 300)
_MILLISECONDS = 1000


class NotAnswered(Refusal):
    """服务未按预期应答 · A service did not answer as it should."""

    code = "NJT-CLI-0014"


class Ask(BaseModel):
    """One request; with `keyed` every sending carries an Idempotency-Key of its own."""

    model_config = ConfigDict(frozen=True)

    method: str = "GET"
    path: str
    headers: Mapping[str, str] = {}
    body: str = ""
    keyed: bool = False

    def parts(self) -> tuple[bytes, bytes]:
        """The request's bytes before and after the place where the key stands."""
        content = self.body.encode()
        told = {"Host": "127.0.0.1", **self.headers, "Content-Length": str(len(content))}
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in told.items())]
        return "\r\n".join(lines).encode(), _END_OF_HEAD + content


class Errand(BaseModel):
    """What the callers' process is told: where, what, by how many at once, or how often."""

    model_config = ConfigDict(frozen=True)

    base: str
    ask: Ask
    hands: int = 1
    warm: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Taken:
    """How long answers took, in seconds, and how many came in a second."""

    delays: Sequence[float]
    per_second: float

    @property
    def percentiles(self) -> tuple[float, float]:
        """Median and 99th percentile in ms."""
        hundredths = quantiles(self.delays, n=100, method="inclusive")
        return hundredths[49] * _MILLISECONDS, hundredths[98] * _MILLISECONDS


class Line(asyncio.Protocol):
    """One kept-alive connection, on which one request is under way at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._heard = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head = self._heard.find(_END_OF_HEAD)
        if head < 0 or self._answer is None:
            return
        length = _LENGTH.search(self._heard, 0, head + 1)
        begin = head + len(_END_OF_HEAD)
        if length is None or len(self._heard) < begin + int(length[1]):
            return
        answer = int(self._heard[9:12]), bytes(self._heard[begin:])
        self._heard.clear()
        self._answer.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NotAnswered(f"连接已断开 · the connection was lost: {exc}"))

    async def send(self, request: bytes) -> bytes:
        """The answer's body; raises NotAnswered when it is none of success."""
        if self._transport is None or self._transport.is_closing():
            raise NotAnswered("没有连接 · there is no connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        status, body = await self._answer
        if status not in _FINE:
            raise NotAnswered(f"{status} {body[:500].decode(errors='replace')}")
        return body

    async def ask(self, ask: Ask) -> bytes:
        """Send one request; raises NotAnswered."""
        return await self.send(sending(ask)())

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def sending(ask: Ask) -> Callable[[], bytes]:
    """What to send each time: the same, but for the key."""
    head, rest = ask.parts()
    if not ask.keyed:
        return lambda: head + rest
    return lambda: b"%b\r\nIdempotency-Key: %b%b" % (head, uuid4().hex.encode(), rest)


@asynccontextmanager
async def connected(base: str) -> AsyncIterator[Line]:
    """A connection to the address, for the block."""
    address = urlsplit(base)
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(Line, address.hostname or "", address.port or 0)
    try:
        yield line
    finally:
        line.close()


async def once(base: str, request: Ask | bytes) -> bytes:
    """Ask on a connection of its own: a server closes one on which nothing was asked for some seconds."""
    async with connected(base) as line:
        return await (line.send(request) if isinstance(request, bytes) else line.ask(request))


async def press(base: str, ask: Ask, *, hands: int, seconds: float) -> Taken:
    """So many callers each ask again as soon as they were answered, for a while."""
    make, delays = sending(ask), list[float]()
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connected(base)) for _ in range(hands)]
        began = time.perf_counter()

        async def call(line: Line) -> None:
            while (at := time.perf_counter()) - began < seconds:
                await line.send(make())
                delays.append(time.perf_counter() - at)

        await asyncio.gather(*map(call, lines))
        return Taken(delays=delays, per_second=len(delays) / (time.perf_counter() - began))


async def leaf(base: str, ask: Ask, *, times: int) -> Taken:
    """One caller asks so many times, one after the other."""
    make, delays = sending(ask), list[float]()
    async with connected(base) as line:
        began = time.perf_counter()
        for _ in range(times):
            at = time.perf_counter()
            await line.send(make())
            delays.append(time.perf_counter() - at)
        return Taken(delays=delays, per_second=times / (time.perf_counter() - began))
