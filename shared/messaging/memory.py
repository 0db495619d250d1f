"""The bus of a single process: same routing, same confirms, same acknowledgements as RabbitMQ.

A message counts as confirmed when every bound queue's consumer has settled it, so together with the outbox nothing is
lost when the process dies: what was not settled was not confirmed, and is published again.
"""

import asyncio
from collections.abc import Sequence

from shared.messaging.bus import Delivery, Message, Outcome, Queue, Topology


class _Held:
    """One queue: what waits, what was taken and not settled, and who is told when it is settled."""

    def __init__(self) -> None:
        self.waiting: asyncio.Queue[Delivery] = asyncio.Queue()
        self.unsettled: dict[int, Delivery] = {}
        self.confirms: dict[int, asyncio.Future[None]] = {}
        self.next_tag = 1

    def put(self, message: Message) -> asyncio.Future[None]:
        delivery = Delivery(message=message, tag=self.next_tag)
        self.next_tag += 1
        confirm = asyncio.get_running_loop().create_future()
        self.confirms[delivery.tag] = confirm
        self.waiting.put_nowait(delivery)
        return confirm

    def settle_up_to(self, tag: int) -> None:
        for done in [known for known in self.unsettled if known <= tag]:
            del self.unsettled[done]
            confirm = self.confirms.pop(done)
            if not confirm.done():
                confirm.set_result(None)

    def give_back(self) -> None:
        """Put what was taken and not settled in front again."""
        rest = [self.waiting.get_nowait() for _ in range(self.waiting.qsize())]
        for delivery in [*self.unsettled.values(), *rest]:
            self.waiting.put_nowait(delivery)
        self.unsettled.clear()


class MemoryAttachment:
    """A consumer of one in-process queue."""

    def __init__(self, held: _Held) -> None:
        self._held = held
        self._open = True

    @property
    def attached(self) -> bool:
        return self._open

    async def take(self, most: int) -> list[Delivery]:
        waiting = self._held.waiting
        batch = [await waiting.get()]
        while len(batch) < most and not waiting.empty():
            batch.append(waiting.get_nowait())
        self._held.unsettled.update((delivery.tag, delivery) for delivery in batch)
        return batch

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            self._held.settle_up_to(max(delivery.tag for delivery in deliveries))

    async def close(self) -> None:
        self._open = False
        self._held.give_back()


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
            [self._queues[name].put(message) for name in self._bound(message)] for message in messages
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
