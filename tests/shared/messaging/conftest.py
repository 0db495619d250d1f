"""Both buses, and a database of each test's own that is copied from one that was migrated once."""

from collections.abc import AsyncIterator

import pytest

from cli.servers.rabbitmq import RabbitServer
from shared.messaging.bus import Bus
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus


@pytest.fixture(params=["memory", "rabbit"])
async def bus(request: pytest.FixtureRequest) -> AsyncIterator[Bus]:
    """The in-process bus and RabbitMQ: whatever is promised of one holds for the other."""
    bus: Bus = MemoryBus()
    if request.param == "rabbit":
        broker: RabbitServer = request.getfixturevalue("broker")
        bus = RabbitBus(broker.url, name="tests")
    yield bus
    await bus.close()


@pytest.fixture
async def rabbit(broker: RabbitServer) -> AsyncIterator[RabbitBus]:
    bus = RabbitBus(broker.url, name="tests")
    yield bus
    await bus.close()
