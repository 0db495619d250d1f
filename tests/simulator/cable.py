"""A cable to a broker that can be pulled out and put back."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit, urlunsplit


class Cable:
    """Carries bytes between a local port and a broker; `url` is the broker's address through it."""

    def __init__(self, broker_url: str) -> None:
        self._parts = urlsplit(broker_url)
        self._server: asyncio.Server | None = None
        self._port = 0
        self._carriers: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        login, _, _ = self._parts.netloc.rpartition("@")
        return urlunsplit(self._parts._replace(netloc=f"{login}@127.0.0.1:{self._port}"))

    async def plug_in(self) -> None:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def pull_out(self) -> None:
        """Break every connection, those that are only being made as well, and take no new one."""
        if self._server is not None:
            self._server.close()
        carriers = tuple(self._carriers)
        for carrier in carriers:
            carrier.cancel()
        await asyncio.gather(*carriers, return_exceptions=True)

    async def _carry(self, near_in: asyncio.StreamReader, near_out: asyncio.StreamWriter) -> None:
        carrier = asyncio.current_task()
        if carrier is None:
            raise RuntimeError("a connection is carried by a task")
        self._carriers.add(carrier)
        ends = [near_out]
        try:
            with suppress(ConnectionError):
                far_in, far_out = await asyncio.open_connection(self._parts.hostname, self._parts.port)
                ends.append(far_out)
                await asyncio.gather(_pour(near_in, far_out), _pour(far_in, near_out))
        finally:
            for end in ends:
                end.transport.abort()
            self._carriers.discard(carrier)


async def _pour(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await source.read(65536):
            target.write(part)
            await target.drain()
    target.close()
