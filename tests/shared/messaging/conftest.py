"""Both buses, and a database of each test's own that is copied from one that was migrated once."""

from collections.abc import AsyncIterator

import aio_pika
import pytest

from cli.servers.rabbitmq import RabbitServer
from shared.messaging.bus import Bus, Topology
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus


class PassingBus(RabbitBus):
    """RabbitMQ for one test: the queues it declared go with it."""

    def __init__(self, url: str) -> None:
        super().__init__(url, name="tests")
        self._address = url
        self._names: set[str] = set()

    async def declare(self, topology: Topology) -> None:
        self._names |= {name for queue in topology.queues for name in (queue.name, queue.dead)}
        await super().declare(topology)

    async def clear(self) -> None:
        await self.close()
        async with await aio_pika.connect(self._address) as connection:
            channel = await connection.channel()
            for name in self._names:
                await channel.queue_delete(name)


@pytest.fixture
async def rabbit(broker: RabbitServer) -> AsyncIterator[RabbitBus]:
    bus = PassingBus(broker.url)
    yield bus
    await bus.clear()


@pytest.fixture(params=["memory", "rabbit"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """The in-process bus and RabbitMQ: whatever is promised of one holds for the other."""
    if request.param == "memory":
        yield MemoryBus()
        return
    broker: RabbitServer = request.getfixturevalue("broker")
    bus = PassingBus(broker.url)
    yield bus
    await bus.clear()
