"""A broker that goes and comes back: consumers find their way again, and nothing that was confirmed is lost."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.servers.rabbitmq import RabbitServer, start_private_rabbitmq
from shared.messaging.bus import Attachment, Outcome, Queue
from shared.messaging.rabbit import RabbitBus
from tests.shared.messaging.parcels import (
    new_queue,
    numbered,
    numbers_in,
    parcel,
    take_all,
    take_unsettled,
    topology,
    until_attached,
)

RECOVERY_SECONDS = 30


class Listener:
    """Takes and settles whatever comes, and remembers it."""

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment
        self.heard: list[int] = []

    async def run(self) -> None:
        while True:
            batch = await self._attachment.take(10)
            self.heard += numbers_in(batch)
            await self._attachment.settle(batch)


class Speaker:
    """Publishes numbers, twenty at a time, and remembers what became of each."""

    def __init__(self, bus: RabbitBus, queue: Queue) -> None:
        self._bus = bus
        self._queue = queue
        self.outcomes: dict[int, Outcome] = {}

    async def run(self) -> None:
        start = 0
        while True:
            numbers = range(start, start + 20)
            outcomes = await self._bus.publish(numbered(self._queue, "counted", numbers))
            self.outcomes |= dict(zip(numbers, outcomes, strict=True))
            start += 20
            await asyncio.sleep(0.01)

    def with_outcome(self, outcome: Outcome) -> set[int]:
        return {number for number, became in self.outcomes.items() if became is outcome}


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(RECOVERY_SECONDS):
        while not condition():
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def broker(scratch: Path) -> Iterator[RabbitServer]:
    """A node of these tests' own, whatever `AMQP_URL` names: it is going to be stopped and restarted."""
    server = start_private_rabbitmq(scratch / "restarts", say=lambda _: None)
    yield server
    server.stop()


async def test_nothing_confirmed_is_lost_when_the_broker_restarts_in_full_swing(
    rabbit: RabbitBus, broker: RabbitServer
) -> None:
    queue = new_queue("counted")
    await rabbit.declare(topology(queue))
    attachment = await rabbit.consume(queue.name, prefetch=50)
    listener, speaker = Listener(attachment), Speaker(rabbit, queue)
    seen = [attachment.attached]

    async def watch() -> None:
        while True:
            if attachment.attached is not seen[-1]:
                seen.append(attachment.attached)
            await asyncio.sleep(0.005)

    tasks = [asyncio.create_task(work) for work in (listener.run(), speaker.run(), watch())]
    await until(lambda: len(listener.heard) > 200)
    await asyncio.to_thread(broker.restart)
    before = len(speaker.with_outcome(Outcome.CONFIRMED))
    await until(lambda: attachment.attached and len(speaker.with_outcome(Outcome.CONFIRMED)) > before + 100)
    tasks[1].cancel()
    await until(lambda: speaker.with_outcome(Outcome.CONFIRMED) <= set(listener.heard))
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert seen[:4] == [False, True, False, True]
    assert speaker.with_outcome(Outcome.FAILED)
    assert not speaker.with_outcome(Outcome.UNROUTABLE)
    assert all(task.cancelled() for task in tasks), "one of them broke down"


async def test_while_the_broker_is_down_publishing_fails_and_everything_heals_when_it_is_back(
    rabbit: RabbitBus, broker: RabbitServer
) -> None:
    queue, quiet, later = new_queue("counted"), new_queue("counted"), new_queue("counted")
    await rabbit.declare(topology(queue, quiet))
    attachment = await rabbit.consume(queue.name, prefetch=50)
    assert await rabbit.publish(numbered(queue, "counted", range(5))) == [Outcome.CONFIRMED] * 5
    taken = await take_unsettled(attachment, 3)
    leaving = RabbitBus(broker.url, name="tests-leaving")
    deserter = await leaving.consume(quiet.name, prefetch=1)
    await until_attached(deserter)
    assert await leaving.publish([]) == []
    await asyncio.to_thread(_stop_process, broker)
    await until_attached(attachment, deserter, attached=False)
    await asyncio.wait_for(leaving.close(), 5)
    assert await rabbit.publish([parcel(queue, "counted")] * 3) == [Outcome.FAILED] * 3
    await attachment.settle(taken)  # the session is gone: they come again
    declaring = asyncio.create_task(rabbit.declare(topology(later)))
    fresh = await rabbit.consume(later.name, prefetch=5)
    await asyncio.to_thread(broker.restart)
    await asyncio.wait_for(declaring, RECOVERY_SECONDS)
    await until(lambda: attachment.attached and fresh.attached)
    assert numbers_in(await take_all(attachment, 5)) == [0, 1, 2, 3, 4]
    assert await rabbit.publish([parcel(later, "counted", b"9")]) == [Outcome.CONFIRMED]
    assert numbers_in(await take_all(fresh, 1)) == [9]


def _stop_process(broker: RabbitServer) -> None:
    """Stop the broker, keeping what `restart` needs to bring it back."""
    assert broker.child is not None
    broker.child.stop()
