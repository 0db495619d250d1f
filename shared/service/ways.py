"""The ways by which a worker's messages reach the counterpart, and the counterpart's reach it."""

from ssl import SSLContext
from typing import Protocol

from shared.http.client import HttpClient
from shared.http.tls import client_context
from shared.messaging.bus import Bus, Topology
from shared.messaging.consumer import Consumer
from shared.messaging.rabbit import RabbitBus
from shared.province.adapter import PROVINCE_EXCHANGE
from shared.province.courier import Line
from shared.province.https_line import HttpsLine
from shared.settings import ProvinceSettings, Transport


class Way(Protocol):
    """Where messages go out, if they do by themselves, and where they come in."""

    line: Line | None

    async def declare(self, ear: Consumer) -> None:
        """Make ready what messages come in by."""
        ...

    async def hear(self, ear: Consumer, *, prefetch: int) -> None:
        """Take what comes in, until cancelled."""
        ...

    def hears(self, ear: Consumer) -> bool:
        """Whether messages can come in right now."""
        ...

    async def close(self) -> None: ...


class BrokerWay:
    """Both ways over a broker."""

    def __init__(self, bus: Bus) -> None:
        self._bus = bus
        self.line: Line | None = bus

    async def declare(self, ear: Consumer) -> None:
        await self._bus.declare(Topology(exchanges=frozenset({PROVINCE_EXCHANGE}), queues=(ear.queue,)))

    async def hear(self, ear: Consumer, *, prefetch: int) -> None:
        await ear.run(self._bus, prefetch=prefetch)

    def hears(self, ear: Consumer) -> bool:
        return ear.attached

    async def close(self) -> None:
        await self._bus.close()


class InterfaceWay:
    """Messages come in at the service's interface, pushed or in files; what was held there is tried again here."""

    def __init__(self, client: HttpClient | None = None) -> None:
        self._client = client
        self.line: Line | None = HttpsLine(client) if client else None

    async def declare(self, ear: Consumer) -> None:
        """Nothing is declared anywhere."""

    async def hear(self, ear: Consumer, *, prefetch: int) -> None:  # noqa: ARG002 — nothing is fetched
        await ear.retry_held()

    def hears(self, ear: Consumer) -> bool:  # noqa: ARG002 — the interface's own health is told by itself
        return True

    async def close(self) -> None:
        if self._client:
            await self._client.close()


def way_of(province: ProvinceSettings, *, name: str, bus: Bus | None = None) -> Way:
    """The way that the settings name; `bus` stands for the broker they name."""
    match province.transport:
        case Transport.AMQP:
            return BrokerWay(bus or RabbitBus(province.bus_url, name=name))
        case Transport.HTTPS:
            return InterfaceWay(HttpClient(province.url, tls=_tls(province)))
        case Transport.FILES:
            return InterfaceWay()


def _tls(province: ProvinceSettings) -> SSLContext:
    return client_context(
        ca_file=province.ca_file,
        cert_file=province.client_cert_file,
        key_file=province.client_key_file,
    )
