"""The bus of a single process: same routing, same confirms, same acknowledgements as RabbitMQ.

A message counts as confirmed when every bound queue's consumer has settled it, so together with the outbox nothing is
lost when the process dies: what was not settled was not confirmed, and is published again.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from shared.messaging.bus import Delivery, Message, Outcome, Queue, Topology


class _Held:
    """One queue: what waits, and who is told when it is settled."""

    def __init__(self) -> None:
        self.waiting: deque[Delivery] = deque()
        self.changed = asyncio.Condition()
        self._confirms: dict[int, asyncio.Future[None]] = {}
        self._next_tag = 1

    async def put(self, message: Message) -> asyncio.Future[None]:
        delivery = Delivery(message=message, tag=self._next_tag)
        self._next_tag += 1
        confirm = asyncio.get_running_loop().create_future()
        self._confirms[delivery.tag] = confirm
        async with self.changed:
            self.waiting.append(delivery)
            self.changed.notify_all()
        return confirm

    def settled(self, tag: int) -> None:
        confirm = self._confirms.pop(tag)
        if not confirm.done():
            confirm.set_result(None)

    async def give_back(self, deliveries: Sequence[Delivery]) -> None:
        """Put what was taken and not settled in front again."""
        async with self.changed:
            self.waiting.extendleft(reversed(deliveries))
            self.changed.notify_all()


class MemoryAttachment:
    """A consumer of one in-process queue; several may share its work, and each settles only what it took."""

    def __init__(self, held: _Held) -> None:
        self._held = held
        self._unsettled: dict[int, Delivery] = {}
        self._open = True

    @property
    def attached(self) -> bool:
        return self._open

    async def take(self, most: int) -> list[Delivery]:
        held = self._held
        async with held.changed:
            await held.changed.wait_for(lambda: self._open and held.waiting)
            batch = [held.waiting.popleft() for _ in range(min(most, len(held.waiting)))]
        self._unsettled.update((delivery.tag, delivery) for delivery in batch)
        return batch

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        if not deliveries or deliveries[-1].tag not in self._unsettled:
            return
        taken = list(self._unsettled)
        for tag in taken[: taken.index(deliveries[-1].tag) + 1]:
            del self._unsettled[tag]
            self._held.settled(tag)

    async def close(self) -> None:
        self._open = False
        unsettled, self._unsettled = self._unsettled, {}
        await self._held.give_back(list(unsettled.values()))


class MemoryBus:
    """Queues in this process's memory."""

    def __init__(self) -> None:
        self._specs: dict[str, Queue] = {}
        self._queues: dict[str, _Held] = {}

    @property
    def durable(self) -> bool:
        return False

    async def declare(self, topology: Topology) -> None:
        for queue in topology.queues:
            self._specs[queue.name] = queue
            self._queues.setdefault(queue.name, _Held())
            self._queues.setdefault(queue.dead, _Held())

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        confirms = [
            [await self._queues[name].put(message) for name in self._bound(message)] for message in messages
        ]
        await asyncio.gather(*(confirm for each in confirms for confirm in each))
        return [Outcome.CONFIRMED if each else Outcome.UNROUTABLE for each in confirms]

    async def consume(self, queue: str, *, prefetch: int) -> MemoryAttachment:
        del prefetch  # nothing is sent ahead here
        return MemoryAttachment(self._queues[queue])

    async def close(self) -> None:
        self._specs.clear()

    def _bound(self, message: Message) -> list[str]:
        return [
            spec.name
            for spec in self._specs.values()
            if spec.exchange == message.exchange and message.routing_key in spec.routing_keys
        ]
