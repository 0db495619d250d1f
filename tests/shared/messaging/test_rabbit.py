"""RabbitMQ itself: how the queues are made, and what happens when the broker says no or ends a session."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import ChannelPreconditionFailed
from pamqp.common import FieldTable

from cli.servers.rabbitmq import RabbitServer
from shared.messaging.bus import Outcome, Queue
from shared.messaging.rabbit import RabbitBus
from shared.messaging.topology import DEAD_EXCHANGE
from tests.shared.messaging.parcels import (
    SECONDS,
    new_queue,
    numbered,
    numbers_in,
    parcel,
    take_all,
    take_unsettled,
    topology,
    until_attached,
)

DELIVERY_LIMIT = 100


@pytest.fixture
async def channel(broker: RabbitServer) -> AsyncIterator[AbstractChannel]:
    """A second line to the broker, for what the bus has no words for."""
    async with await aio_pika.connect(broker.url) as connection:
        yield await connection.channel()


async def accepts(broker: RabbitServer, name: str, arguments: FieldTable) -> bool:
    """Whether a queue is there with exactly these arguments; the broker refuses any others."""
    async with await aio_pika.connect(broker.url) as connection:
        try:
            await (await connection.channel()).declare_queue(name, durable=True, arguments=arguments)
        except ChannelPreconditionFailed:
            return False
        return True


def live_arguments(queue: Queue) -> FieldTable:
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": queue.name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


async def test_a_queue_is_replicated_limits_deliveries_and_loses_no_dead_letter(
    rabbit: RabbitBus, broker: RabbitServer
) -> None:
    queue = new_queue("told")
    await rabbit.declare(topology(queue))
    wanted = live_arguments(queue)
    assert await accepts(broker, queue.name, wanted)
    for name in wanted:
        others = {key: value for key, value in wanted.items() if key != name}
        assert not await accepts(broker, queue.name, others), f"{name} makes no difference"
    assert await accepts(broker, queue.dead, {"x-queue-type": "quorum", "x-delivery-limit": 1_000_000})


async def test_what_is_delivered_too_often_ends_on_the_dead_queue(
    rabbit: RabbitBus, channel: AbstractChannel
) -> None:
    queue = new_queue("told")
    await rabbit.declare(topology(queue))
    sent = parcel(queue, "told", b"\xffpoison", traceparent="00-trace")
    assert await rabbit.publish([sent]) == [Outcome.CONFIRMED]
    waiting = await channel.get_queue(queue.name)
    for _ in range(DELIVERY_LIMIT + 1):
        message = await waiting.get(timeout=SECONDS)
        await message.nack(requeue=True)
    (dead,) = await take_all(await rabbit.consume(queue.dead, prefetch=10), 1)
    assert dead.message.body == sent.body
    assert dead.message.id == sent.id
    assert dead.message.headers["traceparent"] == "00-trace"
    assert await waiting.get(fail=False) is None


async def test_a_full_queue_is_a_failure_and_not_a_confirm(
    rabbit: RabbitBus, channel: AbstractChannel
) -> None:
    small = new_queue("told")
    exchange = await channel.declare_exchange(small.exchange, aio_pika.ExchangeType.TOPIC, durable=True)
    limits: FieldTable = {"x-max-length": 2, "x-overflow": "reject-publish"}
    queue = await channel.declare_queue(small.name, auto_delete=True, exclusive=True, arguments=limits)
    await queue.bind(exchange, "told")
    confirmed = [(await rabbit.publish([parcel(small, "told")]))[0] for _ in range(2)]
    assert confirmed == [Outcome.CONFIRMED] * 2
    assert await rabbit.publish([parcel(small, "told")] * 3) == [Outcome.FAILED] * 3
    await queue.purge()
    assert await rabbit.publish([parcel(small, "told")]) == [Outcome.CONFIRMED]


async def test_an_exchange_that_is_missing_is_a_failure_for_its_messages_only(rabbit: RabbitBus) -> None:
    queue, nowhere = new_queue("told"), new_queue("told")
    await rabbit.declare(topology(queue))
    assert await rabbit.publish([parcel(nowhere, "told")]) == [Outcome.FAILED]
    assert await rabbit.publish([parcel(queue, "told")]) == [Outcome.CONFIRMED]


async def test_an_acknowledgement_the_broker_rejects_costs_a_session_and_no_message(
    rabbit: RabbitBus,
) -> None:
    queue = new_queue("counted")
    await rabbit.declare(topology(queue))
    attachment = await rabbit.consume(queue.name, prefetch=10)
    assert await rabbit.publish(numbered(queue, "counted", range(5))) == [Outcome.CONFIRMED] * 5
    taken = await take_unsettled(attachment, 3)
    await attachment.settle([replace(taken[-1], tag=4711)])
    await until_attached(attachment, attached=False)
    await until_attached(attachment)
    await attachment.settle(taken)  # of a session that is gone: must acknowledge nothing in the new one
    assert numbers_in(await take_all(attachment, 5)) == [0, 1, 2, 3, 4]


async def test_a_consumer_whose_queue_is_deleted_notices_and_brings_it_back(
    rabbit: RabbitBus, channel: AbstractChannel
) -> None:
    queue = new_queue("counted")
    await rabbit.declare(topology(queue))
    attachment = await rabbit.consume(queue.name, prefetch=10)
    await until_attached(attachment)
    await channel.queue_delete(queue.name)
    await until_attached(attachment, attached=False)
    await until_attached(attachment)
    assert await rabbit.publish(numbered(queue, "counted", range(3))) == [Outcome.CONFIRMED] * 3
    assert numbers_in(await take_all(attachment, 3)) == [0, 1, 2]


async def test_a_consumer_of_a_queue_nobody_declared_attaches_once_it_is_there(rabbit: RabbitBus) -> None:
    queue = new_queue("counted")
    attachment = await rabbit.consume(queue.name, prefetch=10)
    assert not attachment.attached
    await rabbit.declare(topology(queue))
    await until_attached(attachment)
    assert await rabbit.publish([parcel(queue, "counted", b"5")]) == [Outcome.CONFIRMED]
    assert numbers_in(await take_all(attachment, 1)) == [5]


async def test_headers_of_any_kind_arrive_as_text_and_bare_messages_as_they_are(
    rabbit: RabbitBus, channel: AbstractChannel
) -> None:
    queue = new_queue("counted")
    await rabbit.declare(topology(queue))
    exchange = await channel.get_exchange(queue.exchange)
    odd = aio_pika.Message(
        b"1", headers={"n": 1, "none": None, "deep": {"a": [1]}}, expiration=60, priority=9
    )
    await exchange.publish(odd, "counted")
    await exchange.publish(aio_pika.Message(b"2"), "counted")
    first, second = await take_all(await rabbit.consume(queue.name, prefetch=10), 2)
    assert numbers_in([first, second]) == [1, 2]
    assert first.message.headers == {"n": "1", "none": "None", "deep": "{'a': [1]}"}
    assert second.message.headers == {}
    assert second.message.content_type == ""


async def test_messages_are_kept_on_disk_by_the_broker(rabbit: RabbitBus, channel: AbstractChannel) -> None:
    queue = new_queue("counted")
    await rabbit.declare(topology(queue))
    await rabbit.publish([parcel(queue, "counted")])
    kept = await (await channel.get_queue(queue.name)).get(timeout=SECONDS)
    await kept.ack()
    assert kept.delivery_mode is aio_pika.DeliveryMode.PERSISTENT


async def test_a_closed_consumer_leaves_the_queue(rabbit: RabbitBus, channel: AbstractChannel) -> None:
    queue = new_queue("counted")
    await rabbit.declare(topology(queue))
    attachment = await rabbit.consume(queue.name, prefetch=10)
    await until_attached(attachment)
    await attachment.close()
    assert not attachment.attached
    async with asyncio.timeout(SECONDS):  # the broker counts a moment later
        while (await channel.declare_queue(queue.name, passive=True)).declaration_result.consumer_count:
            await asyncio.sleep(0.01)
