"""What is owed to the province is written with the fact it tells of, once, and numbered without gaps."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.contracts.province import MessageCode
from shared.identity import Scope
from shared.province.intents import Dispatch, SameKeyOtherContent
from tests.builders import registered
from tests.shared.province.letters import REPORTED, TRACE, TRACE_ID, dispatch
from tests.shared.province.service import City

SCOPE = Scope.of_service("filing", "test")


async def test_the_intent_is_written_with_the_fact(city: City) -> None:
    event = registered()
    async with city.works(SCOPE) as work:
        work.outbox.add(event)
    intent = await city.intent()
    assert (intent["code"], intent["state"], intent["attempts"]) == (REPORTED, "owed", 0)
    assert (intent["business_key"], intent["lane"]) == (f"filing:{event.filing_number}", event.uscc)
    assert intent["payload"]["institution_id"] == str(event.institution_id)
    assert intent["due_at"] == city.clock.now()
    assert len(await city.rows("SELECT 1 FROM outbox")) == 1
    assert city.wakes == 1


async def fails(city: City, event: Any) -> None:
    async with city.works(SCOPE) as work:
        work.outbox.add(event)
        raise RuntimeError("before the commit")


async def test_what_is_rolled_back_is_not_owed_and_takes_no_number(city: City) -> None:
    event = registered()
    with pytest.raises(RuntimeError):
        await fails(city, event)
    assert await city.intents() == []
    assert await city.rows("SELECT 1 FROM outbox") == []
    assert await city.rows("SELECT 1 FROM exchange_lane") == []
    assert city.wakes == 0
    async with city.works(SCOPE) as work:
        work.outbox.add(event)
    assert (await city.intent())["sequence"] == 1


async def test_a_fact_whose_intent_is_in_conflict_is_not_written_either(city: City) -> None:
    event = registered()
    async with city.works(SCOPE) as work:
        work.outbox.add(event)
    with pytest.raises(SameKeyOtherContent):
        async with city.works(SCOPE) as work:
            work.outbox.add(event.model_copy(update={"institution_id": uuid4()}))
    assert len(await city.rows("SELECT 1 FROM outbox")) == 1
    assert (await city.intent())["payload"]["institution_id"] == str(event.institution_id)


async def test_what_the_province_is_not_told_is_not_owed(city: City) -> None:
    async with city.works(SCOPE) as work:
        work.outbox.add(registered())
    await city.take(city.province.write())
    assert [each["code"] for each in await city.intents()] == [REPORTED]


async def test_the_same_act_owed_twice_is_owed_once(city: City) -> None:
    await city.owe(dispatch(), dispatch())
    await city.owe(dispatch())
    intent = await city.intent()
    assert intent["sequence"] == 1
    await city.owe(dispatch("备案:2"))
    assert [each["sequence"] for each in await city.intents()] == [1, 2]


async def test_the_same_act_with_other_content_is_a_conflict_and_the_first_stands(city: City) -> None:
    await city.owe(dispatch(name="甲"))
    with pytest.raises(SameKeyOtherContent, match="备案:1"):
        await city.owe(dispatch("备案:2"), dispatch(name="乙"))
    assert (await city.intent())["payload"] == {"name": "甲"}


async def test_the_order_of_the_keys_is_no_other_content(city: City) -> None:
    await city.owe(dispatch(a=1, b="乙"))
    await city.owe(dispatch(b="乙", a=1))
    assert (await city.intent())["payload"] == {"a": 1, "b": "乙"}


async def test_the_same_key_under_another_code_is_another_act(city: City) -> None:
    opened = Dispatch(code=MessageCode.ACCOUNT_OPENED, business_key="备案:1", lane="甲", payload={})
    await city.owe(dispatch(), opened)
    assert len(await city.intents()) == 2


async def test_each_lane_is_numbered_from_one_without_gaps_whoever_writes(city: City) -> None:
    async def write(place: int) -> None:
        lanes = ("甲", "乙", "丙") if place % 2 else ("丙", "乙", "甲")
        await city.owe(*(dispatch(f"{lane}:{place}", lane=lane) for lane in lanes))

    await asyncio.gather(*(write(place) for place in range(12)))
    for lane in ("甲", "乙", "丙"):
        rows = [each["sequence"] for each in await city.intents() if each["lane"] == lane]
        assert rows == list(range(1, 13))


async def test_a_transaction_that_fails_leaves_no_gap_between_those_that_do_not(city: City) -> None:
    async def write(place: int) -> None:
        async with city.works.transaction(SCOPE) as transaction:
            transaction.intents.owe(dispatch(f"备案:{place}"))
            await transaction.intents.save()
            if place % 3 == 0:
                raise RuntimeError("after it took its number")

    results = await asyncio.gather(*(write(place) for place in range(9)), return_exceptions=True)
    assert sum(isinstance(each, RuntimeError) for each in results) == 3
    assert [each["sequence"] for each in await city.intents()] == [1, 2, 3, 4, 5, 6]


async def test_the_intent_keeps_the_trace_it_was_owed_in(city: City) -> None:
    with city.telemetry.span("decide", parent=TRACE):
        await city.owe(dispatch())
    assert (await city.intent())["traceparent"][TRACE_ID] == TRACE[TRACE_ID]


async def test_what_was_owed_outside_any_trace_has_none(city: City) -> None:
    await city.owe(dispatch())
    assert (await city.intent())["traceparent"] is None


@pytest.mark.parametrize(
    ("key", "lane"), [("", "甲"), ("k" * 121, "甲"), ("备案:1", "甲" * 81)], ids=["none", "key", "lane"]
)
def test_what_fits_into_no_envelope_cannot_be_owed(key: str, lane: str) -> None:
    with pytest.raises(ValueError, match="·"):
        dispatch(key, lane=lane)


async def test_the_longest_key_and_lane_are_delivered(city: City) -> None:
    await city.owe(dispatch("键" * 120, lane="道" * 80))
    assert await city.send() == 1
    (letter,) = city.line.letters()
    assert (letter.business_key, letter.lane) == ("键" * 120, "道" * 80)


async def test_the_database_itself_keeps_an_act_from_being_owed_twice(city: City) -> None:
    """Whoever forgets to look finds out at the commit."""
    await city.owe(dispatch())
    copied = text("""
        INSERT INTO exchange_intent (id, code, business_key, lane, sequence, in_reply_to, payload, digest, state,
                                     attempts, due_at, at, reason_code, reason, traceparent)
        SELECT :id, code, business_key, lane, 2, in_reply_to, payload, digest, state,
                                           attempts, due_at, at, reason_code, reason, traceparent
        FROM exchange_intent
    """)
    with pytest.raises(Exception, match="uq_intent_business_key"):
        async with city.works.transaction(SCOPE) as transaction:
            await transaction.connection.execute(copied, {"id": UUID(int=1)})


async def test_whoever_owes_numbers_among_all_and_sees_no_more_than_before(city: City) -> None:
    """An organ's intents are its own to see; the numbers of a lane are everybody's."""
    await city.owe(dispatch("备案:1"), dispatch("备案:2"))
    officer = Scope(actor="测试员甲", act="test", organs=frozenset({"320102"}))
    async with city.works.transaction(officer) as transaction:
        transaction.intents.owe(dispatch("备案:2"))
        transaction.intents.owe(dispatch("备案:3"))
        await transaction.save()
        seen = await transaction.connection.execute(text("SELECT business_key FROM exchange_intent"))
        assert seen.all() == []
    assert [each["sequence"] for each in await city.intents()] == [1, 2, 3]
