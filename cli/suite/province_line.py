"""The in-process bus as the provincial simulator sees it, for a suite that runs in one process."""

from collections.abc import Sequence

from shared.messaging.bus import Message, Outcome, Queue, Topology
from shared.messaging.memory import MemoryBus
from simulator.line import CONTENT_TYPE, Handle, Letter

_PREFETCH = 100


class ProvinceLine:
    """A `MemoryBus` behind the simulator's own notion of a bus."""

    def __init__(self, bus: MemoryBus) -> None:
        self._bus = bus

    async def declare(self, exchange: str, queue: str, routing_key: str) -> None:
        bound = Queue(name=queue, exchange=exchange, routing_keys=frozenset({routing_key}))
        await self._bus.declare(Topology(exchanges=frozenset({exchange}), queues=(bound,)))

    async def publish(self, exchange: str, letters: Sequence[Letter]) -> Sequence[bool]:
        outcomes = await self._bus.publish([_message(exchange, letter) for letter in letters])
        return [outcome is Outcome.CONFIRMED for outcome in outcomes]

    async def consume(self, queue: str, handle: Handle) -> None:
        """Hand over one message after the other; each is settled once it was handled, read or not."""
        attachment = await self._bus.consume(queue, prefetch=_PREFETCH)
        try:
            while True:
                for delivery in await attachment.take(1):
                    await handle(_letter(delivery.message))
                    await attachment.settle([delivery])
        finally:
            await attachment.close()


def _message(exchange: str, letter: Letter) -> Message:
    return Message(
        id=letter.id,
        exchange=exchange,
        routing_key=letter.routing_key,
        body=letter.body,
        content_type=CONTENT_TYPE,
        headers=letter.headers,
    )


def _letter(message: Message) -> Letter:
    return Letter(id=message.id, routing_key=message.routing_key, body=message.body, headers=message.headers)
