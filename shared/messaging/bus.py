"""What the suite needs of a message bus; RabbitMQ and the in-process bus both are one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

EVENTS_EXCHANGE = "njt.events"


@dataclass(frozen=True, kw_only=True)
class Message:
    """Bytes on their way, with what a broker needs to route them."""

    id: str
    exchange: str
    routing_key: str
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A durable queue, the exchange it is bound to and the routing keys it takes."""

    name: str
    exchange: str
    routing_keys: frozenset[str]

    @property
    def dead(self) -> str:
        """Where the broker puts what it gave up delivering."""
        return f"{self.name}.dead"


@dataclass(frozen=True, kw_only=True)
class Topology:
    """The exchanges and queues that a process declares when it starts."""

    exchanges: frozenset[str]
    queues: tuple[Queue, ...]


class Outcome(Enum):
    """What became of a published message."""

    CONFIRMED = "confirmed"
    """Every bound queue holds it durably."""
    UNROUTABLE = "unroutable"
    """No queue is bound for it; it was not taken."""
    FAILED = "failed"
    """The broker did not confirm it; it may or may not be there."""
    UNKNOWN = "unknown"
    """It was handed over and no answer came; whoever took it is asked before it is sent again. Brokers never say so."""
    DECLINED = "declined"
    """Whoever takes it looked at it and said no; it was not taken. Brokers never say so."""
    UNFIT = "unfit"
    """The line can never carry it; it was not taken. Brokers never say so."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """A message handed to a consumer; `tag` and `session` are the bus's own."""

    message: Message
    tag: int
    session: int = 0


class Attachment(Protocol):
    """A consumer attached to a queue. Deliveries are taken in batches and settled once their effects are durable."""

    @property
    def attached(self) -> bool:
        """Whether deliveries can arrive right now."""
        ...

    async def take(self, most: int) -> list[Delivery]:
        """Wait for a delivery, then return what is at hand, `most` at the most, in order."""
        ...

    async def settle(self, deliveries: Sequence[Delivery]) -> None:
        """Tell the bus that these, and all taken before them, are done."""
        ...

    async def close(self) -> None:
        """Stop taking; what is not settled is delivered again."""
        ...


class Bus(Protocol):
    """Publishes with confirms, consumes with acknowledgements, survives a broker that goes and comes back."""

    @property
    def durable(self) -> bool:
        """Whether what it has confirmed, and those who will consume it, outlive this process."""
        ...

    async def declare(self, topology: Topology) -> None: ...

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        """Publish all, wait for the confirms; one outcome a message, in order. Never raises for a broker's failure."""
        ...

    async def consume(self, queue: str, *, prefetch: int) -> Attachment: ...

    async def close(self) -> None: ...
