"""What every bus promises those who consume."""

import asyncio

import pytest

from shared.messaging.bus import Attachment, Bus, Delivery, Outcome, Queue
from tests.shared.messaging.parcels import (
    SECONDS,
    new_queue,
    numbered,
    numbers_in,
    outcomes_of,
    parcel,
    post,
    take_all,
    take_unsettled,
    topology,
    until_attached,
)


async def nothing_else_waits(bus: Bus, queue: Queue, attachment: Attachment) -> bool:
    """Whether the next message to arrive is one that is sent only now."""
    (key,) = queue.routing_keys
    posting = await post(bus, [parcel(queue, key, b"-1")])
    next_one = await take_all(attachment, 1)
    await outcomes_of(posting)
    return numbers_in(next_one) == [-1]


async def test_a_batch_is_what_is_at_hand_and_no_more_than_asked_for(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=50)
    posting = await post(bus, numbered(queue, "counted", range(7)))
    taken: list[Delivery] = []
    async with asyncio.timeout(SECONDS):
        while len(taken) < 7:
            batch = await attachment.take(3)
            assert 1 <= len(batch) <= 3
            await attachment.settle(batch)
            taken += batch
    assert numbers_in(taken) == list(range(7))
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 7


async def test_settling_the_last_settles_all_that_were_taken_before(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    first = await bus.consume(queue.name, prefetch=50)
    posting = await post(bus, numbered(queue, "counted", range(10)))
    taken = await take_unsettled(first, 10)
    await first.settle(taken[8:9])
    await first.close()
    second = await bus.consume(queue.name, prefetch=50)
    assert numbers_in(await take_all(second, 1)) == [9]
    assert await nothing_else_waits(bus, queue, second)
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 10


async def test_what_was_not_settled_comes_again_in_order_after_the_consumer_closes(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    first = await bus.consume(queue.name, prefetch=50)
    posting = await post(bus, numbered(queue, "counted", range(10)))
    taken = await take_unsettled(first, 6)
    await first.settle(taken[:2])
    await first.close()
    assert not first.attached
    second = await bus.consume(queue.name, prefetch=50)
    assert numbers_in(await take_all(second, 8)) == list(range(2, 10))
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 10


async def test_settling_after_closing_settles_nothing(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    first = await bus.consume(queue.name, prefetch=50)
    posting = await post(bus, numbered(queue, "counted", range(3)))
    taken = await take_unsettled(first, 3)
    await first.close()
    await first.settle(taken)
    second = await bus.consume(queue.name, prefetch=50)
    assert numbers_in(await take_all(second, 3)) == [0, 1, 2]
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 3


async def test_settling_nothing_is_allowed(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=50)
    await attachment.settle([])
    posting = await post(bus, [parcel(queue, "counted")])
    await take_all(attachment, 1)
    assert await outcomes_of(posting) == [Outcome.CONFIRMED]


async def test_two_consumers_of_one_queue_share_the_work_and_settle_only_their_own(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    first, second = [await bus.consume(queue.name, prefetch=5) for _ in range(2)]
    await until_attached(first, second)
    posting = await post(bus, numbered(queue, "counted", range(10)))
    mine, yours = await take_unsettled(first, 5), await take_unsettled(second, 5)
    assert sorted(numbers_in(mine) + numbers_in(yours)) == list(range(10))
    later = second if max(numbers_in(yours)) == 9 else first
    await later.settle(yours if later is second else mine)
    await first.close()
    await second.close()
    unsettled = mine if later is second else yours
    third = await bus.consume(queue.name, prefetch=5)
    assert numbers_in(await take_all(third, 5)) == numbers_in(unsettled)
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 10


async def test_one_consumer_leaving_takes_nothing_from_the_other(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    staying, leaving = [await bus.consume(queue.name, prefetch=5) for _ in range(2)]
    await until_attached(staying, leaving)
    posting = await post(bus, numbered(queue, "counted", range(10)))
    kept, left = await take_unsettled(staying, 5), await take_unsettled(leaving, 5)
    await leaving.close()
    await staying.settle(kept)
    assert numbers_in(await take_all(staying, 5)) == numbers_in(left)
    assert await nothing_else_waits(bus, queue, staying)
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 10


async def test_a_taker_that_is_told_to_stop_loses_nothing(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=5)
    waiting = asyncio.create_task(attachment.take(5))
    await until_attached(attachment)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    posting = await post(bus, numbered(queue, "counted", range(3)))
    assert numbers_in(await take_all(attachment, 3)) == [0, 1, 2]
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 3


async def test_one_publisher_gone_leaves_its_messages_to_the_consumer(bus: Bus) -> None:
    queue = new_queue("counted")
    await bus.declare(topology(queue))
    posting = await post(bus, numbered(queue, "counted", range(3)))
    attachment = await bus.consume(queue.name, prefetch=5)
    taken = await take_unsettled(attachment, 3)
    posting.cancel()
    await asyncio.wait({posting})
    await attachment.settle(taken)
    assert numbers_in(taken) == [0, 1, 2]
    assert await nothing_else_waits(bus, queue, attachment)
