"""An HTTP server inside a program that has other things to do."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn


class EmbeddedServer(uvicorn.Server):
    """Serves an ASGI application, tells when it listens, and leaves Ctrl-C to the program around it."""

    def __init__(self, app: Any) -> None:
        config = uvicorn.Config(
            app,
            interface="asgi3",
            lifespan="off",
            ws="none",
            log_config=None,
            access_log=False,
            proxy_headers=False,  # who is believed about a caller's address is a setting of ours
            timeout_graceful_shutdown=5,
        )
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


_MADE_AT_ONCE = 50_000
"""Objects that a batch of a thousand rows is made of, and more; Python would look through them at every 700."""


def keep_what_is_built() -> None:
    """Call it when a process is about to serve: what it has built by then stays as long as it does.

    The collector would go through all of it again and again, and whoever calls meanwhile waits 0.2 s; and through the
    rows of a batch again and again while they are made.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_MADE_AT_ONCE)


@asynccontextmanager
async def served(app: Any, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve while the block runs; gives the base address. Port 0 takes a free one; a taken one raises OSError."""
    listener = socket.create_server((host, port))
    # asyncio does this for sockets of its own only. Without it the second part of an answer waits for the caller's
    # acknowledgement of the first, which Linux holds back for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    server = EmbeddedServer(app)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    await server.listening.wait()
    try:
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
