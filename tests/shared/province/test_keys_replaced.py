"""Both ends replace their keys while the line between them is open, in each dialect."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.province_line import ProvinceLine
from shared.messaging.bus import Topology
from shared.messaging.memory import MemoryBus
from shared.policy import Policy
from shared.province.adapter import PROVINCE_EXCHANGE
from shared.province.dialect import Dialect
from shared.province.keys.rotation import KeyFile
from shared.province.keys.rotation import PeerKeys as KnownKeys
from shared.province.keys.signing import KeyRing, Signer
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect as Tongue
from simulator.faults import Faults
from simulator.keys import PeerKeys, ProvinceKey, announced_in
from simulator.memory import MemoryLine
from tests.shared.province.conftest import Empty
from tests.shared.province.exchange import Exchange, at_work
from tests.shared.province.letters import DONE
from tests.shared.province.service import City
from tests.shared.province.tongues import PROFILES, new_signer

CITY_KEYS, PROVINCE_KEYS = "city-keys.json", "province-keys.json"


@asynccontextmanager
async def publishing(city: City, path: Path, folder: Path) -> AsyncIterator[Exchange]:
    """Both ends at work; each publishes its keys in the folder and looks there for the other's."""
    tongue, bus = Tongue.from_file(path), MemoryBus()
    key = ProvinceKey.new(tongue.algorithm)
    announce = announced_in(folder / PROVINCE_KEYS)
    announce(key.public())
    announced_in(folder / CITY_KEYS)(city.signer.public())
    ear = city.ear(KnownKeys(KeyFile(folder / PROVINCE_KEYS, KeyRing.from_file)))
    await bus.declare(Topology(exchanges=frozenset({PROVINCE_EXCHANGE}), queues=(ear.queue,)))
    peers, line = PeerKeys.from_file(folder / CITY_KEYS), MemoryLine(ProvinceLine(bus))
    province = Counterpart(key, peers, line, city.clock, dialect=tongue, announce=announce)
    work = [ear.run(bus, prefetch=50), city.courier(bus).run(), city.chaser().run()]
    async with at_work(city, province, work) as exchange:
        yield exchange


@pytest.mark.parametrize("name", list(PROFILES))
async def test_both_replace_their_keys_and_nothing_is_refused(
    *, empty: Empty, engine: AsyncEngine, policy: Policy, tmp_path: Path, name: str
) -> None:
    await empty("filing")
    dialect = Dialect.from_file(PROFILES[name])
    first, following = (new_signer(dialect.profile.signature.algorithm) for _ in range(2))
    city = City(engine, policy, dialect=dialect, signer=first)
    async with publishing(city, PROFILES[name], tmp_path) as exchange:
        await told_both_ways(exchange, "测试备案1号")
        announced_in(tmp_path / CITY_KEYS)(following.public())
        city.signer = following
        exchange.province.faults = Faults(rotate_after=1)
        await told_both_ways(exchange, "测试备案2号")
        await told_both_ways(exchange, "测试备案3号")
        assert exchange.province.refused == []
    assert await city.received() == [("done", "")] * 3
    known = await city.rows("SELECT DISTINCT body FROM exchange_message")
    used = {dialect.read(bytes(each["body"])).envelope.key_id for each in known}
    assert used == {*names_in(tmp_path / CITY_KEYS), *names_in(tmp_path / PROVINCE_KEYS)}
    assert {first.key_id, following.key_id} < used
    city.telemetry.shutdown()


async def test_a_key_that_the_other_side_was_not_told_of_is_refused_until_it_is(
    city: City, tmp_path: Path
) -> None:
    following: Signer = new_signer(city.dialect.profile.signature.algorithm)
    async with publishing(city, PROFILES["sample"], tmp_path) as exchange:
        city.signer = following
        await exchange.report("测试备案1号")
        await exchange.all_told()
        intent = await city.intent()
        assert (intent["state"], intent["reason_code"]) == ("refused", "SIGNATURE")
        announced_in(tmp_path / CITY_KEYS)(following.public())
        await exchange.report("测试备案2号")
        await exchange.all_told()
        states = {each["business_key"]: each["state"] for each in await city.intents()}
        assert sorted(states.values()) == ["done", "refused"]


async def told_both_ways(exchange: Exchange, number: str) -> None:
    await exchange.report(number)
    assert await exchange.conclusion(await exchange.file(lane="甲")) == DONE
    await exchange.all_told()


def names_in(path: Path) -> set[str]:
    return set(json.loads(path.read_text(encoding="utf-8")))
