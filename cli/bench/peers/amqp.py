"""aio-pika used bare: publish gathered with confirms, consume by callback; the same quorum queue, the same bytes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

EXCHANGE = "bench.peer"
QUEUE = "bench.peer"
KEY = "filing.institution-registered.v1"
BATCH = 50
TOGETHER = 500
_PREFETCH = 200
_LIMIT = 100


@asynccontextmanager
async def channel_to(broker: str) -> AsyncIterator[AbstractChannel]:
    """A channel with publisher confirms, on a connection of its own."""
    async with await aio_pika.connect(broker) as connection:
        yield await connection.channel(publisher_confirms=True)


async def declare(channel: AbstractChannel) -> AbstractExchange:
    """A durable exchange, and a quorum queue bound to it."""
    exchange = await channel.declare_exchange(EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True)
    queue = await channel.declare_queue(
        QUEUE, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": _LIMIT}
    )
    await queue.bind(exchange, KEY)
    return exchange


async def remove(broker: str, queues: Iterable[str]) -> None:
    """Delete queues with whatever waits in them."""
    async with channel_to(broker) as channel:
        for name in queues:
            await channel.queue_delete(name)


async def publish(exchange: AbstractExchange, parcels: Sequence[tuple[UUID, bytes]]) -> None:
    """Publish persistent messages, 500 at a time, and wait for the confirms of each lot."""
    for start in range(0, len(parcels), TOGETHER):
        lot = parcels[start : start + TOGETHER]
        await asyncio.gather(*(exchange.publish(_message(*each), KEY) for each in lot))


def _message(subject: UUID, body: bytes) -> aio_pika.Message:
    return aio_pika.Message(
        body,
        message_id=str(subject),
        content_type="application/cloudevents+json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
    )


async def consume_each(
    channel: AbstractChannel, effect: Callable[[AbstractIncomingMessage], Awaitable[None]]
) -> None:
    """Act on each message in its callback, then acknowledge it."""

    async def arrived(message: AbstractIncomingMessage) -> None:
        await effect(message)
        await message.ack()

    await _consume(channel, arrived)


async def consume_batches(
    channel: AbstractChannel, effect: Callable[[Sequence[AbstractIncomingMessage]], Awaitable[None]]
) -> None:
    """Act on up to 50 messages at once, then acknowledge them together; until cancelled."""
    waiting: asyncio.Queue[AbstractIncomingMessage] = asyncio.Queue()
    await _consume(channel, waiting.put)
    while True:
        batch = [await waiting.get()]
        while len(batch) < BATCH and not waiting.empty():
            batch.append(waiting.get_nowait())
        await effect(batch)
        await batch[-1].ack(multiple=True)


async def _consume(
    channel: AbstractChannel, arrived: Callable[[AbstractIncomingMessage], Awaitable[None]]
) -> None:
    await channel.set_qos(prefetch_count=_PREFETCH)
    queue = await channel.get_queue(QUEUE)
    await queue.consume(arrived)
