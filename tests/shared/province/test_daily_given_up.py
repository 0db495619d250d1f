"""A day that the other side refuses or never answers has failed: later ones go on, and it stays raised."""

from datetime import date, timedelta

from tests.shared.province.letters import ACCEPTED, dispatch, refused
from tests.shared.province.reconciling import DAY, begun, seen
from tests.shared.province.service import City
from tests.shared.province.test_daily import (
    ASK,
    RHYTHM,
    answer_all,
    answered,
    asked,
    at,
    daily,
    measured,
)


async def never_answered(city: City) -> None:
    """Ask so often that it is given up."""
    for _ in range(RHYTHM.give_up_after):
        city.clock.at += RHYTHM.longest_pause
        assert await daily(city).ask_again()
        await asked(city)
    city.clock.at += RHYTHM.longest_pause
    assert await daily(city).ask_again() == 0


async def failures(city: City) -> list[tuple[date, str]]:
    rows = await city.rows(
        "SELECT day, failure FROM exchange_reconciliation WHERE failure <> '' ORDER BY day"
    )
    return [(row["day"], row["failure"]) for row in rows]


async def test_seven_days_that_nobody_answers_do_not_keep_later_ones_from_being_reconciled(
    city: City,
) -> None:
    await city.owe(dispatch())
    at(city, 20, 3)
    began = await daily(city).begin_due()
    assert (len(began), await daily(city).begin_due()) == (7, [])
    await never_answered(city)
    assert [day for day, _ in await failures(city)] == began
    assert await measured(city, "reconciliations_unanswered") == 7
    assert await daily(city).begin_due() == [date(2024, 3, day) for day in range(11, 18)]


async def test_a_day_the_other_side_refuses_has_failed_and_stays_raised_until_it_is_begun_anew(
    city: City,
) -> None:
    at(city, 5, 3)
    await daily(city).begin_due()
    await asked(city)
    (letter,) = city.line.letters(ASK)
    await city.take(city.province.receipt(letter.message_id, refused("CODE", "不受理")))
    assert await failures(city) == [(DAY, "CODE 不受理")]
    assert await daily(city).begin_due() == []
    assert await daily(city).ask_again() == 0
    at(city, 5, 9)
    assert await measured(city, "reconciliations_unanswered") == 1
    await begun(city)
    assert await measured(city, "reconciliations_unanswered") == 1
    assert await answer_all(city) == [DAY]
    assert await measured(city, "reconciliations_unanswered") == 0


async def test_a_receipt_that_a_question_was_accepted_fails_nothing(city: City) -> None:
    """Nobody asks for one; it may come before the line has said whether the question was taken."""
    at(city, 5, 3)
    key = (await begun(city)).id
    (question,) = await city.intents(ASK)
    await city.take(city.province.receipt(question["id"], ACCEPTED))
    assert (await failures(city), (await seen(city, key)).concluded_at) == ([], None)
    assert await answer_all(city) == [DAY]


async def test_a_damaged_copy_of_a_question_that_was_answered_fails_nothing(city: City) -> None:
    await city.owe(dispatch())
    await city.rows("UPDATE exchange_intent SET state = 'done', due_at = NULL RETURNING 1")
    at(city, 5, 3)
    key = (await begun(city)).id
    (question,) = await asked(city)
    (letter,) = city.line.letters(ASK)
    await city.take(answered(city, question, totals=[]))
    await city.take(city.province.receipt(letter.message_id, refused("SIGNATURE")))
    assert (await failures(city), (await seen(city, key)).concluded_at) == ([], None)


async def test_days_under_way_from_before_the_window_keep_no_later_one_waiting(city: City) -> None:
    await city.owe(dispatch())
    at(city, 20, 3)
    assert len(await daily(city).begin_due()) == 7
    city.clock.at += timedelta(days=RHYTHM.back + 20)
    assert len(await daily(city).begin_due()) == 7
