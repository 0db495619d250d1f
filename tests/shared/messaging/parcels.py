"""Messages and queues for the tests of the buses, with names of their own so that tests do not meet."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from shared.messaging.bus import Attachment, Bus, Delivery, Message, Outcome, Queue, Topology

SECONDS = 20


def new_queue(*keys: str, exchange: str | None = None) -> Queue:
    """A queue nobody else has, on an exchange of its own unless one is named."""
    name = f"tests.{uuid4().hex[:10]}"
    return Queue(name=name, exchange=exchange or f"{name}.exchange", routing_keys=frozenset(keys))


def topology(*queues: Queue) -> Topology:
    return Topology(exchanges=frozenset(queue.exchange for queue in queues), queues=queues)


def parcel(queue: Queue, key: str, body: bytes = b"{}", **headers: str) -> Message:
    """A message for the exchange of a queue."""
    return Message(
        id=uuid4().hex,
        exchange=queue.exchange,
        routing_key=key,
        body=body,
        content_type="application/octet-stream",
        headers=headers,
    )


def numbered(queue: Queue, key: str, numbers: range) -> list[Message]:
    """One message a number, the number being its body."""
    return [parcel(queue, key, str(number).encode()) for number in numbers]


def numbers_in(deliveries: Sequence[Delivery]) -> list[int]:
    return [int(delivery.message.body) for delivery in deliveries]


async def take_all(attachment: Attachment, count: int, *, most: int = 100) -> list[Delivery]:
    """Take so many deliveries and settle each batch."""
    taken: list[Delivery] = []
    async with asyncio.timeout(SECONDS):
        while len(taken) < count:
            batch = await attachment.take(most)
            await attachment.settle(batch)
            taken += batch
    return taken


async def take_unsettled(attachment: Attachment, count: int) -> list[Delivery]:
    """Take so many deliveries and settle none."""
    taken: list[Delivery] = []
    async with asyncio.timeout(SECONDS):
        while len(taken) < count:
            taken += await attachment.take(count - len(taken))
    return taken


async def until_attached(*attachments: Attachment, attached: bool = True) -> None:
    """Wait until all of them are attached, or none is."""
    async with asyncio.timeout(SECONDS):
        while any(each.attached is not attached for each in attachments):
            await asyncio.sleep(0.01)


async def post(bus: Bus, messages: Sequence[Message]) -> asyncio.Task[list[Outcome]]:
    """Publish in the background: the in-process bus confirms only what was settled."""
    posting = asyncio.create_task(bus.publish(messages))
    await asyncio.sleep(0)
    return posting


async def outcomes_of(posting: asyncio.Task[list[Outcome]]) -> list[Outcome]:
    return await asyncio.wait_for(posting, SECONDS)
