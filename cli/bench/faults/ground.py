"""Our suite at work, with its line to the province free for whoever plays it; in one process or as it runs in earnest."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import SpanProcessor

from cli.servers.rabbitmq import RabbitServer
from cli.suite import one_process
from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from cli.suite.processes import Process, ready, start, stop
from cli.suite.province_line import ProvinceLine
from shared.clock import SHANGHAI, StoryClock
from shared.settings import Profile
from simulator.keys import PeerKeys, ProvinceKey

OPENS_AT = datetime(2024, 3, 4, 9, tzinfo=SHANGHAI)
PACE = timedelta(minutes=10)
"""So much time passes in the suite in a second, so that its deadlines do."""
_TICK_SECONDS = 0.1
_NOWHERE = "http://service.test"


@dataclass(frozen=True, kw_only=True)
class Ground:
    """The keys on both ends of the line, the suite's clock, and its tables."""

    plan: Plan
    clock: StoryClock
    services: Sequence[str]

    @property
    def home(self) -> Home:
        return self.plan.home

    @property
    def database(self) -> SuiteDatabase:
        return self.plan.database

    @property
    def key(self) -> ProvinceKey:
        return ProvinceKey.from_file(self.home.signing_key("province"))

    @property
    def peers(self) -> PeerKeys:
        return PeerKeys.from_file(self.home.city_keys)

    def announce(self, keys: Mapping[str, str]) -> None:
        """Add a public key of the province's to those that the city knows, at once, as a careful operator does."""
        place = self.home.province_keys
        beside = place.with_suffix(".new")
        known = json.loads(place.read_text(encoding="utf-8"))
        beside.write_text(json.dumps(known | dict(keys)), encoding="utf-8")
        beside.replace(place)


@dataclass(frozen=True, kw_only=True)
class FreeLine(Ground):
    """The suite in one process; `line` is the province's end."""

    line: ProvinceLine


@dataclass(frozen=True, kw_only=True)
class Crewed(Ground):
    """The suite's workers as processes over RabbitMQ."""

    broker: RabbitServer
    crew: "Crew"


@dataclass(kw_only=True)
class Crew:
    """Workers that are processes of their own, started by us and ended by us only."""

    plan: Plan
    logs: Path
    processes: dict[str, Process]

    def start(self, service: str) -> None:
        self.processes[service] = start(self.plan, self.logs, f"{service}-worker")

    async def ready(self) -> None:
        await asyncio.gather(*(ready(process) for process in self.processes.values()))

    async def restart(self, service: str) -> None:
        await stop([self.processes[service]])
        self.start(service)
        await self.ready()

    def kill(self, service: str) -> None:
        """End a worker as a power cut would: SIGKILL to the process that we started."""
        child = self.processes[service].child
        child.kill()
        child.wait()


@asynccontextmanager
async def opened(
    postgres_url: str,
    passwords: Path,
    folder: Path,
    *,
    pace: timedelta = PACE,
    processors: Sequence[SpanProcessor] = (),
) -> AsyncIterator[FreeLine]:
    """The suite at work in one process from a Monday morning on; `processors` see its spans."""
    async with AsyncExitStack() as stack:
        plan = await _planned(stack, postgres_url, passwords, folder)
        clock = _set_clock(plan.home)
        suite = await stack.enter_async_context(one_process.assembled(plan, processors=processors))
        for worker in suite.workers.values():
            await stack.enter_async_context(worker.running())
        await stack.enter_async_context(passing(clock, pace))
        yield FreeLine(
            plan=plan,
            clock=clock,
            services=SERVICES,
            line=ProvinceLine(suite.province_bus),
        )


@asynccontextmanager
async def crewed(
    postgres_url: str,
    broker: RabbitServer,
    folder: Path,
    *,
    passwords: Path | None = None,
    services: Sequence[str] = SERVICES,
    pace: timedelta = PACE,
) -> AsyncIterator[Crewed]:
    """The workers of these services as processes on a broker of this run's own, from a Monday morning on."""
    urls = {"bus_url": broker.url, "province_url": broker.province_url}
    async with AsyncExitStack() as stack:
        plan = await _planned(stack, postgres_url, passwords or folder / "passwords", folder, **urls)
        clock = _set_clock(plan.home)
        logs = folder / "logs"
        logs.mkdir(exist_ok=True)
        crew = Crew(plan=plan, logs=logs, processes={})
        stack.push_async_callback(_dismissed, crew)
        await stack.enter_async_context(passing(clock, pace))
        for service in services:
            crew.start(service)
        await crew.ready()
        yield Crewed(
            plan=plan,
            clock=clock,
            services=tuple(services),
            broker=broker,
            crew=crew,
        )


async def _dismissed(crew: Crew) -> None:
    await stop(list(crew.processes.values()))


async def _planned(
    stack: AsyncExitStack, postgres_url: str, passwords: Path, folder: Path, **urls: Any
) -> Plan:
    """A migrated database of this ground's own, gone at its end, and what is known about it."""
    home = Home.at(folder)
    name = f"njt_{folder.name}_{os.getpid()}".replace("-", "_")
    database = await provide_database(postgres_url, name, secrets_file=passwords)
    stack.push_async_callback(drop_database, postgres_url, name)
    await migrate_all(database)
    return Plan(
        home=home,
        database=database,
        bases=dict.fromkeys(SERVICES, _NOWHERE),
        profile=Profile.TEST,
        story=True,
        job_seconds=0.3,
        **urls,
    )


def _set_clock(home: Home) -> StoryClock:
    clock = home.story_clock()
    clock.set(OPENS_AT)
    return clock


@asynccontextmanager
async def passing(clock: StoryClock, pace: timedelta) -> AsyncIterator[None]:
    """Let time pass in the suite at this pace."""

    async def pass_time() -> None:
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            clock.set(clock.now() + pace * _TICK_SECONDS)

    task = asyncio.create_task(pass_time())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
