"""The courier: signs and sends what is due, in the order of the lanes, and gives up nothing."""

import asyncio

import pytest

from shared.contracts.province import SCHEMA_VERSION, MessageCode
from shared.messaging.bus import Outcome
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE
from shared.province.keys.signing import KeyRing
from tests.shared.province.letters import ACCEPTED, DONE, PROVINCE, REPORTED, TRACE, dispatch, refused
from tests.shared.province.service import RECEIPT_DEADLINE, City

AWAY = [Outcome.FAILED, Outcome.UNROUTABLE]


async def test_what_is_owed_is_sent_signed_with_the_published_key(city: City) -> None:
    await city.owe(dispatch(name="测试甲公司", amount=1))
    intent = await city.intent()
    assert await city.send() == 1
    (letter,) = city.line.letters()
    ring = KeyRing(city.signer.public())
    assert ring.holds(letter.key_id, letter.signed_bytes(), letter.signature)
    assert letter.message_id == intent["id"]
    assert (letter.code, letter.business_key, letter.lane, letter.sequence) == (REPORTED, "备案:1", "甲", 1)
    assert (letter.sender, letter.receiver) == ("320100/filing", PROVINCE)
    assert letter.schema_version == SCHEMA_VERSION
    assert letter.issued_at == intent["at"]
    assert letter.payload == {"amount": 1, "name": "测试甲公司"}


async def test_the_line_is_told_where_it_goes_and_what_it_is(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    (message,) = city.line.taken
    assert (message.exchange, message.routing_key) == (PROVINCE_EXCHANGE, TO_PROVINCE)
    assert message.content_type == CONTENT_TYPE
    assert message.id == str((await city.intent())["id"])


async def test_what_was_delivered_waits_for_its_receipts(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    intent = await city.intent()
    assert (intent["state"], intent["attempts"], intent["due_at"]) == ("delivered", 1, None)
    assert intent["query_at"] == city.clock.now() + RECEIPT_DEADLINE
    assert await city.send() == 0


async def test_a_lane_is_sent_in_its_order(city: City) -> None:
    for lane in ("甲", "乙"):
        await city.owe(*(dispatch(f"{lane}:{place}", lane=lane) for place in range(20)))
    await city.send()
    for lane in ("甲", "乙"):
        numbers = [letter.sequence for letter in city.line.letters() if letter.lane == lane]
        assert numbers == list(range(1, 21))


async def test_without_a_receipt_by_the_deadline_nothing_is_sent_again_blindly(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    city.clock.advance(hours=2)
    assert await city.send() == 0
    assert (await city.intent())["state"] == "delivered"


async def test_what_stands_behind_a_refused_message_waits_and_other_lanes_go_on(city: City) -> None:
    await city.owe(dispatch("备案:1"), dispatch("备案:2", lane="乙"))
    await city.send()
    first, _ = await city.intents()
    await city.take(city.province.receipt(first["id"], refused()))
    await city.owe(dispatch("备案:3", lane=first["lane"]), dispatch("备案:4", lane="丙"))
    await city.send()
    assert [letter.business_key for letter in city.line.letters()][2:] == ["备案:4"]
    await city.take(city.province.receipt(first["id"], DONE))
    await city.send()
    assert [letter.business_key for letter in city.line.letters()][3:] == ["备案:3"]


async def test_within_a_lane_nothing_overtakes_what_the_line_did_not_take_yet(city: City) -> None:
    city.line.outcomes = {REPORTED: Outcome.FAILED}
    await city.owe(dispatch("备案:1"))
    await city.send()
    city.line.outcomes.clear()
    await city.owe(dispatch("备案:2"), dispatch("备案:3", lane="乙"))
    await city.send()
    assert [letter.business_key for letter in city.line.letters()] == ["备案:3"]
    city.clock.advance(seconds=1)
    while await city.send():
        pass
    assert [letter.business_key for letter in city.line.letters()] == ["备案:3", "备案:1", "备案:2"]


@pytest.mark.parametrize("outcome", AWAY)
async def test_while_the_line_is_down_it_stays_owed_and_goes_later(city: City, outcome: Outcome) -> None:
    city.line.outcomes = {REPORTED: outcome}
    await city.owe(dispatch(), dispatch("备案:2"))
    assert await city.send() == 0
    states = [(each["state"], each["attempts"]) for each in await city.intents()]
    assert states == [("owed", 0)] * 2
    city.line.outcomes.clear()
    assert await city.send() == 0
    city.clock.advance(seconds=1)
    assert await city.send() == 2
    assert [letter.sequence for letter in city.line.letters()] == [1, 2]


async def test_receipts_wait_for_the_line_as_well(city: City) -> None:
    letter = city.province.write()
    await city.take(letter)
    city.line.outcomes = {MessageCode.RECEIPT: Outcome.FAILED}
    assert await city.answer(letter) == []
    city.line.outcomes.clear()
    city.clock.advance(seconds=1)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_what_the_line_does_not_take_holds_nothing_else(city: City) -> None:
    city.line.outcomes = {REPORTED: Outcome.UNROUTABLE}
    await city.owe(dispatch())
    await city.take(letter := city.province.write())
    assert await city.answer(letter) == [ACCEPTED, DONE]
    assert (await city.intent())["state"] == "owed"


async def test_two_couriers_send_nothing_twice(city: City) -> None:
    await city.owe(*(dispatch(f"备案:{place}") for place in range(30)))
    sent = await asyncio.gather(*(city.courier().send_batch() for _ in range(3)))
    assert sum(sent) == 30
    ids = [letter.message_id for letter in city.line.letters()]
    assert len(set(ids)) == len(ids) == 30


async def test_what_is_sent_belongs_to_the_trace_it_was_owed_in(city: City) -> None:
    with city.telemetry.span("decide", parent=TRACE):
        await city.owe(dispatch())
    await city.send()
    (message,) = city.line.taken
    (span,) = city.spans("send FILING_REPORTED")
    assert span.context is not None
    assert message.headers["traceparent"] == f"{TRACE[:36]}{span.context.span_id:016x}-01"


async def test_a_running_courier_sends_when_it_is_woken_and_outlives_a_line_that_breaks(city: City) -> None:
    courier = city.courier(poll_seconds=60)
    publish, broken = city.line.publish, asyncio.Event()

    async def breaks(messages: object) -> list[Outcome]:
        broken.set()
        raise RuntimeError(messages)

    city.line.publish = breaks  # type: ignore[method-assign]  # a line that breaks
    await city.owe(dispatch())
    running = asyncio.create_task(courier.run())
    async with asyncio.timeout(20):
        await broken.wait()
        city.line.publish = publish  # type: ignore[method-assign]  # and is mended
        while (await city.intent())["state"] == "owed":
            courier.wake()
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert len(city.line.taken) == 1
