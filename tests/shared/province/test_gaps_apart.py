"""One gap that nobody can ask for stops neither the asking for the others nor the measuring."""

import asyncio

import pytest

from shared.contracts.exchange import ResendRequest
from shared.contracts.province import MessageCode, ProvinceEnvelope
from tests.shared.province.letters import dispatch
from tests.shared.province.service import DEADLINES, City

DEADLINE = DEADLINES.missing.total_seconds()


def lane_of(city: City, count: int, *, lane: str = "甲") -> list[ProvinceEnvelope]:
    return [city.province.write(lane=lane) for _ in range(count)]


async def asked(city: City) -> list[tuple[str, int, int]]:
    """What has been asked for so far."""
    await city.chaser().ask_missing()
    owed = await city.intents(MessageCode.RESEND_REQUEST)
    requests = [ResendRequest.model_validate(each["payload"]) for each in owed]
    return [(each.lane, each.first, each.last) for each in requests]


async def test_a_numbered_message_without_a_lane_is_refused_and_holds_up_nothing(city: City) -> None:
    letter = city.province.write(lane="", sequence=7)
    await city.take(letter, lane_of(city, 2)[1])
    assert [each.reason_code for each in await city.answer(letter)] == ["LANE"]
    city.clock.advance(seconds=DEADLINE)
    assert await asked(city) == [("甲", 1, 1)]


async def test_what_was_held_without_a_lane_before_keeps_nobody_from_asking(city: City) -> None:
    await city.take(lane_of(city, 3)[2], lane_of(city, 2, lane="乙")[1])
    await city.rows("UPDATE held_message SET lane = '' WHERE lane = '乙' RETURNING 1")
    city.clock.advance(seconds=DEADLINE)
    assert await asked(city) == [("甲", 1, 2)]


async def test_a_gap_that_cannot_be_asked_for_keeps_no_other_from_being_asked_for(city: City) -> None:
    await city.take(lane_of(city, 3)[2], lane_of(city, 2, lane="乙")[1])
    await city.rows("UPDATE held_message SET lane = repeat('乙', 81) WHERE lane = '乙' RETURNING 1")
    city.clock.advance(seconds=DEADLINE)
    assert await asked(city) == [("甲", 1, 2)]


async def test_what_fails_of_the_asking_keeps_nobody_from_measuring(
    city: City, monkeypatch: pytest.MonkeyPatch
) -> None:
    await city.owe(dispatch())
    chaser = city.chaser()

    async def fail() -> int:
        raise RuntimeError

    monkeypatch.setattr(chaser, "ask_fates", fail)
    monkeypatch.setattr(chaser, "ask_missing", fail)
    chasing = asyncio.create_task(chaser.run())
    try:
        async with asyncio.timeout(5):
            while not city.sample("njt_province_intents_owed"):
                await asyncio.sleep(0.01)
    finally:
        chasing.cancel()
        await asyncio.gather(chasing, return_exceptions=True)
