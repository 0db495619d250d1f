"""A city and a province on the in-process bus, each with the other's key; and a city on a real broker."""

from collections.abc import AsyncIterator
from uuid import uuid4

import aio_pika
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cli.servers.rabbitmq import RabbitServer
from cli.suite.province_line import ProvinceLine
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus
from simulator.chasing import Habits
from simulator.counterpart import Counterpart
from simulator.keys import PeerKeys, ProvinceKey
from simulator.memory import MemoryLine
from tests.simulator.city import City, Now


@pytest.fixture
def bus() -> MemoryBus:
    return MemoryBus()


@pytest.fixture
async def city(bus: MemoryBus) -> AsyncIterator[City]:
    async with City(bus).listening() as city:
        yield city


@pytest.fixture
def province_key() -> ProvinceKey:
    return ProvinceKey(Ed25519PrivateKey.generate())


@pytest.fixture
def clock() -> Now:
    return Now()


@pytest.fixture
def counterpart(bus: MemoryBus, city: City, province_key: ProvinceKey, clock: Now) -> Counterpart:
    """Not running yet."""
    line = MemoryLine(ProvinceLine(bus))
    return Counterpart(province_key, PeerKeys(city.signer.public()), line, clock)


@pytest.fixture
async def province(counterpart: Counterpart) -> AsyncIterator[Counterpart]:
    async with counterpart.running():
        yield counterpart


@pytest.fixture
async def hasty(bus: MemoryBus, city: City, province_key: ProvinceKey) -> AsyncIterator[Counterpart]:
    """A province that asks after a moment, and repeats what was spoilt on its way three times."""
    habits = Habits(receipt_seconds=0.1, gap_seconds=0.1, resends=3)
    line = MemoryLine(ProvinceLine(bus))
    counterpart = Counterpart(province_key, PeerKeys(city.signer.public()), line, Now(), habits=habits)
    async with counterpart.running():
        yield counterpart


@pytest.fixture
async def distant_city(broker: RabbitServer) -> AsyncIterator[City]:
    """A city on the broker, with a queue of this test's own so that others may use the broker too."""
    bus = RabbitBus(broker.province_url, name="city")
    city = City(bus, queue=f"njt.test.{uuid4()}")
    async with city.listening():
        yield city
    await bus.close()
    async with await aio_pika.connect(broker.province_url) as connection:
        channel = await connection.channel()
        for queue in (city.queue.name, city.queue.dead):
            await channel.queue_delete(queue)
