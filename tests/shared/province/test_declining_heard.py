"""Whoever owes what was refused here hears of it once, and nothing that left beside it is forgotten."""

from shared.contracts.province import MessageCode
from shared.messaging.bus import Outcome
from shared.province.adapter import Conclusion
from shared.province.declining import UNFIT
from tests.shared.province.letters import REPORTED, dispatch
from tests.shared.province.reconciling import begun, seen
from tests.shared.province.service import City


def heard_by(city: City, *troubles: Exception) -> list[Conclusion]:
    """What whoever owes the reports is told of them; `troubles` are met first, one each time."""
    heard: list[Conclusion] = []
    waiting = list(troubles)

    async def conclude(conclusion: Conclusion, _: object) -> None:
        if waiting:
            raise waiting.pop()
        heard.append(conclusion)

    city.adapter.concludes(REPORTED, conclude)
    return heard


async def state(city: City) -> tuple[str, str | None]:
    intent = await city.intent()
    return intent["state"], intent["reason_code"]


async def test_it_hears_of_it_once_however_often_the_line_is_asked(city: City) -> None:
    heard = heard_by(city)
    city.line.outcomes = {REPORTED: Outcome.UNFIT}
    await city.owe(dispatch())
    for _ in range(3):
        await city.send()
        city.clock.advance(minutes=1)
    assert [each.reason_code for each in heard] == [UNFIT]


async def test_what_cannot_be_told_of_just_now_is_refused_later_and_what_left_beside_it_has_left(
    city: City,
) -> None:
    heard = heard_by(city, RuntimeError("somebody else has changed it"))
    city.line.outcomes = {REPORTED: Outcome.UNFIT}
    await city.owe(dispatch())
    await city.take(letter := city.province.write())
    assert len(await city.answer(letter)) == 2
    assert (await state(city), heard) == (("owed", None), [])
    city.clock.advance(seconds=1)
    assert await city.send() == 0
    assert await state(city) == ("refused", UNFIT)
    assert [each.reason_code for each in heard] == [UNFIT]


async def test_a_question_of_a_reconciliation_that_can_never_leave_fails_it(city: City) -> None:
    city.line.outcomes = {MessageCode.RECONCILE: Outcome.UNFIT}
    city.clock.advance(days=1)
    key = (await begun(city)).id
    assert await city.send() == 0
    failed = await seen(city, key)
    assert failed.concluded_at == city.clock.now()
    assert failed.failure.startswith(UNFIT)
