"""Order: each institution's messages in theirs, and nobody waits for anybody else's."""

import pytest

from shared.contracts.province import ProvinceEnvelope
from shared.errors import Conflict
from shared.messaging.failures import Gap
from tests.builders import institution_filed
from tests.shared.province.letters import ACCEPTED, DONE
from tests.shared.province.service import City


def lane_of(city: City, count: int, *, lane: str = "同一机构") -> list[ProvinceEnvelope]:
    """So many messages about one institution; each files another body, so that all can be carried out."""
    return [city.province.write(lane=lane) for _ in range(count)]


def numbers(letters: list[ProvinceEnvelope]) -> list[str]:
    return [letter.payload["provincial_number"] for letter in letters]


async def test_a_message_that_came_too_early_is_held_and_neither_answered_nor_recorded(city: City) -> None:
    _, second = lane_of(city, 2)
    await city.take(second)
    (held,) = await city.held()
    assert (held["state"], held["code"], held["sequence"]) == ("waiting", Gap.code, 2)
    assert "1" in held["reason"]
    assert await city.answer(second) == []
    assert await city.received() == []
    assert await city.on_record() == []


async def test_the_missing_message_lets_those_behind_it_go_on_in_order(city: City) -> None:
    letters = lane_of(city, 4)
    for letter in (letters[3], letters[1], letters[2]):
        await city.take(letter)
    assert await city.retry_what_is_due() == 0
    await city.take(letters[0])
    assert await city.retry_what_is_due() == 3
    assert city.recognized == numbers(letters)
    assert await city.held() == []
    for letter in letters:
        assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_batch_in_the_wrong_order_is_carried_out_in_the_right_one(city: City) -> None:
    letters = lane_of(city, 3)
    await city.take(*reversed(letters))
    await city.retry_what_is_due()
    assert city.recognized == numbers(letters)
    assert await city.held() == []


async def test_another_institutions_messages_are_not_held(city: City) -> None:
    _, early = lane_of(city, 2, lane="缺号的机构")
    others = lane_of(city, 2, lane="另一机构")
    await city.take(early, *others)
    assert city.recognized[-2:] == numbers(others)
    (held,) = await city.held()
    assert held["sequence"] == 2
    assert await city.answer(others[1]) == [ACCEPTED, DONE]


async def test_a_lane_belongs_to_its_receiver_and_its_name(city: City) -> None:
    for lane in ("甲", "乙", "甲|乙", " "):
        await city.take(city.province.write(lane=lane, sequence=1))
    assert len(await city.on_record()) == 4
    assert await city.held() == []


async def test_a_message_held_twice_is_kept_once(city: City) -> None:
    first, second = lane_of(city, 2)
    for _ in range(3):
        await city.take(second)
    assert len(await city.held()) == 1
    await city.take(first)
    await city.retry_what_is_due()
    assert city.recognized == numbers([first, second])


async def test_a_message_nobody_sends_leaves_those_behind_it_to_a_person_and_still_lets_them_go_when_it_comes(
    city: City,
) -> None:
    letters = lane_of(city, 3)
    await city.take(letters[1])
    await city.take(letters[2])
    for _ in range(5):
        city.clock.advance(hours=1)
        await city.retry_what_is_due()
    assert [held["state"] for held in await city.held()] == ["parked", "parked"]
    await city.take(letters[0])
    await city.retry_what_is_due()
    assert city.recognized == numbers(letters)
    assert await city.held() == []


async def test_what_the_rules_decline_takes_its_number_and_the_lane_goes_on(city: City) -> None:
    filed = institution_filed()
    letters = [
        city.province.write(filed, lane="甲"),
        city.province.write(institution_filed(uscc=filed.uscc), lane="甲"),
        city.province.write(lane="甲"),
    ]
    await city.take(*letters)
    assert [state for state, _ in await city.received()].count("rejected") == 1
    assert len(await city.on_record()) == 2
    assert await city.answer(letters[2]) == [ACCEPTED, DONE]


async def test_a_message_that_is_being_retried_holds_only_its_own_lane(city: City) -> None:
    letters = lane_of(city, 2)
    faulty = letters[0].payload["provincial_number"]
    city.troubles[faulty] = [RuntimeError("in the batch"), RuntimeError("alone")]
    other = city.province.write()
    await city.take(*letters, other)
    assert await city.on_record() == numbers([other])
    assert [held["sequence"] for held in await city.held()] == [1, 2]
    city.clock.advance(seconds=2)
    await city.retry_what_is_due()
    assert sorted(await city.on_record()) == sorted(numbers([*letters, other]))
    assert await city.held() == []


@pytest.mark.parametrize("trouble", [Conflict("由规则拒绝 · by a rule"), None])
async def test_a_held_message_is_answered_when_it_was_carried_out(
    city: City, trouble: Conflict | None
) -> None:
    first, second = lane_of(city, 2)
    if trouble:
        city.troubles[second.payload["provincial_number"]] = [trouble]
    await city.take(second)
    await city.take(first)
    await city.retry_what_is_due()
    technical, business = await city.answer(second)
    assert technical == ACCEPTED
    assert business.ok is (trouble is None)
