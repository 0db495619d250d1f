"""A database that goes and comes back while facts arrive: nothing is lost, nothing is parked, nobody hangs."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from structlog.testing import capture_logs

from shared.messaging.bus import Bus, Outcome
from shared.persistence.engine import create_engine
from tests.shared.messaging.parcels import outcomes_of, post
from tests.shared.messaging.service import CountingService
from tests.shared.messaging.tallies import Counted, counted, envelopes
from tests.shared.messaging.waiting import meanwhile, until
from tests.simulator.cable import Cable

KILL = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1"


@pytest.fixture
async def cable(store: str) -> AsyncIterator[Cable]:
    """The line to the test's database; whoever is not on it sees the database all the time."""
    cable = Cable(store)
    await cable.plug_in()
    yield cable
    await cable.pull_out()


@pytest.fixture
async def remote(cable: Cable) -> AsyncIterator[CountingService]:
    """The service that loses its database, and works in small batches."""
    engine = create_engine(cable.url, schema="accounts")
    service = CountingService(engine, name=f"tests-{uuid4().hex[:10]}", batch=5)
    yield service
    await engine.dispose()
    service.telemetry.shutdown()


async def heard_so_many(onlooker: CountingService, subject: UUID, count: int) -> bool:
    return len(await onlooker.heard(subject)) == count


async def test_connections_that_are_killed_over_and_over_cost_nothing(
    remote: CountingService, service: CountingService, bus: Bus, postgres_url: str
) -> None:
    await bus.declare(remote.topology)
    subjects = [uuid4() for _ in range(5)]
    facts = [fact for number in range(1, 61) for subject in subjects for fact in counted(subject, number)]
    database = make_url(str(service.engine.url)).database
    superuser = await asyncpg.connect(postgres_url)
    async with meanwhile(remote.consumer.run(bus, prefetch=50)):
        posting = await post(bus, envelopes(facts))
        for killed in range(1, 4):
            await until(lambda seen=killed: len(remote.attempts) >= 30 * seen)
            assert await superuser.fetchval(KILL, database) >= 1
        assert await outcomes_of(posting) == [Outcome.CONFIRMED] * len(facts)
        await until(lambda: heard_so_many(service, subjects[-1], 60))
    await superuser.close()
    for subject in subjects:
        assert await service.heard(subject) == list(range(1, 61))
    assert await service.held() == []
    assert remote.sample("njt_inbox_parked_total") == 0


async def test_a_database_that_is_away_is_waited_for(
    remote: CountingService, service: CountingService, cable: Cable, bus: Bus
) -> None:
    await bus.declare(remote.topology)
    subject = uuid4()
    async with meanwhile(remote.consumer.run(bus, prefetch=50)):
        posting = await post(bus, envelopes(counted(subject, *range(1, 11))))
        await until(lambda: heard_so_many(service, subject, 10))
        await outcomes_of(posting)
        await cable.pull_out()
        with capture_logs() as logs:
            posting = await post(bus, envelopes(counted(subject, *range(11, 21))))
            await until(lambda: sum(log["event"] == "waiting for the database" for log in logs) >= 2)
        await cable.plug_in()
        await outcomes_of(posting)
        await until(lambda: heard_so_many(service, subject, 20))
    assert await service.heard(subject) == list(range(1, 21))
    assert await service.held() == []


async def test_stopping_does_not_wait_for_a_database_that_is_away_and_loses_nothing(
    remote: CountingService, service: CountingService, cable: Cable, bus: Bus
) -> None:
    await bus.declare(remote.topology)
    subject = uuid4()
    await cable.pull_out()
    running = asyncio.create_task(remote.consumer.run(bus, prefetch=50))
    with capture_logs() as logs:
        posting = await post(bus, envelopes(counted(subject, 1, 2, 3)))
        await until(lambda: any(log["event"] == "waiting for the database" for log in logs))
    running.cancel()
    async with asyncio.timeout(5):
        await asyncio.wait({running})
    assert running.cancelled()
    assert not remote.consumer.attached
    await cable.plug_in()
    async with meanwhile(remote.consumer.run(bus, prefetch=50)):
        await until(lambda: heard_so_many(service, subject, 3))
        await outcomes_of(posting)
    assert await service.heard(subject) == [1, 2, 3]
    assert await service.held() == []


async def test_what_waits_for_its_time_is_tried_once_the_database_is_back(
    remote: CountingService, service: CountingService, cable: Cable, bus: Bus
) -> None:
    await bus.declare(remote.topology)
    subject = uuid4()
    await remote.consumer.process(counted(subject, 2))
    await cable.pull_out()
    async with meanwhile(remote.consumer.run(bus, prefetch=50)):
        with capture_logs() as logs:
            await until(lambda: any(log["event"] == "held messages not looked at" for log in logs))
        await cable.plug_in()
        posting = await post(bus, envelopes(counted(subject, 1)))
        await outcomes_of(posting)
        await until(lambda: heard_so_many(service, subject, 2))
    assert await service.held() == []


async def test_a_relay_waits_for_a_database_that_is_away(
    remote: CountingService, service: CountingService, cable: Cable, bus: Bus
) -> None:
    await bus.declare(remote.topology)
    subject = uuid4()
    await cable.pull_out()
    with capture_logs() as logs:
        async with meanwhile(remote.relay(bus).run(), remote.consumer.run(bus, prefetch=50)):
            await service.announce(Counted(tally_id=subject, number=1))
            await until(lambda: any(log["event"] == "relay paused" and log["outage"] for log in logs))
            await cable.plug_in()
            await until(lambda: heard_so_many(service, subject, 1))
