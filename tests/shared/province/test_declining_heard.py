"""Whoever owes what was refused here hears of it once, and nothing that left beside it is forgotten."""

from sqlalchemy import text

from shared.contracts.province import MessageCode
from shared.identity import Scope
from shared.messaging.bus import Outcome
from shared.province.adapter import Conclusion
from shared.province.declining import UNFIT
from tests.shared.province.letters import REPORTED, dispatch
from tests.shared.province.reconciling import begun, seen
from tests.shared.province.service import City

_OPERATOR = Scope(actor="测试员甲", act="exchange.send", everything=True)
_LANE_TAKEN = text("SELECT 1 FROM exchange_lane WHERE lane = '乙' FOR UPDATE")


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


async def test_a_handler_that_waits_for_somebody_else_holds_up_nothing_that_has_left(city: City) -> None:
    await city.owe(dispatch(), dispatch("备案:2", lane="乙"))
    await city.take(city.province.write())
    courier = city.courier(city.line)
    async with city.engine.connect() as another, another.begin():
        await another.execute(text("SELECT set_config('njt.everything', 'on', true)"))
        await another.execute(_LANE_TAKEN)
        async with city.works.transaction(_OPERATOR) as transaction:

            async def conclude(_: Conclusion, __: object) -> None:
                await transaction.connection.execute(_LANE_TAKEN)

            city.adapter.concludes(REPORTED, conclude)
            city.line.outcomes = {REPORTED: Outcome.UNFIT}
            assert await courier.send_within(transaction) == 2
    assert [each.code for each in city.line.letters()] == ["RECEIPT", "RECEIPT"]
    heard = heard_by(city)
    city.clock.advance(minutes=1)
    assert await city.send() == 0
    assert [each.reason_code for each in heard] == [UNFIT, UNFIT]


async def test_a_question_of_a_reconciliation_that_can_never_leave_fails_it(city: City) -> None:
    city.line.outcomes = {MessageCode.RECONCILE: Outcome.UNFIT}
    city.clock.advance(days=1)
    key = (await begun(city)).id
    assert await city.send() == 0
    failed = await seen(city, key)
    assert failed.concluded_at == city.clock.now()
    assert failed.failure.startswith(UNFIT)
