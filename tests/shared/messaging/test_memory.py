"""The in-process bus confirms late on purpose: with the outbox behind it, a process that dies loses nothing."""

import asyncio

from shared.messaging.bus import Outcome
from shared.messaging.memory import MemoryBus
from tests.shared.messaging.parcels import (
    new_queue,
    numbered,
    numbers_in,
    outcomes_of,
    post,
    take_all,
    take_unsettled,
    topology,
)


async def test_a_message_is_confirmed_once_the_last_of_its_consumers_has_settled_it() -> None:
    bus, first = MemoryBus(), new_queue("told")
    second = new_queue("told", exchange=first.exchange)
    await bus.declare(topology(first, second))
    quick, slow = [await bus.consume(queue.name, prefetch=1) for queue in (first, second)]
    posting = await post(bus, numbered(first, "told", range(2)))
    await take_all(quick, 2)
    taken = await take_unsettled(slow, 2)
    await slow.settle(taken[:1])
    await asyncio.sleep(0)
    assert not posting.done()
    await slow.settle(taken[1:])
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 2


async def test_messages_wait_for_a_consumer_that_comes_later() -> None:
    bus, queue = MemoryBus(), new_queue("told")
    await bus.declare(topology(queue))
    posting = await post(bus, numbered(queue, "told", range(3)))
    assert not posting.done()
    assert numbers_in(await take_all(await bus.consume(queue.name, prefetch=1), 3)) == [0, 1, 2]
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 3


def test_it_says_that_nothing_of_it_outlives_the_process() -> None:
    assert MemoryBus().durable is False
