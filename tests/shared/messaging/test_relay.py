"""The relay carries every committed fact to the bus, whatever happens in between."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from shared.messaging.bus import EVENTS_EXCHANGE, Bus, Delivery, Message, Outcome, Queue
from shared.messaging.envelope import CONTENT_TYPE
from shared.messaging.memory import MemoryBus
from shared.messaging.relay import outbox_age, prune
from tests.shared.messaging.parcels import new_queue, take_all, topology
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import START, Counted, Echoed
from tests.shared.messaging.waiting import meanwhile, until

SECOND = timedelta(seconds=1)


class ScriptedBus(MemoryBus):
    """Does with each batch what the script says, and confirms everything once the script is over."""

    def __init__(self, *script: Outcome | Exception) -> None:
        super().__init__()
        self._script = list(script)
        self.batches: list[list[str]] = []

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        self.batches.append([message.id for message in messages])
        act = self._script.pop(0) if self._script else Outcome.CONFIRMED
        if isinstance(act, Exception):
            raise act
        return [act] * len(messages)


class DyingBus:
    """Delivers, and then the process dies before it could note that it did."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        await self._bus.publish(messages)
        raise KeyboardInterrupt


def listening() -> Queue:
    return new_queue(Counted.topic, exchange=EVENTS_EXCHANGE)


def numbers(deliveries: Sequence[Delivery]) -> list[int]:
    return [json.loads(delivery.message.body)["data"]["number"] for delivery in deliveries]


async def unpublished(service: CountingService) -> int:
    return sum(row["published_at"] is None for row in await service.outbox())


async def test_facts_go_out_in_order_as_cloudevents_in_their_own_trace(
    service: CountingService, bus: Bus
) -> None:
    queue, subject = listening(), uuid4()
    await bus.declare(topology(queue))
    with service.telemetry.span("request"):
        await service.announce(*(Counted(tally_id=subject, number=number) for number in range(5)))
    taking = asyncio.create_task(take_all(await bus.consume(queue.name, prefetch=10), 5))
    assert await service.relay(bus).flush() == 5
    deliveries = await taking
    assert numbers(deliveries) == list(range(5))
    rows = await service.outbox()
    for row, delivery in zip(rows, deliveries, strict=True):
        message, told = delivery.message, json.loads(delivery.message.body)
        assert message.id == told["id"] == str(row["id"])
        assert message.content_type == CONTENT_TYPE
        assert message.headers == {"traceparent": row["traceparent"]}
        assert (told["source"], told["sequence"]) == ("/services/tests", row["sequence"])
        assert row["published_at"] == START
    assert await service.relay(bus).flush() == 0
    assert service.sample("njt_outbox_published_total") == 5


async def test_a_relay_that_is_woken_does_not_wait_for_its_poll(service: CountingService, bus: Bus) -> None:
    queue = listening()
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=10)
    relay = service.relay(bus, poll_seconds=3600)
    async with meanwhile(relay.run()):
        for number in range(3):
            await service.announce(Counted(tally_id=uuid4(), number=number))
            relay.wake()
            assert numbers(await take_all(attachment, 1)) == [number]


async def test_what_another_process_left_behind_is_found_by_the_poll(
    service: CountingService, bus: Bus
) -> None:
    queue = listening()
    await bus.declare(topology(queue))
    attachment = await bus.consume(queue.name, prefetch=10)
    async with meanwhile(service.relay(bus, poll_seconds=0.05).run()):
        await service.announce(Counted(tally_id=uuid4(), number=3))
        assert numbers(await take_all(attachment, 1)) == [3]
        await until(lambda: _all_published(service))


async def _all_published(service: CountingService) -> bool:
    return await unpublished(service) == 0


async def test_a_relay_that_dies_between_publishing_and_marking_publishes_again(
    service: CountingService, bus: Bus
) -> None:
    queue, subject = listening(), uuid4()
    await bus.declare(topology(queue))
    await service.announce(*(Counted(tally_id=subject, number=number) for number in range(3)))
    taking = asyncio.create_task(take_all(await bus.consume(queue.name, prefetch=10), 6))
    with pytest.raises(KeyboardInterrupt):
        await service.relay(DyingBus(bus)).flush()  # type: ignore[arg-type]  # a relay only publishes
    assert await unpublished(service) == 3
    assert await service.relay(bus).flush() == 3
    deliveries = await taking
    assert numbers(deliveries) == [0, 1, 2, 0, 1, 2]
    assert len({delivery.message.id for delivery in deliveries}) == 3


async def test_several_relays_at_once_publish_each_fact_once(service: CountingService, bus: Bus) -> None:
    queue = listening()
    await bus.declare(topology(queue))
    subjects = [uuid4() for _ in range(20)]
    for start in range(0, 600, 200):
        await service.announce(
            *(Counted(tally_id=subjects[n % 20], number=n) for n in range(start, start + 200))
        )
    taking = asyncio.create_task(take_all(await bus.consume(queue.name, prefetch=200), 600))
    relays = [service.relay(bus, batch=50) for _ in range(4)]
    async with asyncio.timeout(30):
        counts = await asyncio.gather(*(relay.flush() for relay in relays))
    assert sum(counts) == 600
    assert sorted(numbers(await taking)) == list(range(600))
    assert await unpublished(service) == 0


async def test_facts_nobody_hears_yet_do_not_block_the_others_and_go_out_later(
    service: CountingService, bus: Bus
) -> None:
    queue, late = listening(), new_queue(Echoed.topic, exchange=EVENTS_EXCHANGE)
    await bus.declare(topology(queue))
    await service.announce(*(Echoed(tally_id=uuid4(), number=number) for number in range(600)))
    await service.announce(*(Counted(tally_id=uuid4(), number=number) for number in range(10)))
    taking = asyncio.create_task(take_all(await bus.consume(queue.name, prefetch=200), 10))
    relay = service.relay(bus)
    assert await relay.flush() == 10
    assert numbers(await taking) == list(range(10))
    assert await unpublished(service) == 600
    assert service.sample("njt_outbox_unroutable_total") == 600
    assert await relay.flush() == 0, "they were tried a moment ago"
    await bus.declare(topology(late))
    service.clock.advance(SECOND)
    taking = asyncio.create_task(take_all(await bus.consume(late.name, prefetch=200), 600))
    assert await relay.flush() == 600
    assert numbers(await taking) == list(range(600))


async def test_what_nobody_hears_is_tried_less_and_less_often(service: CountingService) -> None:
    bus = ScriptedBus(*[Outcome.UNROUTABLE] * 1000)
    await service.announce(Echoed(tally_id=uuid4()))
    relay = service.relay(bus)
    for _ in range(360):
        await relay.flush()
        service.clock.advance(10 * SECOND)
    assert 60 < len(bus.batches) < 100
    before = len(bus.batches)
    service.clock.advance(60 * SECOND)
    await relay.flush()
    assert len(bus.batches) == before + 1


async def test_what_the_broker_did_not_confirm_is_sent_again_soon(service: CountingService) -> None:
    bus = ScriptedBus(Outcome.FAILED)
    await service.announce(*(Counted(tally_id=uuid4(), number=number) for number in range(3)))
    relay = service.relay(bus, batch=2)
    assert await relay.flush() == 0
    assert len(bus.batches) == 1, "a broker that takes nothing is left alone"
    service.clock.advance(2 * SECOND)
    assert await relay.flush() == 3
    assert [len(batch) for batch in bus.batches] == [2, 2, 1]
    assert bus.batches[1] == bus.batches[0]


async def test_a_relay_outlives_whatever_happens_to_a_batch(service: CountingService) -> None:
    bus = ScriptedBus(RuntimeError("broken"), OSError("gone"), Outcome.CONFIRMED)
    await service.announce(Counted(tally_id=uuid4()))
    async with meanwhile(service.relay(bus).run()):
        await until(lambda: _all_published(service))
    assert len(bus.batches) == 3


async def test_what_was_published_is_kept_a_week_and_what_was_not_is_kept(service: CountingService) -> None:
    await service.announce(Counted(tally_id=uuid4()))
    await service.relay(ScriptedBus()).flush()
    await service.announce(Counted(tally_id=uuid4()))
    removed = []
    for days in (7, 8):
        async with service.engine.begin() as connection:
            removed.append(await prune(connection, START + timedelta(days=days)))
    assert removed == [0, 1]
    assert [row["published_at"] for row in await service.outbox()] == [None]


async def test_the_outbox_is_as_old_as_its_oldest_unpublished_fact(service: CountingService) -> None:
    async with service.engine.connect() as connection:
        assert await outbox_age(connection, START) == 0.0
    await service.announce(Counted(tally_id=uuid4()))
    service.clock.advance(30 * SECOND)
    await service.announce(Counted(tally_id=uuid4()))
    async with service.engine.connect() as connection:
        assert await outbox_age(connection, service.clock.now()) == 30.0
        await connection.execute(text("UPDATE outbox SET published_at = at WHERE position = 1"))
        assert await outbox_age(connection, service.clock.now()) == 0.0
