"""Every day that is over is reconciled once, those missed are caught up, and silence is asked about and raised."""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from shared.clock import SHANGHAI
from shared.contracts.exchange import Reconcile, Reconciled, Total
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.identity import Scope
from shared.province.operating.pausing import pause
from shared.province.reconciling.daily import Daily, Rhythm
from tests.shared.province.letters import PROVINCE, dispatch
from tests.shared.province.reconciling import DAY, begun, found, seen
from tests.shared.province.service import City

ASK, ANSWER = MessageCode.RECONCILE, MessageCode.RECONCILED
RHYTHM = Rhythm()


def daily(city: City, *, poll_seconds: float = 0.05) -> Daily:
    return Daily(
        service="filing",
        counterpart=PROVINCE,
        works=city.works,
        clock=city.clock,
        metrics=city.metrics,
        rhythm=RHYTHM,
        poll_seconds=poll_seconds,
    )


def at(city: City, day: int, hour: int) -> None:
    city.clock.at = datetime(2024, 3, day, hour, tzinfo=SHANGHAI)


async def asked(city: City) -> list[Reconcile]:
    """The questions that leave now."""
    before = len(city.line.letters(ASK))
    while await city.send():
        pass
    return [Reconcile.model_validate(each.payload) for each in city.line.letters(ASK)[before:]]


def answered(city: City, question: Reconcile, *, totals: Sequence[Total] | None = None) -> ProvinceEnvelope:
    """The province's answer: that it has the same, unless told otherwise."""
    told = Reconciled(
        reconciliation_id=question.reconciliation_id,
        day=question.day,
        bucket=question.bucket,
        prefix=question.prefix,
        totals=question.totals if totals is None else tuple(totals),
    )
    return city.province.write(told, code=ANSWER, lane="", sequence=0, issued_at=city.clock.now())


async def answer_all(city: City) -> list[date]:
    """Answer what is asked now; the days it was about."""
    questions = await asked(city)
    await city.take(*(answered(city, each) for each in questions))
    return sorted(each.day for each in questions)


async def done_on(city: City) -> list[date]:
    rows = await city.rows(
        "SELECT day FROM exchange_reconciliation WHERE concluded_at IS NOT NULL ORDER BY day"
    )
    return [row["day"] for row in rows]


async def measured(city: City, metric: str) -> float | None:
    await daily(city).measure()
    return city.sample(f"njt_province_{metric}")


async def test_a_day_is_reconciled_after_the_set_hour_of_the_next_one_and_once(city: City) -> None:
    await city.owe(dispatch())
    at(city, 5, 1)
    assert await daily(city).begin_due() == []
    assert await measured(city, "reconciled_behind_days") == 0
    at(city, 5, 2)
    assert await daily(city).begin_due() == [DAY]
    assert await daily(city).begin_due() == []
    assert await answer_all(city) == [DAY]
    assert await daily(city).begin_due() == []
    assert await measured(city, "reconciled_behind_days") == 0


async def test_days_missed_are_caught_up_from_the_first_act_on_seven_at_a_time(city: City) -> None:
    await city.owe(dispatch())
    at(city, 20, 9)
    assert await measured(city, "reconciled_behind_days") == 16
    began = await daily(city).begin_due()
    assert began == [date(2024, 3, day) for day in range(4, 11)]
    assert await daily(city).begin_due() == []
    assert await answer_all(city) == began
    assert await measured(city, "reconciled_behind_days") == 9
    while await daily(city).begin_due():
        await answer_all(city)
    assert await done_on(city) == [date(2024, 3, day) for day in range(4, 20)]


async def test_no_more_days_are_caught_up_than_are_set(city: City) -> None:
    await city.owe(dispatch())
    city.clock.at += timedelta(days=300)
    assert await measured(city, "reconciled_behind_days") == RHYTHM.back


async def test_a_service_that_has_heard_and_told_nothing_reconciles_the_last_day(city: City) -> None:
    at(city, 5, 3)
    assert await daily(city).begin_due() == [DAY]


async def test_several_workers_begin_a_day_once(city: City) -> None:
    await city.owe(dispatch())
    at(city, 5, 3)
    await asyncio.gather(*(daily(city).begin_due() for _ in range(3)))
    assert len(await asked(city)) == 1


async def test_who_asks_for_a_day_under_way_is_told_of_that_one(city: City) -> None:
    at(city, 5, 3)
    assert (await begun(city)).id == (await begun(city)).id


async def test_a_question_without_an_answer_is_asked_again_with_growing_pauses_and_raised(city: City) -> None:
    at(city, 5, 3)
    await daily(city).begin_due()
    first = (await asked(city))[0]
    pauses = []
    for round_ in range(6):
        before = city.clock.at
        while not await daily(city).ask_again():
            city.clock.advance(minutes=5)
        pauses.append((city.clock.at - before) / RHYTHM.first_pause)
        assert await asked(city) == [first]
        assert await measured(city, "reconciliations_unanswered") == (1 if round_ >= 2 else 0)
    assert pauses == [1, 2, 4, 6, 6, 6]
    await city.take(answered(city, first))
    assert await measured(city, "reconciliations_unanswered") == 0
    assert await done_on(city) == [DAY]


async def test_a_worker_that_died_leaves_nothing_that_another_does_not_go_on_with(city: City) -> None:
    """It asked, and died before anybody answered: whoever comes next waits for the answer, and asks again."""
    at(city, 5, 3)
    await daily(city).begin_due()
    assert await daily(city).begin_due() == []
    city.clock.advance(minutes=10)
    assert await daily(city).ask_again() == 1
    assert await answer_all(city) == [DAY, DAY]
    assert await done_on(city) == [DAY]


async def test_while_the_exchange_is_paused_nothing_is_begun_or_asked_again(city: City) -> None:
    at(city, 5, 3)
    await daily(city).begin_due()
    async with city.works.transaction(Scope.of_service("filing", "pause")) as transaction:
        await pause(transaction, PROVINCE, reason="停机维护")
    at(city, 6, 3)
    assert await daily(city).begin_due() == []
    assert await daily(city).ask_again() == 0
    assert await measured(city, "reconciled_behind_days") == 2


async def test_a_day_with_differences_is_reconciled_again_every_day_until_they_are_mended(city: City) -> None:
    await city.owe(dispatch())
    await city.rows("UPDATE exchange_intent SET state = 'done', due_at = NULL RETURNING 1")
    at(city, 5, 3)
    await daily(city).begin_due()
    (question,) = await asked(city)
    await city.take(answered(city, question, totals=[]))
    (part,) = await asked(city)
    listed = answered(city, part).payload | {"acts": [], "totals": []}
    await city.take(city.province.write(listed, code=ANSWER, lane="", sequence=0, issued_at=city.clock.now()))
    assert await measured(city, "differences") == 1
    assert await daily(city).begin_due() == []
    at(city, 6, 3)
    assert await daily(city).begin_due() == [DAY, date(2024, 3, 5)]
    await answer_all(city)
    assert [each.state for each in await found(city)] == ["healed"]
    assert await measured(city, "differences") == 0
    at(city, 7, 3)
    assert await daily(city).begin_due() == [date(2024, 3, 6)]


async def test_it_runs_by_itself(city: City) -> None:
    at(city, 5, 3)
    running = asyncio.create_task(daily(city, poll_seconds=0.01).run())
    async with asyncio.timeout(20):
        while city.sample("njt_province_reconciled_behind_days") is None:
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert city.sample("njt_province_reconciled_behind_days") == 1
    assert [each.day for each in await asked(city)] == [DAY]


async def test_an_answer_that_comes_twice_counts_once(city: City) -> None:
    """A second copy of a part's answer must not stand for the answer about another part."""
    await city.owe(dispatch("备案:1"))
    await city.rows("UPDATE exchange_intent SET state = 'done', due_at = NULL, organ = '320102' RETURNING 1")
    await city.owe(dispatch("备案:2"))
    await city.rows("UPDATE exchange_intent SET state = 'done', due_at = NULL RETURNING 1")
    at(city, 5, 3)
    key = (await begun(city)).id
    (question,) = await asked(city)
    await city.take(answered(city, question, totals=[]))
    one, other = await asked(city)
    twice = answered(city, one)
    await city.take(twice, twice, answered(city, one))
    assert (await seen(city, key)).concluded_at is None
    await city.take(answered(city, other))
    assert (await seen(city, key)).concluded_at is not None
    await city.take(answered(city, other))
    assert (await seen(city, key)).asked == 3


@pytest.mark.parametrize("change", [{"reconciliation_id": uuid4()}, {"day": date(2024, 3, 3)}])
async def test_an_answer_to_what_nobody_asked_is_refused(city: City, change: dict[str, object]) -> None:
    at(city, 5, 3)
    await begun(city)
    (question,) = await asked(city)
    letter = answered(city, question.model_copy(update=change))
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert (receipt.ok, receipt.reason_code) == (False, "UNKNOWN")


async def test_an_answer_without_acts_under_the_longest_prefix_is_refused(city: City) -> None:
    await city.owe(dispatch())
    await city.rows("UPDATE exchange_intent SET state = 'done', due_at = NULL RETURNING 1")
    at(city, 5, 3)
    key = (await begun(city)).id
    await city.take(answered(city, (await asked(city))[0], totals=[]))
    (question,) = await asked(city)
    while len(question.prefix) < 4:
        await city.take(answered(city, question, totals=[]))
        (question,) = await asked(city)
    letter = answered(city, question, totals=[])
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert (receipt.ok, receipt.reason_code) == (False, "PAYLOAD")
    assert (await seen(city, key)).concluded_at is None


async def test_the_province_is_told_the_acts_where_they_are_few_and_parts_where_they_are_many(
    city: City,
) -> None:
    await city.owe(*(dispatch(f"备案:{place}") for place in range(1001)))
    await city.rows("UPDATE exchange_intent SET state = 'done', due_at = NULL RETURNING 1")
    whole = Reconcile(reconciliation_id=uuid4(), day=DAY, totals=())
    (total,) = (await told(city, whole)).totals
    assert total.count == 1001
    parts = await told(city, whole.model_copy(update={"bucket": total.bucket}))
    assert parts.acts is None
    assert sum(each.count for each in parts.totals) == 1001
    few = await told(city, whole.model_copy(update={"bucket": total.bucket, "prefix": parts.totals[0].part}))
    assert few.totals == ()
    assert len(few.acts or ()) == parts.totals[0].count


@pytest.mark.parametrize("day", [date.min, date.max])
async def test_a_day_that_nobody_can_have_told_anything_on_is_refused(city: City, day: date) -> None:
    question = Reconcile(reconciliation_id=uuid4(), day=day, totals=())
    letter = city.province.write(question, code=ASK, lane="", sequence=0)
    await city.take(letter)
    (receipt,) = await city.answer(letter)
    assert (receipt.ok, receipt.reason_code) == (False, "PAYLOAD")


async def told(city: City, question: Reconcile) -> Reconciled:
    """What the city answers."""
    letter = city.province.write(question, code=ASK, lane="", sequence=0, issued_at=city.clock.now())
    await city.take(letter)
    while await city.send():
        pass
    (reply,) = [each for each in city.line.letters(ANSWER) if each.in_reply_to == letter.message_id]
    return Reconciled.model_validate(reply.payload)
