"""Stopping a consumer: what is in hand is finished and settled, what is not comes again."""

import asyncio
from uuid import uuid4

from shared.messaging.bus import Bus, Outcome
from tests.shared.messaging.parcels import outcomes_of, parcel, post, take_all
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, counted, envelopes
from tests.shared.messaging.waiting import meanwhile, until


class Brake:
    """Lets a service's handler wait in the middle of its work until it is let go."""

    def __init__(self, service: CountingService) -> None:
        self.begun = asyncio.Event()
        self.let_go = asyncio.Event()
        service.before_each = self._wait

    async def _wait(self) -> None:
        self.begun.set()
        await self.let_go.wait()


async def test_a_consumer_told_to_stop_in_the_middle_of_a_batch_finishes_and_settles_it(
    service: CountingService, bus: Bus
) -> None:
    await bus.declare(service.topology)
    brake, subject = Brake(service), uuid4()
    running = asyncio.create_task(service.consumer.run(bus, prefetch=50))
    posting = await post(bus, envelopes(counted(subject, 1, 2, 3)))
    await brake.begun.wait()
    running.cancel()
    await asyncio.sleep(0)
    assert not running.done()
    brake.let_go.set()
    await asyncio.wait({running}, timeout=20)
    assert running.cancelled()
    done = await service.heard(subject)
    assert done == list(range(1, len(done) + 1)) != []
    assert await take_rest(bus, service) == 3 - len(done)
    assert await outcomes_of(posting) == [Outcome.CONFIRMED] * 3


async def take_rest(bus: Bus, service: CountingService) -> int:
    """How many deliveries still wait, up to one that is sent only now."""
    queue = service.consumer.queue
    posting = await post(bus, [parcel(queue, Counted.topic, b"last")])
    attachment = await bus.consume(queue.name, prefetch=50)
    count = 0
    while (await take_all(attachment, 1, most=1))[0].message.body != b"last":
        count += 1
    await outcomes_of(posting)
    return count


async def test_a_consumer_is_attached_while_it_runs_and_not_before_or_after(
    service: CountingService, bus: Bus
) -> None:
    await bus.declare(service.topology)
    assert not service.consumer.attached
    async with meanwhile(service.consumer.run(bus, prefetch=50)):
        await until(lambda: service.consumer.attached)
    assert not service.consumer.attached
