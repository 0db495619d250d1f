"""A counterpart's interface that takes what is pushed as it is told to, on a real server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from cli.suite.server import EmbeddedServer
from tests.shared.province.papers import Paper


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """What came."""

    path: str
    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What one push is answered with, and after how many seconds."""

    status: int = 202
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    body: bytes = b""


class OtherSide:
    """`replies` are given in turn, then everything is taken; `most` is how many were there at once.

    What holds the bytes `blocked` is answered 403 before anybody looks at it.
    """

    def __init__(self) -> None:
        self.pushed: list[Pushed] = []
        self.replies: list[Reply] = []
        self.blocked: bytes | None = None
        self.most = 0
        self._here = 0

    @property
    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        self._here += 1
        self.most = max(self.most, self._here)
        try:
            if self.blocked is not None and self.blocked in await request.body():
                return Response(status_code=403)
            reply = self.replies.pop(0) if self.replies else Reply()
            pushed = Pushed(path=request.url.path, body=await request.body(), headers=dict(request.headers))
            self.pushed.append(pushed)
            await asyncio.sleep(reply.seconds)
        finally:
            self._here -= 1
        return Response(reply.body, status_code=reply.status, headers=reply.headers)


@asynccontextmanager
async def served_over_tls(app: Any, paper: Paper, *, known_by: str | None = None) -> AsyncIterator[str]:
    """Serve with this certificate; with `known_by` only callers that show one of that authority are let in."""
    server = EmbeddedServer(app)
    server.config = uvicorn.Config(
        app,
        port=0,
        interface="asgi3",
        lifespan="off",
        ws="none",
        log_config=None,
        ssl_certfile=str(paper.certificate),
        ssl_keyfile=str(paper.key),
        ssl_ca_certs=known_by,
        ssl_cert_reqs=ssl.CERT_REQUIRED if known_by else ssl.CERT_NONE,
    )
    serving = asyncio.create_task(server.serve())
    await server.listening.wait()
    try:
        yield f"https://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
