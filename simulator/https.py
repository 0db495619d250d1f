"""The HTTPS line: our letters are pushed to the other side's interface, theirs come to ours."""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvicorn

from simulator.line import CONTENT_TYPE, TO_PROVINCE, Handle, Letter

MESSAGES = "/messages"
CALLBACK = "/v1/exchange/messages"
_AT_ONCE = 8
_TIMEOUT = httpx.Timeout(10.0, connect=3.0)
_MOST_BYTES = 16 * 1024 * 1024
_MOST_ANSWERS = 1000
_TAKEN, _UNREADABLE, _NOT_HERE, _TOO_LARGE, _AWAY = 202, 400, 404, 413, 503
_FOR_GOOD = frozenset({400, 413, 415, 422})

log = structlog.get_logger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class DoorsError(ValueError):
    """地址或证书不可用 · The address or the certificates cannot be used."""


@dataclass(frozen=True, kw_only=True)
class Doors:
    """Where we are reached, whom we believe, and what we show of ourselves: as a server and as a client alike."""

    listen: str = "127.0.0.1:8090"
    ca: Path | None = None
    cert: Path | None = None
    cert_key: Path | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Raises DoorsError."""
        host, _, port = self.listen.rpartition(":")
        if not host or not port.isdecimal():
            raise DoorsError(f"{self.listen} 应写作 地址:端口 · is not HOST:PORT")
        return host.strip("[]"), int(port)

    def trust(self) -> ssl.SSLContext:
        """For what we push; raises DoorsError."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.cert is not None:
                context.load_cert_chain(self.cert, self.cert_key)
        except OSError as problem:
            raise DoorsError(f"证书不可用 · The certificates cannot be used: {problem}") from None
        return context


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    """A letter that came, and whether it could be read, once somebody has looked at it."""

    letter: Letter
    taken: asyncio.Future[bool] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class _Server(uvicorn.Server):
    """Serves on a socket of ours, and leaves Ctrl-C to the program around it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpsLine:
    """`POST {url}/messages` reaches the province, `POST {url}/{service}/v1/exchange/messages` a service of the city.

    What comes in is handed over one at a time. A push may be answered with a letter: it is handed over too, and passed
    over when it comes again by itself.
    """

    def __init__(self, url: str, doors: Doors) -> None:
        self._url = url.rstrip("/")
        self._doors = doors
        self._trust, self._address = doors.trust(), doors.address
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._arrivals: asyncio.Queue[_Arrival] = asyncio.Queue()
        self._answers: deque[bytes] = deque(maxlen=_MOST_ANSWERS)
        self._client: httpx.AsyncClient | None = None
        self._serving: tuple[_Server, asyncio.Task[None]] | None = None

    async def open(self) -> None:
        """Raises DoorsError where nobody may listen."""
        try:
            listener = socket.create_server(self._address)
        except OSError as problem:
            raise DoorsError(f"{self._doors.listen} 不能监听 · cannot be listened on: {problem}") from None
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = httpx.AsyncClient(timeout=_TIMEOUT, trust_env=False, verify=self._trust)
        server = _Server(self._configuration())
        self._serving = server, asyncio.create_task(server.serve(sockets=[listener]))

    def _configuration(self) -> uvicorn.Config:
        cert, key = self._doors.cert, self._doors.cert_key
        return uvicorn.Config(
            self._serve,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=1,
            ssl_certfile=str(cert) if cert else None,
            ssl_keyfile=str(key) if key else None,
        )

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        return await asyncio.gather(*map(self._push, letters))

    async def listen(self, handle: Handle) -> None:
        while True:
            arrival = await self._arrivals.get()
            try:
                taken = await handle(arrival.letter)
            except BaseException:
                arrival.taken.cancel()
                raise
            if not arrival.taken.done():
                arrival.taken.set_result(taken)

    async def close(self) -> None:
        serving, self._serving = self._serving, None
        client, self._client = self._client, None
        while not self._arrivals.empty():
            self._arrivals.get_nowait().taken.cancel()
        if serving is not None:
            server, task = serving
            server.should_exit = True
            await task
        if client is not None:
            await client.aclose()

    async def _push(self, letter: Letter) -> bool:
        """Whether it was dealt with there: kept, or refused for good, for it would be refused again."""
        headers = {**letter.headers, "Content-Type": CONTENT_TYPE}
        try:
            async with self._free:
                if self._client is None:
                    return False
                answer = await self._client.post(
                    self._url + _path(letter.routing_key), content=letter.body, headers=headers
                )
        except (httpx.HTTPError, httpx.InvalidURL) as problem:
            log.warning("not pushed", letter=letter.id, problem=type(problem).__name__)
            return False
        if answer.headers.get("content-type", "").startswith(CONTENT_TYPE) and answer.content:
            self._answers.append(_digest(answer.content))
            self._arrivals.put_nowait(_Arrival(letter=_letter(answer.content, letter.headers)))
        if not answer.is_success:
            log.warning("not taken", letter=letter.id, status=answer.status_code)
        return answer.is_success or answer.status_code in _FOR_GOOD

    async def _serve(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["method"] != "POST" or not scope["path"].endswith(MESSAGES):
            await _answer(send, _NOT_HERE)
            return
        body = await _read(receive)
        if body is None:
            await _answer(send, _TOO_LARGE)
            return
        headers = {
            name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        await _answer(send, await self._hand_over(body, headers))

    async def _hand_over(self, body: bytes, headers: Mapping[str, str]) -> int:
        if (digest := _digest(body)) in self._answers:
            self._answers.remove(digest)
            return _TAKEN
        arrival = _Arrival(letter=_letter(body, headers))
        self._arrivals.put_nowait(arrival)
        try:
            return _TAKEN if await arrival.taken else _UNREADABLE
        except asyncio.CancelledError:  # nobody listens any more
            return _AWAY


def _path(routing_key: str) -> str:
    return MESSAGES if routing_key == TO_PROVINCE else f"/{routing_key.rpartition('.')[2]}{CALLBACK}"


def _letter(body: bytes, headers: Mapping[str, str]) -> Letter:
    kept = {name: headers[name] for name in ("traceparent",) if name in headers}
    return Letter(id="", routing_key="", body=body, headers=kept)


def _digest(body: bytes) -> bytes:
    return sha256(body).digest()


async def _read(receive: Receive) -> bytes | None:
    """The body; None when it is too large or did not come whole."""
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > _MOST_BYTES or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body"):
            return bytes(body)


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
