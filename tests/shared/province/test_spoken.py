"""Both ends together in each dialect, and a message in a dialect that is not spoken here."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.suite.province_line import ProvinceLine
from shared.contracts.province import MessageCode
from shared.messaging.bus import Bus, Message, Outcome
from shared.messaging.consumer import Incoming
from shared.messaging.memory import MemoryBus
from shared.policy import Policy
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE
from shared.province.dialect import Dialect
from shared.province.intents import Dispatch
from simulator.dialect import Dialect as Tongue
from simulator.faults import Faults
from simulator.memory import MemoryLine
from simulator.wire import day_of
from tests.builders import a_uscc, institution_filed
from tests.shared.province.conftest import Empty
from tests.shared.province.exchange import Exchange, connected, until
from tests.shared.province.letters import DONE, REPORTED, Province
from tests.shared.province.service import RECEIPT_DEADLINE, City
from tests.shared.province.tongues import OTHER, PROFILES, new_signer


class OverheardBus(MemoryBus):
    """Keeps what both ends say."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[bytes] = []

    async def publish(self, messages: Any) -> list[Outcome]:
        self.said += [message.body for message in messages]
        return await super().publish(messages)


@dataclass(frozen=True, kw_only=True)
class Talk:
    """Both ends in one dialect, and what was said."""

    exchange: Exchange
    bus: OverheardBus
    path: Path

    @property
    def city(self) -> City:
        return self.exchange.city


@asynccontextmanager
async def talking(path: Path, engine: AsyncEngine, policy: Policy) -> AsyncIterator[Talk]:
    dialect, bus = Dialect.from_file(path), OverheardBus()
    city = City(engine, policy, dialect=dialect, signer=new_signer(dialect.profile.signature.algorithm))
    line = MemoryLine(ProvinceLine(bus))
    async with connected(city, bus, line, tongue=Tongue.from_file(path)) as exchange:
        yield Talk(exchange=exchange, bus=bus, path=path)
    city.telemetry.shutdown()


@pytest.fixture(params=list(PROFILES.values()), ids=list(PROFILES))
async def talk(
    request: pytest.FixtureRequest, empty: Empty, engine: AsyncEngine, policy: Policy
) -> AsyncIterator[Talk]:
    await empty("filing")
    async with talking(request.param, engine, policy) as talk:
        yield talk


async def test_what_each_tells_the_other_is_carried_out_and_concluded(talk: Talk) -> None:
    exchange, uscc = talk.exchange, a_uscc()
    await exchange.report("测试备案1号", uscc=uscc)
    await exchange.report("测试备案2号", uscc=uscc)
    assert await exchange.conclusion(await exchange.file(lane=uscc)) == DONE
    await exchange.all_told()
    assert [each["state"] for each in await talk.city.intents()] == ["done", "done"]
    (here, there), (ours, theirs) = await exchange.filings(), await exchange.registers()
    assert here == there
    assert len(here) == 1
    assert ours.keys() == theirs.keys()
    assert exchange.province.refused == []
    assert exchange.province.unreadable == []


async def test_all_that_was_said_was_said_in_the_dialect(talk: Talk) -> None:
    await talk.exchange.report("测试备案1号")
    await talk.exchange.all_told()
    messages = [json.loads(body) for body in talk.bus.said]
    assert len(messages) == 3
    if talk.path == OTHER:
        assert [each["head"]["jybh"] for each in messages] == ["JG002", "HZ001", "HZ001"]
        assert {each["head"]["system"] for each in messages} == {"NJ-JNRC"}
        assert [json.loads(each["body"])["jgm"] for each in messages[1:]] == ["0000", "0000"]
    else:
        assert [each["code"] for each in messages] == [REPORTED, "RECEIPT", "RECEIPT"]


async def test_both_agree_afterwards_on_what_was_told_that_day(talk: Talk) -> None:
    exchange = talk.exchange
    await exchange.report("测试备案1号")
    await exchange.conclusion(await exchange.file(lane="甲"))
    await exchange.all_told()
    assert await exchange.province.reconcile("filing", day_of(talk.city.clock.now())) == []


async def test_receipts_that_are_lost_are_asked_for(talk: Talk) -> None:
    exchange = talk.exchange
    exchange.province.faults = Faults(drop_receipts=2)
    await exchange.report("测试备案1号")
    await exchange.report("测试备案2号")
    await until(lambda: both_delivered(talk))
    talk.city.clock.advance(seconds=RECEIPT_DEADLINE.total_seconds())
    await exchange.all_told()
    assert {each["state"] for each in await talk.city.intents()} == {"done"}
    assert {each["attempts"] for each in await talk.city.intents()} == {1}
    assert len(await talk.city.intents("STATUS_QUERY")) >= 1


async def both_delivered(talk: Talk) -> bool:
    return [each["state"] for each in await talk.city.intents()] == ["delivered"] * 2


async def test_a_wrong_signature_is_refused_and_what_was_meant_is_taken_later(talk: Talk) -> None:
    exchange, filed = talk.exchange, institution_filed()
    exchange.province.faults.corrupt_signature = True
    refusal = await exchange.conclusion(await exchange.file(lane="甲", filed=filed))
    assert (refusal.ok, refusal.reason_code) == (False, "SIGNATURE")
    exchange.province.faults.corrupt_signature = False
    assert await exchange.conclusion(await exchange.file(lane="甲", filed=filed)) == DONE


async def test_what_the_province_rejects_comes_back_with_its_reason(talk: Talk) -> None:
    talk.exchange.province.faults = Faults(reject={REPORTED: "PROV-0042"})
    await talk.exchange.report("测试备案1号")
    await talk.exchange.all_told()
    intent = await talk.city.intent()
    assert (intent["state"], intent["reason_code"]) == ("rejected", "PROV-0042")
    assert " · " in intent["reason"]


async def test_what_the_city_declines_is_told_with_its_reason(talk: Talk) -> None:
    uscc = a_uscc()
    await talk.exchange.conclusion(await talk.exchange.file(lane=uscc, filed=institution_filed(uscc=uscc)))
    again = await talk.exchange.file(lane=uscc, filed=institution_filed(uscc=uscc))
    declined = await talk.exchange.conclusion(again)
    assert (declined.ok, declined.reason_code) == (False, "NJT-FIL-1010")


async def test_a_stranger_with_a_key_of_the_right_algorithm_is_refused(talk: Talk) -> None:
    talk.exchange.province.faults = Faults(wrong_key=1.0)
    refusal = await talk.exchange.conclusion(await talk.exchange.file(lane="甲"))
    assert (refusal.ok, refusal.reason_code) == (False, "SIGNATURE")


async def test_a_message_in_another_dialect_is_parked_with_a_reason_and_the_rest_goes_on(talk: Talk) -> None:
    (another,) = set(PROFILES.values()) - {talk.path}
    spoken, stranger = (
        Dialect.from_file(another),
        new_signer(Dialect.from_file(another).profile.signature.algorithm),
    )
    body = spoken.write(Province(signer=stranger).write(), stranger.sign)
    await talk.city.consumer.process([Incoming(body=body)])
    (held,) = await talk.city.held()
    assert (held["state"], held["code"], held["body"]) == ("parked", "NJT-MSG-1001", body)
    name = talk.city.dialect.profile.name
    missing = talk.city.dialect.profile.place("signature")
    assert held["reason"] == (
        f"报文不符合方言 {name} · not a message in the dialect {name}: 缺少 {missing} · {missing} is missing"
    )
    (entered,) = await talk.city.rows("SELECT outcome, reason_code FROM exchange_message")
    assert entered == {"outcome": "parked", "reason_code": "NJT-MSG-1001"}
    assert await talk.exchange.conclusion(await talk.exchange.file(lane="甲")) == DONE


async def test_a_city_that_speaks_another_dialect_is_laid_aside_by_the_province(talk: Talk) -> None:
    (another,) = set(PROFILES.values()) - {talk.path}
    dialect = Dialect.from_file(another)
    letter = Province().write(sender="320100/filing", receiver="320000")
    body = dialect.write(letter, new_signer(dialect.profile.signature.algorithm).sign)
    await put(talk.bus, body)
    async with asyncio.timeout(10):
        while not talk.exchange.province.unreadable:
            await asyncio.sleep(0.02)
    assert talk.exchange.province.unreadable[0].body == body


async def put(bus: Bus, body: bytes) -> None:
    message = Message(
        id="1",
        exchange=PROVINCE_EXCHANGE,
        routing_key=TO_PROVINCE,
        body=body,
        content_type=CONTENT_TYPE,
        headers={},
    )
    assert await bus.publish([message]) == [Outcome.CONFIRMED]


async def test_what_the_dialect_has_no_words_for_holds_up_nothing_else(
    empty: Empty, engine: AsyncEngine, policy: Policy
) -> None:
    await empty("filing")
    async with talking(OTHER, engine, policy) as talk:
        unspeakable = Dispatch(
            code=MessageCode.FILING_REPORTED, business_key="备案:1", lane="甲", payload={"jgmc": "某"}
        )
        await talk.city.owe(unspeakable)
        await talk.exchange.report("测试备案2号", uscc=a_uscc())
        await until(lambda: second_done(talk))
        first = next(each for each in await talk.city.intents() if each["business_key"] == "备案:1")
        assert (first["state"], first["reason_code"], first["attempts"]) == ("refused", "UNSPEAKABLE", 0)


async def second_done(talk: Talk) -> bool:
    return "done" in [each["state"] for each in await talk.city.intents()]
