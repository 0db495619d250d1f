"""What the counterpart needs of a transport; AMQP and the in-process one both are such a line."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

EXCHANGE = "njt.province"
QUEUE = "njt.province.counterpart"
TO_PROVINCE = "to-province"
CONTENT_TYPE = "application/json"
SERVICES = ("filing", "accounts", "subsidy", "supervision")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message as the line carries it: routed bytes with headers."""

    id: str
    routing_key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Handle = Callable[[Letter], Awaitable[bool]]
"""Takes a letter; False when it cannot be read at all and belongs among the dead letters."""


class Line(Protocol):
    """Carries letters both ways and mends itself when the broker goes and comes back."""

    async def open(self) -> None:
        """Declare the exchange and our queue; waits for a broker that is not there yet."""
        ...

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        """Whether each was taken by a queue that holds it. Never raises for the broker's failures."""
        ...

    async def listen(self, handle: Handle) -> None:
        """Hand over what arrives, in order, one at a time, until cancelled."""
        ...

    async def close(self) -> None: ...


def to_city(service: str) -> str:
    """The routing key of messages for one service of the city."""
    return f"to-city.{service}"
