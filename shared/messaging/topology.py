"""What a broker has to have for a topology: exchanges, quorum queues with their dead letters, and bindings."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.messaging.bus import Queue, Topology

DEAD_EXCHANGE = "njt.dead"
_DELIVERY_LIMIT = 100
_DEAD_DELIVERY_LIMIT = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """A durable exchange; `kind` is AMQP's own word."""

    name: str
    kind: str


@dataclass(frozen=True, kw_only=True)
class DurableQueue:
    """A durable queue and the arguments it is declared with."""

    name: str
    arguments: Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class Binding:
    """What an exchange passes on to a queue."""

    exchange: str
    queue: str
    routing_key: str


def exchanges_of(topology: Topology) -> list[Exchange]:
    """The exchanges that are published to, and the one through which dead letters go."""
    published = [Exchange(name=name, kind="topic") for name in sorted(topology.exchanges)]
    return [*published, Exchange(name=DEAD_EXCHANGE, kind="direct")]


def queues_of(queue: Queue) -> tuple[DurableQueue, DurableQueue]:
    """A queue, and the one where the broker puts what it gave up delivering."""
    dead: dict[str, str | int] = {"x-queue-type": "quorum", "x-delivery-limit": _DEAD_DELIVERY_LIMIT}
    arguments: dict[str, str | int] = {
        "x-queue-type": "quorum",
        "x-delivery-limit": _DELIVERY_LIMIT,
        "x-dead-letter-exchange": DEAD_EXCHANGE,
        "x-dead-letter-routing-key": queue.name,
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }
    return (
        DurableQueue(name=queue.dead, arguments=dead),
        DurableQueue(name=queue.name, arguments=arguments),
    )


def bindings_of(queue: Queue) -> list[Binding]:
    """What leads to both."""
    keys = [
        Binding(exchange=queue.exchange, queue=queue.name, routing_key=key)
        for key in sorted(queue.routing_keys)
    ]
    return [Binding(exchange=DEAD_EXCHANGE, queue=queue.dead, routing_key=queue.name), *keys]
