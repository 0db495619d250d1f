"""The server inside a program: nobody waits for the network's patience or for the collector of garbage."""

import asyncio
import gc
import socket

import pytest
from starlette.responses import PlainTextResponse

from cli.suite.server import keep_what_is_built, served


async def test_an_answer_is_not_held_back_until_its_beginning_is_acknowledged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listeners: list[socket.socket] = []
    create = socket.create_server

    def noted(*args: object, **more: object) -> socket.socket:
        listeners.append(create(*args, **more))  # type: ignore[arg-type]  # whatever the caller gave
        return listeners[-1]

    monkeypatch.setattr(socket, "create_server", noted)
    async with served(PlainTextResponse("hallo")) as base:
        (listener,) = listeners
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        reader, writer = await asyncio.open_connection("127.0.0.1", int(base.rpartition(":")[2]))
        writer.write(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).endswith(b"hallo")
        writer.close()
        await writer.wait_closed()


def test_what_was_built_is_looked_at_no_more() -> None:
    built = [[number] for number in range(1000)]
    before, thresholds = gc.get_freeze_count(), gc.get_threshold()
    keep_what_is_built()
    try:
        assert gc.get_freeze_count() >= before + len(built)
        assert not any(each is built for each in gc.get_objects())
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


def test_a_batch_is_not_looked_through_while_it_is_made() -> None:
    looks: list[dict[str, int]] = []

    def noted(_phase: str, about: dict[str, int]) -> None:
        looks.append(about)

    thresholds = gc.get_threshold()
    keep_what_is_built()
    gc.callbacks.append(noted)
    try:
        batch = [[number] for number in range(20_000)]
        assert (len(batch), looks) == (20_000, [])
    finally:
        gc.callbacks.remove(noted)
        gc.unfreeze()
        gc.set_threshold(*thresholds)
