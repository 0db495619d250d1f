"""A connection that never came about, or was left half closed, leaves nothing for the garbage collector to do."""

import asyncio

import aio_pika
import pytest

from cli.servers.rabbitmq import RabbitServer
from shared.messaging.rabbit import RabbitBus
from tests.finalisers import NOBODY_LISTENS, Connect, complaints_after, failing, interrupted


def connect_to(url: str) -> Connect:
    return RabbitBus(url, name="tests")._connect  # noqa: SLF001 — the bus itself retries without end


def test_the_librarys_own_connections_do_complain_so_that_silence_means_something() -> None:
    found = complaints_after(failing(lambda: aio_pika.connect(NOBODY_LISTENS, timeout=2)))
    assert found == ["coroutine 'Connection.close' was never awaited"] * 3


def test_connections_that_failed_are_collected_in_silence() -> None:
    assert complaints_after(failing(connect_to(NOBODY_LISTENS))) == []


def test_a_connection_interrupted_while_it_was_made_is_collected_in_silence() -> None:
    assert complaints_after(interrupted(connect_to)) == []


@pytest.mark.parametrize("steps", range(6))
def test_a_connection_interrupted_while_it_was_closed_is_collected_in_silence(
    broker: RabbitServer, steps: int
) -> None:
    async def act(kept: list[BaseException]) -> None:
        connection = await connect_to(broker.url)()
        closing = asyncio.ensure_future(connection.close())
        for _ in range(steps):
            await asyncio.sleep(0)
        closing.cancel()
        try:
            await closing
        except asyncio.CancelledError as cancelled:
            kept.append(cancelled)
        assert connection.is_closed is (steps > 0)
        await connection.close()

    assert complaints_after(act) == []
