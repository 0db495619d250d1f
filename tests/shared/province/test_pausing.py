"""A counterpart in maintenance: nothing leaves, and what piled up drains in its order at the rate that was set."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from shared.contracts.province import MessageCode
from shared.identity import Scope
from shared.persistence.unit_of_work import Transaction
from shared.province.operating.pausing import AlreadyPaused, ImpossibleRate, NotPaused, Pause, pause, resume
from tests.shared.province.letters import ACCEPTED, DONE, PROVINCE, dispatch, refused
from tests.shared.province.service import DEADLINES, RECEIPT_DEADLINE, City

OPERATOR = Scope(actor="测试员甲", act="exchange.pause", everything=True)


async def by_operator(city: City, act: Callable[[Transaction], Awaitable[Pause]]) -> Pause:
    async with city.works.transaction(OPERATOR) as transaction:
        return await act(transaction)


async def paused(city: City) -> Pause:
    return await by_operator(city, lambda it: pause(it, PROVINCE, reason="省级系统升级"))


async def resumed(city: City, rate: float = 10) -> Pause:
    return await by_operator(city, lambda it: resume(it, PROVINCE, rate_per_second=rate))


async def pauses(city: City) -> list[dict[str, Any]]:
    return await city.rows("SELECT * FROM exchange_pause ORDER BY since, id")


async def test_while_it_is_paused_nothing_at_all_leaves(city: City) -> None:
    await city.owe(dispatch())
    await paused(city)
    await city.take(city.province.write())
    assert await city.send() == 0
    city.clock.advance(days=2)
    assert await city.send() == 0
    assert city.line.taken == []


async def test_what_comes_in_is_taken_and_answered_when_it_is_resumed(city: City) -> None:
    await paused(city)
    letter = city.province.write()
    await city.take(letter)
    assert len(await city.on_record()) == 1
    assert await city.answer(letter) == []
    await resumed(city)
    city.clock.advance(seconds=1)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_while_it_is_paused_nothing_is_asked_after(city: City) -> None:
    await city.owe(dispatch())
    await city.send()
    second = [city.province.write(lane="甲") for _ in range(2)][1]
    await city.take(second)
    await paused(city)
    city.clock.advance(seconds=(RECEIPT_DEADLINE + DEADLINES.missing).total_seconds())
    chaser = city.chaser()
    assert (await chaser.ask_fates(), await chaser.ask_missing()) == (0, 0)
    await chaser.measure()
    assert city.sample("njt_province_paused") == 1
    await resumed(city)
    assert (await chaser.ask_fates(), await chaser.ask_missing()) == (1, 1)
    await chaser.measure()
    assert city.sample("njt_province_paused") == 0


async def test_what_piled_up_drains_at_the_rate_and_in_its_order(city: City) -> None:
    await paused(city)
    for place in range(30):
        await city.owe(dispatch(f"备案:{place}", lane="甲乙丙"[place % 3]))
        city.clock.advance(seconds=1)
    await resumed(city, rate=4)
    left = []
    for _ in range(8):
        city.clock.advance(seconds=1)
        left.append(await city.send())
    assert left == [4, 4, 4, 4, 4, 4, 4, 2]
    assert [letter.business_key for letter in city.line.letters()] == [f"备案:{each}" for each in range(30)]
    for lane in "甲乙丙":
        numbers = [letter.sequence for letter in city.line.letters() if letter.lane == lane]
        assert numbers == list(range(1, 11))


@pytest.mark.parametrize("rate", [0.5, 3.0, 7.3])
async def test_the_rate_holds_over_time_however_often_one_looks(city: City, rate: float) -> None:
    await paused(city)
    await city.owe(*(dispatch(f"备案:{place}") for place in range(100)))
    await resumed(city, rate=rate)
    began, left = city.clock.now(), 0
    for _ in range(40):
        city.clock.advance(milliseconds=250)
        left += await city.send()
        allowed = (city.clock.now() - began) / timedelta(seconds=1) * rate
        assert allowed - 1.001 < left <= allowed + 0.001


async def test_a_courier_that_was_away_does_not_send_all_at_once_what_it_missed(city: City) -> None:
    await paused(city)
    await city.owe(*(dispatch(f"备案:{place}") for place in range(50)))
    await resumed(city, rate=5)
    city.clock.advance(hours=1)
    assert await city.send() == 10


async def test_when_nothing_older_than_the_resume_is_due_the_pause_is_over_and_the_rate_with_it(
    city: City,
) -> None:
    await paused(city)
    await city.owe(*(dispatch(f"备案:{place}") for place in range(3)))
    city.clock.advance(seconds=1)
    await resumed(city, rate=2)
    city.clock.advance(seconds=1)
    await city.owe(*(dispatch(f"新:{place}", lane="新") for place in range(20)))
    assert await city.send() == 2
    (row,) = await pauses(city)
    assert (row["drained"], row["closed_at"]) == (2, None)
    city.clock.advance(seconds=1)
    assert await city.send() == 2
    (row,) = await pauses(city)
    assert (row["drained"], row["closed_at"]) == (4, city.clock.now())
    assert await city.send() == 19
    keys = [letter.business_key for letter in city.line.letters()]
    assert keys[:3] == ["备案:0", "备案:1", "备案:2"]


async def test_a_lane_that_is_blocked_does_not_keep_the_pause_open(city: City) -> None:
    await city.owe(dispatch("备案:1"))
    await city.send()
    await city.follow(refused())
    await paused(city)
    await city.owe(dispatch("备案:2"))
    city.clock.advance(seconds=1)
    await resumed(city)
    city.clock.advance(seconds=1)
    assert await city.send() == 0
    (row,) = await pauses(city)
    assert row["closed_at"] == city.clock.now()


async def test_what_drains_can_be_slowed_down_and_paused_again(city: City) -> None:
    await paused(city)
    await city.owe(*(dispatch(f"备案:{place}") for place in range(20)))
    city.clock.advance(seconds=1)
    await resumed(city, rate=5)
    city.clock.advance(seconds=1)
    assert await city.send() == 5
    await resumed(city, rate=1)
    city.clock.advance(seconds=1)
    assert await city.send() == 1
    await paused(city)
    city.clock.advance(seconds=10)
    assert await city.send() == 0
    assert [each["closed_at"] is None for each in await pauses(city)] == [False, True]


async def test_it_is_paused_once_and_resumed_only_when_it_is_paused(city: City) -> None:
    with pytest.raises(NotPaused):
        await resumed(city)
    begun = await paused(city)
    assert (begun.by, begun.reason, begun.since) == ("测试员甲", "省级系统升级", city.clock.now())
    with pytest.raises(AlreadyPaused):
        await paused(city)
    assert len(await pauses(city)) == 1


@pytest.mark.parametrize("rate", [0, -1, 100_001, float("nan"), float("inf")])
async def test_a_rate_nobody_can_keep_is_refused(city: City, rate: float) -> None:
    await paused(city)
    with pytest.raises(ImpossibleRate):
        await resumed(city, rate=rate)
    city.clock.advance(seconds=5)
    await city.owe(dispatch())
    assert await city.send() == 0


async def test_both_acts_are_in_the_ledger_with_who_and_why(city: City) -> None:
    begun = await paused(city)
    await resumed(city)
    entries = await city.rows("SELECT actor, act, subject_id, reason FROM ledger_entry ORDER BY id")
    assert [(each["actor"], each["subject_id"]) for each in entries] == [("测试员甲", begun.id)] * 2
    assert entries[0]["reason"] == "省级系统升级"


async def test_another_counterpart_is_not_paused_with_it(city: City) -> None:
    await by_operator(city, lambda it: pause(it, "310000", reason="别处"))
    await city.owe(dispatch())
    assert await city.send() == 1
    assert city.line.letters(MessageCode.RECEIPT) == []
