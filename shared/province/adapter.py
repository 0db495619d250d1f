"""One service's side of the exchange: which messages it takes and to what, which of its announcements it tells."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from shared.contracts.event import Event
from shared.contracts.province import MessageCode
from shared.messaging.bus import Queue
from shared.province.intents import Dispatch

PROVINCE_EXCHANGE = "njt.province"
TO_PROVINCE = "to-province"
CONTENT_TYPE = "application/json"

W = TypeVar("W")
P = TypeVar("P", bound=BaseModel)
E = TypeVar("E", bound=Event)


def to_city(service: str) -> str:
    """The routing key of messages for one service of the city's suite."""
    return f"to-city.{service}"


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What the province made of a message of ours: `ok`, or why not."""

    business_key: str
    ok: bool
    reason_code: str = ""
    reason: str = ""


Conclude = Callable[[Conclusion, W], Awaitable[object]]
TakenUp = Callable[[str, W], Awaitable[object]]


class ProvinceAdapter(Generic[W]):
    """The table a service's `province.py` fills in."""

    def __init__(self, service: str) -> None:
        self.service = service
        self._taken: dict[str, tuple[type[BaseModel], Callable[[Any, W], Awaitable[object]]]] = {}
        self._told: dict[str, Callable[[Any], Dispatch | None]] = {}
        self._concluded: dict[str, Conclude[W]] = {}
        self._taken_up: dict[str, TakenUp[W]] = {}

    def takes(
        self, code: MessageCode, payload: type[P], handler: Callable[[P, W], Awaitable[object]]
    ) -> None:
        """Act on a provincial message."""
        self._taken[code] = (payload, handler)

    def tells(self, event: type[E], dispatch: Callable[[E], Dispatch | None]) -> None:
        """Owe the province a message whenever this is announced, in the same transaction; None tells it nothing."""
        self._told[event.topic] = dispatch

    def concludes(self, code: MessageCode, handler: Conclude[W]) -> None:
        """Act on what the province made of our messages of this code, in the transaction that takes its receipt."""
        self._concluded[code] = handler

    def hears_taken_up(self, code: MessageCode, handler: TakenUp[W]) -> None:
        """Act on it when an operator sends a message of this code again, in his transaction; told its business key."""
        self._taken_up[code] = handler

    def taken(self, code: str) -> tuple[type[BaseModel], Callable[[Any, W], Awaitable[object]]] | None:
        return self._taken.get(code)

    def concluded(self, code: str) -> Conclude[W] | None:
        return self._concluded.get(code)

    def taken_up(self, code: str) -> TakenUp[W] | None:
        return self._taken_up.get(code)

    def dispatch(self, event: Event) -> Dispatch | None:
        """What the province is told of an announcement, if anything."""
        told = self._told.get(event.topic)
        return told(event) if told else None

    @property
    def queue(self) -> Queue:
        """Where the province's messages for this service, receipts among them, arrive."""
        return Queue(
            name=f"njt.province.{self.service}",
            exchange=PROVINCE_EXCHANGE,
            routing_keys=frozenset({to_city(self.service)}),
        )
