"""The city's messages are taken in the order of their lanes, and what is missing is asked for."""

import asyncio
from uuid import uuid4

from shared.contracts.exchange import ResendRequest, Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt
from simulator.counterpart import Counterpart
from tests.simulator.city import ACCEPTED, City, account_opened
from tests.simulator.test_answers import refused

OPENED = MessageCode.ACCOUNT_OPENED
ASKED = MessageCode.RESEND_REQUEST


def lane_of(city: City, count: int) -> list[ProvinceEnvelope]:
    """So many messages of one lane."""
    lane = str(uuid4())
    return [city.envelope(account_opened(), lane=lane, sequence=number) for number in range(1, count + 1)]


async def put(city: City, envelope: ProvinceEnvelope) -> None:
    await city.put(envelope.model_dump_json().encode())


async def answered(city: City, envelope: ProvinceEnvelope) -> list[Receipt]:
    await city.until(lambda: len(city.receipts(envelope)) >= 2)
    return city.receipts(envelope)


def requests(city: City) -> list[ResendRequest]:
    return [ResendRequest.model_validate(it.payload) for it in city.messages(ASKED)]


async def test_what_comes_too_early_waits_without_an_answer_until_it_is_its_turn(
    city: City, province: Counterpart
) -> None:
    first, second, third = lane_of(city, 3)
    await put(city, third)
    await put(city, second)
    elsewhere = city.envelope(account_opened())
    assert await city.tell(elsewhere) == list(ACCEPTED)
    assert city.receipts(second) == city.receipts(third) == []
    assert list(province.register) == [(OPENED, elsewhere.business_key)]
    await city.tell(first)
    assert await answered(city, third) == list(ACCEPTED)
    keys = [key for _, key in province.register]
    assert keys[1:] == [first.business_key, second.business_key, third.business_key]


async def test_every_gap_of_a_lane_is_asked_for_after_a_while_and_again_until_it_is_filled(
    city: City, hasty: Counterpart
) -> None:
    lane = lane_of(city, 6)
    await city.tell(lane[0])
    for early in (lane[2], lane[5]):
        await put(city, early)
    await city.until(lambda: len(requests(city)) >= 4)
    asked = {(it.lane, it.first, it.last) for it in requests(city)}
    assert asked == {(lane[0].lane, 2, 2), (lane[0].lane, 4, 5)}
    assert [it.sequence for it in city.messages(ASKED)] == [0] * len(requests(city))
    for missing in (lane[1], lane[3], lane[4]):
        await put(city, missing)
    assert await answered(city, lane[5]) == list(ACCEPTED)
    before = len(requests(city))
    await asyncio.sleep(0.25)
    assert len(requests(city)) == before
    assert len(hasty.register) == 6


async def test_what_stands_behind_the_last_number_may_be_asked_for_at_any_time(
    city: City, province: Counterpart
) -> None:
    (first,) = lane_of(city, 1)
    await city.tell(first)
    province.ask_again("filing", first.lane)
    [request] = await city.told(ASKED)
    assert ResendRequest.model_validate(request.payload) == ResendRequest(lane=first.lane, first=2, last=502)


async def test_missing_numbers_are_not_asked_for_before_the_deadline(
    city: City, province: Counterpart
) -> None:
    _, second = lane_of(city, 2)
    await put(city, second)
    await city.tell(city.envelope(account_opened()))
    assert requests(city) == []
    assert (OPENED, second.business_key) not in province.register


async def test_a_number_that_was_counted_is_refused_to_another_act(city: City, province: Counterpart) -> None:
    first, second = lane_of(city, 2)
    await city.tell(first)
    other = city.envelope(account_opened(), lane=first.lane, sequence=1)
    assert refused("SEQUENCE", await city.tell(other))
    assert await city.tell(second) == list(ACCEPTED)
    assert len(province.register) == 2


async def test_a_number_of_a_lane_is_not_for_what_stands_outside_and_the_other_way_round(
    city: City, province: Counterpart
) -> None:
    assert refused("SEQUENCE", await city.tell(city.envelope(account_opened(), sequence=0)))
    request = ResendRequest(lane="甲", first=1, last=1)
    assert refused("SEQUENCE", await city.tell(city.envelope(request, code=ASKED, sequence=1)))
    assert len(province.register) == 0


async def test_a_refused_message_leaves_its_number_open_and_the_mended_one_takes_it(
    city: City, province: Counterpart
) -> None:
    first, second = lane_of(city, 2)
    spoilt = first.model_copy(update={"business_key": "changed on its way"})
    assert refused("SIGNATURE", await city.tell(spoilt))
    await put(city, second)
    assert (await city.tell(first))[-2:] == list(ACCEPTED)
    assert await answered(city, second) == list(ACCEPTED)
    assert len(province.register) == 2


async def test_a_void_takes_the_number_of_a_message_that_will_never_come(
    city: City, province: Counterpart
) -> None:
    first, second = lane_of(city, 2)
    await put(city, second)
    void = city.envelope(
        Voided(message_id=first.message_id, code=OPENED), code=MessageCode.VOID, lane=first.lane, sequence=1
    )
    assert await city.tell(void) == list(ACCEPTED)
    assert await answered(city, second) == list(ACCEPTED)
    assert await city.tell(void) == list(ACCEPTED)
    assert refused("SEQUENCE", await city.tell(first))
    assert list(province.register) == [(OPENED, second.business_key)]


async def test_the_latest_copy_is_held_under_a_number(city: City, province: Counterpart) -> None:
    first, second = lane_of(city, 2)
    other = city.envelope(account_opened(), lane=first.lane, sequence=2)
    await put(city, second)
    await put(city, other)
    await city.tell(first)
    assert await answered(city, other) == list(ACCEPTED)
    assert (OPENED, second.business_key) not in province.register
