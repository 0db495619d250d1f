"""The line of a single process: over whatever bus the two sides share there."""

from collections.abc import Sequence
from typing import Protocol

from simulator.line import EXCHANGE, QUEUE, TO_PROVINCE, Handle, Letter


class Bus(Protocol):
    """What a shared in-process bus must offer; the one who owns the bus adapts it."""

    async def declare(self, exchange: str, queue: str, routing_key: str) -> None: ...

    async def publish(self, exchange: str, letters: Sequence[Letter]) -> Sequence[bool]:
        """Whether each letter reached a queue; may wait until it was taken from there."""
        ...

    async def consume(self, queue: str, handle: Handle) -> None:
        """Hand over and settle one letter after the other, until cancelled."""
        ...


class MemoryLine:
    """The line inside one process; the province's end of it unless another queue and key are named."""

    def __init__(self, bus: Bus, *, queue: str = QUEUE, routing_key: str = TO_PROVINCE) -> None:
        self._bus = bus
        self._queue = queue
        self._routing_key = routing_key

    async def open(self) -> None:
        await self._bus.declare(EXCHANGE, self._queue, self._routing_key)

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        return await self._bus.publish(EXCHANGE, letters)

    async def listen(self, handle: Handle) -> None:
        await self._bus.consume(self._queue, handle)

    async def close(self) -> None:
        """The bus belongs to the one who made it."""
