"""The kit over HTTPS: as the city against the simulator, and as the province against our own suite."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from cli.bench.faults.ground import OPENS_AT, passing
from cli.servers.places import free_port
from cli.suite import one_process
from cli.suite.database import SERVICES, drop_database, migrate_all, provide_database
from cli.suite.home import Home, Plan
from shared.settings import Profile
from simulator.chasing import Habits
from simulator.conform.peer import Patience, Peer
from simulator.conform.program import CASES
from simulator.conform.sides import as_city, as_province
from simulator.conform.verdict import Case, judge, name_of
from simulator.counterpart import Counterpart
from simulator.https import Doors, HttpsLine
from simulator.keys import PeerKeys, ProvinceKey
from tests.simulator.city import Now


@pytest.fixture(scope="module")
async def peer(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Peer]:
    """The kit in the place of the province; the suite pushes to it, and is served as a gateway would."""
    name, port, ours = f"njt_conform_https_{os.getpid()}", free_port(), free_port()
    async with AsyncExitStack() as stack:
        database = await provide_database(postgres_url, name, secrets_file=home.passwords)
        stack.push_async_callback(drop_database, postgres_url, name)
        await migrate_all(database)
        own = Home.at(scratch / "conform-https")
        clock = own.story_clock()
        clock.set(OPENS_AT)
        plan = Plan(
            home=own,
            database=database,
            bases=dict.fromkeys(SERVICES, "http://service.test"),
            profile=Profile.TEST,
            province_url=f"http://127.0.0.1:{ours}",
            story=True,
            job_seconds=0.3,
        )
        await stack.enter_async_context(one_process.running(plan, port=port))
        await stack.enter_async_context(passing(clock, timedelta(minutes=10)))
        kit = Peer(
            as_province(),
            HttpsLine(f"http://127.0.0.1:{port}", Doors(listen=f"127.0.0.1:{ours}")),
            key=ProvinceKey.from_file(own.signing_key("province")),
            peers=PeerKeys.from_file(own.city_keys),
            clock=clock,
            patience=Patience(answer=20, chase=20),
        )
        yield await stack.enter_async_context(kit.listening())


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_our_own_suite_keeps_to_it_over_https(peer: Peer, case: Case) -> None:
    (verdict,) = await judge(peer, [case], told=lambda _: None)
    assert verdict.ok, f"{verdict.expected} — {verdict.seen}"


async def test_the_simulator_keeps_to_it_over_https() -> None:
    city_key, province_key = ProvinceKey.new(), ProvinceKey.new()
    here, there = free_port(), free_port()
    counterpart = Counterpart(
        province_key,
        PeerKeys(city_key.public()),
        HttpsLine(f"http://127.0.0.1:{here}", Doors(listen=f"127.0.0.1:{there}")),
        Now(),
        habits=Habits(receipt_seconds=0.3, gap_seconds=0.3),
    )
    kit = Peer(
        as_city(),
        HttpsLine(f"http://127.0.0.1:{there}", Doors(listen=f"127.0.0.1:{here}")),
        key=city_key,
        peers=PeerKeys(province_key.public()),
        clock=Now(),
        patience=Patience(answer=5, chase=5),
    )
    async with asyncio.timeout(60), counterpart.running(), kit.listening():
        verdicts = await judge(kit, CASES, told=lambda _: None)
    assert [f"{it.case}: {it.seen}" for it in verdicts if not it.ok] == []
