"""Which announcements a service acts on, and with which handler."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, TypeVar

from shared.contracts.event import EVENTS, Event, topics_of
from shared.messaging.bus import EVENTS_EXCHANGE, Queue

W = TypeVar("W")
E = TypeVar("E", bound=Event)

Handle = Callable[[Any, W], Awaitable[object]]


class Subscriptions(Generic[W]):
    """A table of announcement → handler. Listening to one fact of a stream means receiving the whole stream."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handle[W]] = {}

    def on(self, event: type[E], handler: Callable[[E, W], Awaitable[object]]) -> None:
        """Act on an announcement; one handler each."""
        if event.topic in self._handlers:
            raise ValueError(f"{event.topic} already has a handler")
        self._handlers[event.topic] = handler

    def handler(self, topic: str) -> Handle[W] | None:
        return self._handlers.get(topic)

    @property
    def streams(self) -> frozenset[str]:
        return frozenset(EVENTS[topic].stream for topic in self._handlers)

    def queue(self, service: str) -> Queue:
        """The service's queue, bound to every topic of every stream it listens to."""
        topics = frozenset(topic for stream in self.streams for topic in topics_of(stream))
        return Queue(name=f"njt.{service}.events", exchange=EVENTS_EXCHANGE, routing_keys=topics)
