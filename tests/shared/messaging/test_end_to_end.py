"""From the outbox of one transaction over a bus into the tables of another: lost never, applied once, in order."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

from shared.messaging.bus import Attachment, Bus, Delivery, Message, Outcome
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted
from tests.shared.messaging.waiting import meanwhile, until

SUBJECTS = 6
FACTS = 25


class Forgetful:
    """A bus on which a process dies in the worst moment: after the effect, before anybody is told of it."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.durable = bus.durable
        self.declare = bus.declare
        self.close = bus.close
        self.forgotten = 0

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        """Every second time the confirms do not reach the relay."""
        outcomes = await self._bus.publish(messages)
        self.forgotten += 1
        if self.forgotten % 2:
            raise ConnectionError("the confirms went astray")
        return outcomes

    async def consume(self, queue: str, *, prefetch: int) -> Attachment:
        return _Unheard(await self._bus.consume(queue, prefetch=prefetch))


class _Unheard:
    """Takes as usual; what it settles never reaches the bus."""

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment
        self.close = attachment.close
        self.take = attachment.take

    @property
    def attached(self) -> bool:
        return self._attachment.attached

    async def settle(self, deliveries: Sequence[Delivery]) -> None: ...


async def announce_concurrently(service: CountingService, subjects: Sequence[UUID]) -> None:
    """As many transactions as facts, several at a time, each fact numbered by its subject's story."""

    async def tell(subject: UUID) -> None:
        for number in range(1, FACTS + 1):
            await service.announce(Counted(tally_id=subject, number=number))

    await asyncio.gather(*(tell(subject) for subject in subjects))


async def all_heard(service: CountingService, subjects: Sequence[UUID]) -> bool:
    rows = await service.rows("SELECT coalesce(sum(cardinality(heard)), 0) AS count FROM tally")
    return bool(rows[0]["count"] >= len(subjects) * FACTS)


async def assert_each_once_in_order(service: CountingService, subjects: Sequence[UUID]) -> None:
    for subject in subjects:
        assert await service.heard(subject) == list(range(1, FACTS + 1))
    footprints = await service.rows("SELECT count(*) AS count FROM footprint")
    assert footprints == [{"count": len(subjects) * FACTS}]
    assert await service.held() == []


async def test_everything_announced_takes_effect_once_and_in_order(
    service: CountingService, bus: Bus
) -> None:
    await bus.declare(service.topology)
    subjects = [uuid4() for _ in range(SUBJECTS)]
    relays = [service.relay(bus), service.relay(bus)]
    async with meanwhile(service.consumer.run(bus, prefetch=50), *(relay.run() for relay in relays)):
        await announce_concurrently(service, subjects)
        await until(lambda: all_heard(service, subjects))
    await assert_each_once_in_order(service, subjects)


async def test_two_workers_share_a_queue_and_keep_each_subjects_order(
    service: CountingService, bus: Bus
) -> None:
    await bus.declare(service.topology)
    twin = CountingService(service.engine, name=service.name, batch=7)
    twin.clock = service.clock
    subjects = [uuid4() for _ in range(SUBJECTS)]
    async with meanwhile(
        service.consumer.run(bus, prefetch=5), twin.consumer.run(bus, prefetch=5), service.relay(bus).run()
    ):
        await announce_concurrently(service, subjects)
        await until(lambda: all_heard_in_time(service, subjects))
    await assert_each_once_in_order(service, subjects)
    twin.telemetry.shutdown()


async def all_heard_in_time(service: CountingService, subjects: Sequence[UUID]) -> bool:
    return await all_heard(service, subjects) and await service.held() == []


async def test_a_relay_whose_confirms_go_astray_publishes_again_and_it_is_applied_once(
    service: CountingService, bus: Bus
) -> None:
    await bus.declare(service.topology)
    subjects = [uuid4() for _ in range(2)]
    relay = service.relay(Forgetful(bus), batch=10)
    async with meanwhile(service.consumer.run(bus, prefetch=50), relay.run()):
        await announce_concurrently(service, subjects)
        await until(lambda: all_published(service, len(subjects) * FACTS))
        await until(lambda: all_heard(service, subjects))
    await assert_each_once_in_order(service, subjects)
    assert service.sample("njt_inbox_duplicate_total") > 0


async def all_published(service: CountingService, count: int) -> bool:
    rows = await service.rows(
        "SELECT 1 FROM outbox WHERE topic = 'tests.counted.v1' AND published_at IS NOT NULL"
    )
    return len(rows) == count


async def test_a_worker_that_dies_before_it_settles_hears_everything_again_and_does_nothing_twice(
    service: CountingService, bus: Bus
) -> None:
    await bus.declare(service.topology)
    subjects = [uuid4() for _ in range(2)]
    await announce_concurrently(service, subjects)
    async with meanwhile(service.relay(bus).run()):
        async with meanwhile(service.consumer.run(Forgetful(bus), prefetch=200)):
            await until(lambda: all_heard(service, subjects))
        async with meanwhile(service.consumer.run(bus, prefetch=200)):
            await until(lambda: all_published(service, len(subjects) * FACTS))
            await until(lambda: heard_again(service, len(subjects) * FACTS))
    await assert_each_once_in_order(service, subjects)


async def heard_again(service: CountingService, count: int) -> bool:
    return service.sample("njt_inbox_duplicate_total") >= count
