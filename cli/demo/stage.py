"""Where the story is played: a suite with its province, its clock, its callers and a collector of its traces."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import asyncpg

from cli.collector import Collector
from cli.demo.cast import CENTRAL, CLIENTS, LEADER, MUNICIPAL, OFFICERS, SCHOOL
from cli.demo.portal import Portal
from cli.servers.places import free_port
from cli.suite import one_process, processes
from cli.suite.clients import ensure_clients
from cli.suite.database import SERVICES, SuiteDatabase, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from cli.suite.province_line import ProvinceLine
from cli.suite.roster import entry
from shared.clock import StoryClock
from shared.http.client import HttpClient
from shared.messaging.memory import MemoryBus
from shared.observability import Telemetry, TelemetrySettings, start_telemetry
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings, Profile
from simulator.amqp import AmqpLine
from simulator.counterpart import Counterpart
from simulator.keys import PeerKeys, ProvinceKey
from simulator.line import Line
from simulator.memory import MemoryLine

T = TypeVar("T")

_PATIENCE_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class Venue:
    """What the stage is built on: a PostgreSQL server, a folder, and a broker or none."""

    postgres_url: str
    folder: Path
    broker_url: str | None = None
    province_url: str | None = None
    database: str = "njt_demo"

    @property
    def bus(self) -> str:
        return "rabbitmq" if self.broker_url else "memory"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """Everything a step may use."""

    portals: dict[str, Portal]
    province: Counterpart
    clock: StoryClock
    collector: Collector
    telemetry: Telemetry
    policy: Policy
    connections: dict[str, asyncpg.Connection]

    async def until(self, look: Callable[[], Awaitable[T | None]]) -> T | None:
        """What `look` finds as soon as it finds something; None when it does not within 30 s."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                while (found := await look()) is None:  # noqa: ASYNC110 — it is in other processes
                    await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        except TimeoutError:
            return None
        return found

    async def count(self, service: str, query: str) -> int:
        """A number read from a service's own tables as their owner; for what no interface shows."""
        return int(await self.connections[service].fetchval(query))


@asynccontextmanager
async def staged(venue: Venue, *, opens_at: datetime, say: Callable[[str], None]) -> AsyncIterator[Stage]:
    """A fresh suite, ready to play."""
    async with AsyncExitStack() as stack:
        collector = Collector()
        endpoint = await collector.start()
        stack.push_async_callback(collector.stop)
        say("准备数据库 · preparing the database")
        home = Home.at(venue.folder)
        database = await _fresh_database(venue, home)
        clock = home.story_clock()
        clock.set(opens_at)
        ports = (
            dict.fromkeys(SERVICES, free_port()) if venue.bus == "memory" else processes.choose_ports(None)
        )
        plan = _plan(venue, home, database, ports=ports, endpoint=endpoint)
        secrets = await _first_clients(plan)
        say("启动服务 · starting the services")
        line = await _open_house(plan, ports=ports, stack=stack, say=say)
        province = Counterpart(
            ProvinceKey.from_file(home.signing_key("province")),
            PeerKeys.from_file(home.city_keys),
            line,
            clock,
        )
        await stack.enter_async_context(province.running())
        telemetry = start_telemetry(
            "portal", TelemetrySettings(otlp_endpoint=endpoint, schedule_delay_ms=100), prometheus=False
        )
        stack.push_async_callback(asyncio.to_thread, telemetry.shutdown)
        http = HttpClient("", telemetry=telemetry)
        stack.push_async_callback(http.close)
        yield Stage(
            portals=_portals(plan, secrets, http, clock=clock),
            province=province,
            clock=clock,
            collector=collector,
            telemetry=telemetry,
            policy=load_policy(PolicySettings().folder),
            connections=await _connections(database, stack),
        )


async def _connections(database: SuiteDatabase, stack: AsyncExitStack) -> dict[str, asyncpg.Connection]:
    """A look into each service's tables that sees everything, as its owner."""
    connections = {}
    for service in SERVICES:
        settings = {"search_path": service, "njt.everything": "on"}
        connection = await asyncpg.connect(database.owners[service], server_settings=settings)
        stack.push_async_callback(connection.close)
        connections[service] = connection
    return connections


async def _fresh_database(venue: Venue, home: Home) -> SuiteDatabase:
    await drop_database(venue.postgres_url, venue.database)
    database = await provide_database(venue.postgres_url, venue.database, secrets_file=home.passwords)
    await migrate_all(database)
    return database


def _portals(
    plan: Plan, secrets: dict[str, str], http: HttpClient, *, clock: StoryClock
) -> dict[str, Portal]:
    """A caller for each client, by its id."""
    names = OFFICERS | {body.client_id: body.name for body in (CENTRAL, MUNICIPAL, SCHOOL, LEADER)}
    return {
        client: Portal(
            name=names[client], client_id=client, secret=secret, bases=plan.bases, http=http, clock=clock
        )
        for client, secret in secrets.items()
    }


def _plan(venue: Venue, home: Home, database: SuiteDatabase, *, ports: dict[str, int], endpoint: str) -> Plan:
    in_one = venue.bus == "memory"
    return Plan(
        home=home,
        database=database,
        bases={
            name: f"http://127.0.0.1:{port}/{name}" if in_one else f"http://127.0.0.1:{port}"
            for name, port in ports.items()
        },
        profile=Profile.DEMO,
        bus_url=venue.broker_url or "memory://",
        province_url=venue.province_url or "memory://",
        otlp_endpoint=endpoint,
        story=True,
        job_seconds=0.3,
    )


async def _first_clients(plan: Plan) -> dict[str, str]:
    runtime = entry("accounts").create_runtime(plan.settings("accounts"), bus=MemoryBus())
    try:
        return await ensure_clients(runtime.works, CLIENTS)
    finally:
        await runtime.close()


async def _open_house(
    plan: Plan, *, ports: dict[str, int], stack: AsyncExitStack, say: Callable[[str], None]
) -> Line:
    """Start the services and give the province's end of the line to them."""
    if plan.bus_url == "memory://":
        suite = await stack.enter_async_context(one_process.running(plan, port=ports["filing"]))
        return MemoryLine(ProvinceLine(suite.province_bus))
    await stack.enter_async_context(processes.running(plan, ports=ports, say=say))
    return AmqpLine(plan.province_url)
