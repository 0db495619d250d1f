"""Two messages of one number that wait for their turn: a VOID goes first, then the newest; the other stays readable."""

import asyncio
from typing import Any

import pytest

from shared.contracts.exchange import Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Stage
from shared.identity import Scope
from shared.messaging.consumer import Consumer
from shared.messaging.inbox import Inbox
from shared.province.lanes import VOIDED_HERE, Overtaken
from tests.shared.province.letters import ACCEPTED, DONE, FILED
from tests.shared.province.service import City

RETRY = Scope.of_service("filing", "retry")


def lane_of(city: City, count: int) -> list[ProvinceEnvelope]:
    return [city.province.write(lane="甲") for _ in range(count)]


def void(city: City, voided: ProvinceEnvelope) -> ProvinceEnvelope:
    """The province gives up a message."""
    content = Voided(message_id=voided.message_id, code=voided.code, reason="另案办理")
    return city.province.write(
        content, code=MessageCode.VOID, lane=voided.lane, sequence=voided.sequence, business_key="void:1"
    )


def mended(city: City, letter: ProvinceEnvelope) -> ProvinceEnvelope:
    """The same message with other content, as it is sent after it was refused."""
    payload = letter.payload | {"provincial_number": f"{letter.payload['provincial_number']}改"}
    return city.province.sign(letter.model_copy(update={"payload": payload}))


def number(letter: ProvinceEnvelope) -> str:
    told: str = letter.payload["provincial_number"]
    return told


async def in_the_end(city: City) -> None:
    """Let everything that is held have its turns."""
    while await city.retry_what_is_due() or await waiting(city):
        city.clock.advance(seconds=10)


async def waiting(city: City) -> list[dict[str, Any]]:
    return [each for each in await city.held() if each["state"] == "waiting"]


async def readable(city: City, letter: ProvinceEnvelope) -> bool:
    """Whether what came is in the exchange ledger as it came."""
    kept = await city.rows("SELECT body FROM exchange_message WHERE message_id = :id", id=letter.message_id)
    return letter.model_dump_json().encode() in [each["body"] for each in kept]


async def voided_not_done(city: City, letter: ProvinceEnvelope, given_up: ProvinceEnvelope) -> None:
    """Assert that the VOID took the number, and that the other is refused or lies with a person, and was kept."""
    assert number(letter) not in await city.on_record()
    assert await city.answer(given_up) == [ACCEPTED, DONE]
    aside = [(each["message_id"], each["code"]) for each in await city.held()]
    refusals = [(each.ok, each.reason_code) for each in city.line.receipts(letter)]
    assert (aside, refusals) in (
        ([(letter.message_id, VOIDED_HERE)], []),
        ([], [(False, "SEQUENCE")]),
    )
    assert await readable(city, letter)


@pytest.mark.parametrize("void_comes_first", [False, True])
async def test_a_void_goes_before_a_message_of_its_number_that_waits(
    city: City, *, void_comes_first: bool
) -> None:
    first, second, third = lane_of(city, 3)
    given_up = void(city, second)
    for letter in (given_up, second) if void_comes_first else (second, given_up):
        await city.take(letter)
    await city.take(third)
    assert len(await city.held()) == 3
    await city.take(first)
    await in_the_end(city)
    await voided_not_done(city, second, given_up)
    assert sorted(await city.on_record()) == sorted([number(first), number(third)])


async def test_a_void_goes_before_a_message_that_comes_with_the_one_that_was_missing(city: City) -> None:
    first, second = lane_of(city, 2)
    given_up = void(city, second)
    await city.take(given_up)
    await city.take(first, second)
    await in_the_end(city)
    await voided_not_done(city, second, given_up)


@pytest.mark.parametrize("right_one_first", [False, True])
async def test_of_two_contents_of_a_message_the_one_that_came_last_is_carried_out(
    city: City, *, right_one_first: bool
) -> None:
    first, second = lane_of(city, 2)
    other = mended(city, second)
    older, newer = (other, second) if right_one_first else (second, other)
    for letter in (older, newer, first):
        await city.take(letter)
    await in_the_end(city)
    assert sorted(await city.on_record()) == sorted([number(first), number(newer)])
    assert await city.held() == []
    told = {(each.stage, each.ok, each.reason_code) for each in await city.answer(newer)}
    assert told == {
        (Stage.TECHNICAL, True, ""),
        (Stage.BUSINESS, True, ""),
        (Stage.TECHNICAL, False, "CONFLICT"),
    }
    assert await readable(city, older)
    assert await readable(city, newer)


async def test_of_two_messages_of_one_number_the_newer_is_carried_out_and_the_other_refused(
    city: City,
) -> None:
    first, second = lane_of(city, 2)
    newer = city.province.write(lane="甲", sequence=2)
    for letter in (second, newer, first):
        await city.take(letter)
    await in_the_end(city)
    assert sorted(await city.on_record()) == sorted([number(first), number(newer)])
    (refusal,) = await city.answer(second)
    assert (refusal.ok, refusal.reason_code) == (False, "SEQUENCE")


async def all_retried(*consumers: Consumer) -> None:
    async def retried(consumer: Consumer) -> None:
        while await consumer.retry_one():
            pass

    await asyncio.gather(*map(retried, consumers))


@pytest.mark.parametrize("void_comes_first", [False, True])
async def test_two_consumers_carry_out_the_void_and_not_what_it_voids(
    city: City, *, void_comes_first: bool
) -> None:
    first, second = lane_of(city, 2)
    given_up = void(city, second)
    for letter in (given_up, second) if void_comes_first else (second, given_up):
        await city.take(letter)
    await city.take(first)
    await all_retried(city.consumer, city.ear(), city.ear())
    await in_the_end(city)
    await voided_not_done(city, second, given_up)


async def test_what_another_consumer_holds_the_newer_of_waits_for_it(city: City) -> None:
    first, second = lane_of(city, 2)
    given_up = void(city, second)
    for letter in (second, given_up, first):
        await city.take(letter)
    async with city.works.transaction(RETRY) as transaction:
        in_hand = await Inbox(transaction.connection).due(city.consumer.queue.name, city.clock.now())
        assert in_hand is not None
        async with asyncio.timeout(5):
            assert await city.ear().retry_one()
        states = {each["code"] for each in await city.held() if each["topic"] == FILED}
        assert states == {Overtaken.code}
    await in_the_end(city)
    await voided_not_done(city, second, given_up)


async def test_a_void_waits_for_nobody_who_has_the_voided_message_in_hand(city: City) -> None:
    """He waits for the lane, which the VOID has; waiting for each other, neither would come to an end."""
    (first,) = lane_of(city, 1)
    city.troubles[number(first)] = [RuntimeError(str(place)) for place in range(2)]
    await city.take(first)
    city.clock.advance(hours=1)
    given_up = void(city, first)
    async with city.works.transaction(RETRY) as transaction:
        assert await Inbox(transaction.connection).due(city.consumer.queue.name, city.clock.now())
        async with asyncio.timeout(5):
            await city.take(given_up)
    await in_the_end(city)
    await voided_not_done(city, first, given_up)
