"""Numbers that are missing in a lane: asked for, sent again when the province asks, given up by a VOID."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.exchange import ResendRequest, Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt
from shared.province.lanes import VOIDED_HERE
from tests.shared.province.letters import ACCEPTED, DONE, FILED, dispatch, refused, rejected
from tests.shared.province.service import DEADLINES, City

REQUEST, VOID = MessageCode.RESEND_REQUEST, MessageCode.VOID
DEADLINE = DEADLINES.missing.total_seconds()


def lane_of(city: City, count: int, *, lane: str = "甲") -> list[ProvinceEnvelope]:
    return [city.province.write(lane=lane) for _ in range(count)]


async def asked(city: City) -> list[tuple[str, int, int]]:
    """What has been asked for so far."""
    await city.chaser().ask_missing()
    requests = [ResendRequest.model_validate(each["payload"]) for each in await city.intents(REQUEST)]
    return sorted((each.lane, each.first, each.last) for each in requests)


async def test_a_gap_that_lasts_too_long_is_asked_for_by_its_range(city: City) -> None:
    letters = lane_of(city, 5)
    await city.take(letters[0], letters[4])
    city.clock.advance(seconds=DEADLINE - 1)
    assert await asked(city) == []
    city.clock.advance(seconds=1)
    assert await asked(city) == [("甲", 2, 4)]
    await city.send()
    (request,) = city.line.letters(REQUEST)
    assert (request.sequence, request.lane) == (0, "甲")


async def test_it_is_not_asked_for_again_before_the_deadline_passed_again(city: City) -> None:
    _, second = lane_of(city, 2)
    await city.take(second)
    city.clock.advance(seconds=DEADLINE)
    assert len(await asked(city)) == 1
    city.clock.advance(seconds=DEADLINE - 1)
    assert len(await asked(city)) == 1
    city.clock.advance(seconds=1)
    assert await asked(city) == [("甲", 1, 1)] * 2
    (shown,) = await city.rows("SELECT lane, first, last, asks FROM exchange_missing")
    assert shown == {"lane": "甲", "first": 1, "last": 1, "asks": 2}


async def test_all_gaps_of_all_lanes_are_asked_for_at_once(city: City) -> None:
    one, other = lane_of(city, 7), lane_of(city, 2, lane="乙")
    await city.take(one[2], one[3], one[6], other[1])
    city.clock.advance(seconds=DEADLINE)
    assert await asked(city) == [("乙", 1, 1), ("甲", 1, 2), ("甲", 5, 6)]
    await city.chaser().measure()
    assert city.sample("njt_province_numbers_missing") == 5


async def test_what_came_meanwhile_is_not_asked_for(city: City) -> None:
    letters = lane_of(city, 4)
    await city.take(letters[3])
    await city.take(letters[1])
    city.clock.advance(seconds=DEADLINE)
    assert await asked(city) == [("甲", 1, 1), ("甲", 3, 3)]
    await city.take(letters[0], letters[2])
    await city.retry_what_is_due()
    assert await city.held() == []
    city.clock.advance(seconds=DEADLINE)
    assert len(await asked(city)) == 2
    assert await city.rows("SELECT 1 FROM exchange_missing") == []


async def test_what_failed_here_is_not_missing_there(city: City) -> None:
    first, second = lane_of(city, 2)
    trouble = first.payload["provincial_number"]
    city.troubles[trouble] = [RuntimeError(str(place)) for place in range(8)]
    await city.take(first)
    await city.take(second)
    city.clock.advance(seconds=DEADLINE)
    assert await asked(city) == []


async def test_askers_at_once_ask_once(city: City) -> None:
    await city.take(lane_of(city, 2)[1])
    city.clock.advance(seconds=DEADLINE)
    await asyncio.gather(*(city.chaser().ask_missing() for _ in range(3)))
    assert len(await city.intents(REQUEST)) == 1


def request(city: City, first: int, last: int, *, lane: str = "甲") -> ProvinceEnvelope:
    content = ResendRequest(lane=lane, first=first, last=last)
    return city.province.write(content, code=REQUEST, sequence=0, lane=lane)


@pytest.fixture
async def told(city: City) -> City:
    """A city that has told the province five things in one lane and one in another."""
    await city.owe(*(dispatch(f"备案:{place}") for place in range(1, 6)), dispatch("备案:6", lane="乙"))
    await city.send()
    return city


async def sent_again(city: City) -> list[tuple[str, int]]:
    before = len(city.line.letters())
    await city.send()
    return [(each.lane, each.sequence) for each in city.line.letters()[before:] if each.sequence]


async def test_what_the_province_asks_for_again_is_sent_again_in_its_order(told: City) -> None:
    originals = {each.sequence: each for each in told.line.letters() if each.lane == "甲"}
    await told.take(request(told, 2, 4))
    assert await sent_again(told) == [("甲", 2), ("甲", 3), ("甲", 4)]
    assert told.line.letters()[-1] == originals[4]
    assert [each["state"] for each in await told.intents()] == ["delivered"] * 6


async def test_what_was_concluded_and_is_missing_there_is_sent_again_and_stays_concluded(told: City) -> None:
    for each in await told.intents():
        await told.take(told.province.receipt(each["id"], DONE if each["sequence"] % 2 else rejected()))
    before = [each["state"] for each in await told.intents()]
    await told.take(request(told, 1, 9))
    assert [number for _, number in await sent_again(told)] == [1, 2, 3, 4, 5]
    assert [each["state"] for each in await told.intents()] == before
    told.clock.advance(days=1)
    assert await told.chaser().ask_fates() == 0


async def test_what_was_refused_and_is_asked_for_is_left_to_whoever_mends_it(told: City) -> None:
    first = (await told.intents())[1]
    await told.take(told.province.receipt(first["id"], refused()))
    before = (await told.intents())[1]
    letter = request(told, first["sequence"], first["sequence"], lane=first["lane"])
    await told.take(letter)
    assert await sent_again(told) == []
    assert (await told.intents())[1] == before
    assert before["state"] == "refused"
    assert await told.answer(letter) == []


@pytest.mark.parametrize("together", [True, False])
async def test_a_copy_of_a_request_sends_nothing_again(told: City, together: bool) -> None:  # noqa: FBT001 — a case
    letter = request(told, 1, 1)
    await told.take(*[letter] * (2 if together else 1))
    assert await sent_again(told) == [("甲", 1)]
    for each in await told.intents():
        await told.take(told.province.receipt(each["id"], DONE))
    await told.take(letter)
    assert await sent_again(told) == []
    assert await told.rows(
        "SELECT outcome, count(*) AS n FROM exchange_message WHERE message_id = :id GROUP BY outcome ORDER BY outcome",
        id=letter.message_id,
    ) == [
        {"outcome": "done", "n": 1},
        {"outcome": "duplicate", "n": 2 if together else 1},
    ]


async def test_no_more_is_sent_again_than_was_ever_given_out(told: City) -> None:
    await told.take(request(told, 4, 2**62))
    assert await sent_again(told) == [("甲", 4), ("甲", 5)]
    assert await told.rows("SELECT last FROM exchange_lane WHERE lane = '甲'") == [{"last": 5}]


@pytest.mark.parametrize(
    ("lane", "first", "last"), [("甲", 6, 9), ("丙", 1, 1), ("甲", 4, 2), ("甲", 2**70, 2**71)]
)
async def test_numbers_nobody_was_given_are_refused(told: City, lane: str, first: int, last: int) -> None:
    letter = request(told, first, last, lane=lane)
    await told.take(letter)
    (receipt,) = await told.answer(letter)
    assert (receipt.ok, receipt.reason_code) == (False, "UNKNOWN")


def void(city: City, voided: ProvinceEnvelope, **fields: Any) -> ProvinceEnvelope:
    """The province gives up a message."""
    content = Voided(message_id=voided.message_id, code=voided.code, reason="另案办理")
    usual: dict[str, Any] = {"lane": voided.lane, "sequence": voided.sequence, "code": VOID}
    return city.province.write(content, **(usual | fields))


async def test_a_void_takes_the_number_and_the_lane_goes_on_behind_it(city: City) -> None:
    first, second, third = lane_of(city, 3)
    await city.take(second)
    await city.take(third)
    letter = void(city, first)
    await city.take(letter)
    await city.retry_what_is_due()
    assert await city.held() == []
    assert len(await city.on_record()) == 2
    assert await city.answer(letter) == [ACCEPTED, DONE]
    acts = await city.rows("SELECT act, subject_kind FROM ledger_entry WHERE act = 'province.VOID'")
    assert acts == [{"act": "province.VOID", "subject_kind": "exchange_lane"}]


async def test_a_void_waits_for_its_turn_like_any_message(city: City) -> None:
    first, second, third = lane_of(city, 3)
    await city.take(void(city, second))
    assert [each["sequence"] for each in await city.held()] == [2]
    await city.take(third)
    await city.take(first)
    await city.retry_what_is_due()
    assert await city.held() == []
    assert len(await city.on_record()) == 2


async def test_a_message_that_lies_here_and_is_voided_stays_readable_and_is_not_carried_out(
    city: City,
) -> None:
    first, second = lane_of(city, 2)
    trouble = first.payload["provincial_number"]
    city.troubles[trouble] = [RuntimeError(str(place)) for place in range(2)]
    await city.take(first)
    await city.take(second)
    await city.take(void(city, first))
    city.clock.advance(days=1)
    await city.retry_what_is_due()
    (kept,) = await city.held()
    assert (kept["state"], kept["code"], kept["message_id"]) == ("parked", VOIDED_HERE, first.message_id)
    assert "另案办理" in kept["reason"]
    assert kept["body"] == first.model_dump_json().encode()
    assert await city.on_record() == [second.payload["provincial_number"]]


async def test_a_void_again_is_answered_again(city: City) -> None:
    (first,) = lane_of(city, 1)
    letter = void(city, first)
    for _ in range(2):
        await city.take(letter)
    assert await city.answer(letter) == [ACCEPTED, DONE] * 2


async def test_what_was_voided_is_refused_when_it_comes_nevertheless(city: City) -> None:
    (first,) = lane_of(city, 1)
    await city.take(void(city, first))
    await city.take(first)
    (receipt,) = await city.answer(first)
    assert (receipt.ok, receipt.reason_code) == (False, "SEQUENCE")
    assert city.recognized == []


async def test_what_was_carried_out_cannot_be_voided_any_more(city: City) -> None:
    (first,) = lane_of(city, 1)
    await city.take(first)
    letter = void(city, first)
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert (receipt.ok, receipt.reason_code) == (False, "SEQUENCE")


async def test_a_void_holds_up_no_other_lane(city: City) -> None:
    first, other = lane_of(city, 1)[0], city.province.write(lane="乙")
    await city.take(void(city, first), other)
    assert await city.answer(other) == [ACCEPTED, DONE]


async def test_a_void_that_says_nothing_is_refused(city: City) -> None:
    letter = city.province.write({"message_id": str(uuid4())}, code=VOID, lane="甲")
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert isinstance(receipt, Receipt)
    assert (receipt.reason_code, receipt.reason) == ("PAYLOAD", "字段有误 · fields at fault: code")
    assert FILED not in receipt.reason
