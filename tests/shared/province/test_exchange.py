"""Both ends together, on the in-process bus, over RabbitMQ and over HTTPS; and a province that misbehaves."""

from collections.abc import AsyncIterator

import aio_pika
import pytest

from cli.servers.rabbitmq import RabbitServer
from cli.suite.province_line import ProvinceLine
from shared.messaging.memory import MemoryBus
from shared.messaging.rabbit import RabbitBus
from simulator.amqp import AmqpLine
from simulator.faults import Faults
from simulator.line import QUEUE, Letter
from simulator.memory import MemoryLine
from tests.builders import a_uscc, institution_filed
from tests.shared.province.doors import pushing
from tests.shared.province.exchange import Exchange, connected, report, until
from tests.shared.province.letters import DONE
from tests.shared.province.service import RECEIPT_DEADLINE, City
from tests.simulator.cable import Cable

OURS = "njt.province.filing"


async def _no_queues(url: str) -> None:
    """Nothing of another test may wait in the queues that both ends use."""
    async with await aio_pika.connect(url) as connection:
        channel = await connection.channel()
        for name in (OURS, QUEUE):
            for each in (name, f"{name}.dead"):
                await channel.queue_delete(each)


@pytest.fixture
async def by_memory(city: City) -> AsyncIterator[Exchange]:
    bus = MemoryBus()
    async with connected(city, bus, MemoryLine(ProvinceLine(bus))) as exchange:
        yield exchange


@pytest.fixture
async def by_rabbit(city: City, broker: RabbitServer) -> AsyncIterator[Exchange]:
    await _no_queues(broker.province_url)
    bus = RabbitBus(broker.province_url, name="city")
    async with connected(city, bus, AmqpLine(broker.province_url)) as exchange:
        yield exchange
    await bus.close()
    await _no_queues(broker.province_url)


@pytest.fixture
async def by_https(city: City) -> AsyncIterator[Exchange]:
    async with pushing(city) as exchange:
        yield exchange


@pytest.fixture(params=["memory", "rabbit", "https"])
def exchange(request: pytest.FixtureRequest) -> Exchange:
    """The same on either line."""
    found: Exchange = request.getfixturevalue(f"by_{request.param}")
    return found


async def both_ways(exchange: Exchange, *, count: int = 6) -> None:
    """The province files and the city reports so many, in two lanes each."""
    bodies = a_uscc(), a_uscc()
    for place in range(count):
        await exchange.file(lane=bodies[place % 2])
        await exchange.report(f"测试备案{place}号", uscc=bodies[place % 2])


async def test_what_each_tells_the_other_is_carried_out_and_concluded(exchange: Exchange) -> None:
    await both_ways(exchange)
    await exchange.all_told()
    await exchange.agreed(filed=6, reported=6)
    assert exchange.province.refused == []
    assert {each["attempts"] for each in await exchange.city.intents()} == {1}


async def test_when_everything_is_sent_twice_nothing_happens_twice(exchange: Exchange) -> None:
    exchange.province.faults = Faults(duplicate=1.0)
    await both_ways(exchange)
    await exchange.all_told()
    await until(lambda: _duplicates(exchange, 6))
    await exchange.agreed(filed=6, reported=6)


async def _duplicates(exchange: Exchange, count: int) -> bool:
    return exchange.city.sample("njt_inbox_duplicate_total") == count


async def test_receipts_that_are_lost_are_asked_for_again(exchange: Exchange) -> None:
    exchange.province.faults = Faults(drop_receipts=4)
    await both_ways(exchange)
    await until(lambda: _delivered(exchange, 4))
    exchange.city.clock.advance(seconds=RECEIPT_DEADLINE.total_seconds())
    await exchange.all_told()
    await exchange.agreed(filed=6, reported=6)
    asked = await exchange.city.intents("STATUS_QUERY")
    assert sum(len(each["payload"]["messages"]) for each in asked) == 4
    assert {each["attempts"] for each in await exchange.city.intents()} == {1}


async def _delivered(exchange: Exchange, count: int) -> bool:
    """Whether so many wait for receipts, and nothing else is under way."""
    states = [each["state"] for each in await exchange.city.intents()]
    return states.count("delivered") == count and states.count("done") == len(states) - count


async def test_while_signatures_are_corrupt_nothing_changes_and_later_all_of_it_is_mended(
    by_memory: Exchange,
) -> None:
    exchange = by_memory
    exchange.province.faults.corrupt_signature = True
    filed = [institution_filed() for _ in range(3)]
    spoilt = [await exchange.file(lane="甲", filed=each) for each in filed]
    await exchange.report("测试备案1号")
    refusals = [await exchange.conclusion(each) for each in spoilt]
    assert {(each.ok, each.reason_code) for each in refusals} == {(False, "SIGNATURE")}
    await until(lambda: _delivered(exchange, 1))
    assert await exchange.city.on_record() == []
    exchange.province.faults.corrupt_signature = False
    mended = [await exchange.file(lane="甲", filed=each) for each in filed]
    assert [await exchange.conclusion(each) for each in mended] == [DONE] * 3
    exchange.city.clock.advance(seconds=RECEIPT_DEADLINE.total_seconds())
    await exchange.all_told()
    await exchange.agreed(filed=3, reported=1)


async def test_what_is_late_is_carried_out_late_and_once(by_memory: Exchange) -> None:
    exchange = by_memory
    exchange.province.faults = Faults(delay_seconds=0.3)
    await both_ways(exchange, count=2)
    await until(lambda: _delivered(exchange, 2))
    exchange.city.clock.advance(seconds=RECEIPT_DEADLINE.total_seconds())
    await exchange.all_told()
    await exchange.agreed(filed=2, reported=2)


async def test_what_the_province_rejects_is_kept_and_not_sent_again(by_memory: Exchange) -> None:
    exchange = by_memory
    exchange.province.faults = Faults(reject={"FILING_REPORTED": "PROV-0042"})
    await exchange.report("测试备案1号")
    await exchange.all_told()
    intent = await exchange.city.intent()
    assert (intent["state"], intent["reason_code"], intent["attempts"]) == ("rejected", "PROV-0042", 1)
    assert " · " in intent["reason"]
    assert exchange.province.register == {}


async def test_an_unknown_version_is_refused_and_told_to_the_province(by_memory: Exchange) -> None:
    exchange = by_memory
    exchange.province.faults = Faults(schema_version="99")
    refusal = await exchange.conclusion(await exchange.file(lane="甲"))
    assert (refusal.ok, refusal.reason_code) == (False, "VERSION")
    exchange.province.faults = Faults()
    assert await exchange.conclusion(await exchange.file(lane="甲")) == DONE
    await exchange.agreed(filed=1, reported=0)


async def test_what_the_rules_decline_is_told_to_the_province_and_the_lane_goes_on(
    exchange: Exchange,
) -> None:
    uscc = a_uscc()
    first = await exchange.file(lane=uscc, filed=institution_filed(uscc=uscc))
    again = await exchange.file(lane=uscc, filed=institution_filed(uscc=uscc))
    other = await exchange.file(lane=uscc)
    assert await exchange.conclusion(first) == DONE
    declined = await exchange.conclusion(again)
    assert (declined.ok, declined.reason_code) == (False, "NJT-FIL-1010")
    assert await exchange.conclusion(other) == DONE


async def test_junk_in_the_queue_is_parked_and_the_rest_goes_on(exchange: Exchange) -> None:
    junk = [Letter(id=str(place), routing_key="to-city.filing", body=body) for place, body in enumerate(JUNK)]
    first = await exchange.file(lane="甲")
    assert await exchange.conclusion(first) == DONE
    assert all(await exchange.province._line.publish(junk))  # noqa: SLF001 — the province's own line
    second = await exchange.file(lane="甲")
    assert await exchange.conclusion(second) == DONE
    await until(lambda: _parked(exchange, len(JUNK)))


JUNK = (b"", b"\xff\x00", b"{}", b'{"message_id": 1}')


async def _parked(exchange: Exchange, count: int) -> bool:
    return [each["state"] for each in await exchange.city.held()] == ["parked"] * count


async def test_while_the_line_is_down_everything_stays_owed_and_then_goes(
    city: City, broker: RabbitServer
) -> None:
    await _no_queues(broker.province_url)
    cable = Cable(broker.province_url)
    await cable.plug_in()
    bus = RabbitBus(cable.url, name="city")
    async with connected(city, bus, AmqpLine(broker.province_url)) as exchange:
        await exchange.report("测试备案1号")
        await exchange.all_told()
        await cable.pull_out()
        await city.owe(report("测试备案2号"), report("测试备案3号"))
        assert await city.courier(bus).send_batch() == 0
        states = sorted(each["state"] for each in await city.intents())
        assert states == ["done", "owed", "owed"]
        waiting = await exchange.file(lane="甲")
        await cable.plug_in()
        city.clock.advance(seconds=2)
        assert await exchange.conclusion(waiting) == DONE
        await exchange.all_told()
        await exchange.agreed(filed=1, reported=3)
    await bus.close()
    await cable.pull_out()
    await _no_queues(broker.province_url)


async def test_an_unknown_version_and_a_wrong_payload_are_refused_on_every_line(exchange: Exchange) -> None:
    exchange.province.faults = Faults(schema_version="99")
    first = await exchange.conclusion(await exchange.file(lane="甲"))
    exchange.province.faults = Faults(wrong_key=1.0)
    second = await exchange.conclusion(await exchange.file(lane="乙"))
    assert [(each.ok, each.reason_code) for each in (first, second)] == [
        (False, "VERSION"),
        (False, "SIGNATURE"),
    ]
    exchange.province.faults = Faults()
    assert await exchange.conclusion(await exchange.file(lane="丙")) == DONE
    await exchange.agreed(filed=1, reported=0)


async def test_what_the_province_rejects_is_rejected_on_every_line(exchange: Exchange) -> None:
    exchange.province.faults = Faults(reject={"FILING_REPORTED": "PROV-0042"})
    await exchange.report("测试备案1号")
    await exchange.all_told()
    intent = await exchange.city.intent()
    assert (intent["state"], intent["reason_code"], intent["attempts"]) == ("rejected", "PROV-0042", 1)


async def test_while_the_province_is_away_everything_waits_and_is_done_once_when_it_is_back(
    exchange: Exchange,
) -> None:
    await both_ways(exchange, count=2)
    await exchange.all_told()
    await exchange.province_leaves()
    waiting = [await exchange.file(lane="甲") for _ in range(2)]
    for place in range(5):
        await exchange.report(f"测试备案离开{place}号")
        exchange.city.clock.advance(seconds=1)
    assert await _open(exchange) == 5
    await exchange.province_comes_back()
    await until(lambda: _nothing_open_as_time_passes(exchange))
    assert [await exchange.conclusion(each) for each in waiting] == [DONE] * 2
    await exchange.all_told()
    await exchange.agreed(filed=4, reported=7)
    assert {each["attempts"] for each in await exchange.city.intents()} == {1}


async def _nothing_open_as_time_passes(exchange: Exchange) -> bool:
    """What was put off is tried again when its time has come: let it come."""
    (put_off,) = await exchange.city.rows("SELECT min(due_at) AS until FROM exchange_intent")
    if put_off["until"] is not None:
        exchange.city.clock.at = max(exchange.city.clock.at, put_off["until"])
    return put_off["until"] is None and await _open(exchange) == 0


async def _open(exchange: Exchange) -> int:
    states = [each["state"] for each in await exchange.city.intents()]
    return len(states) - states.count("done")
