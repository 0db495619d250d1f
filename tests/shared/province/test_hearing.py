"""Two who are handed the same message outside the lanes at once: one acts on it, the other sees that it did."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest

from shared.contracts.exchange import AskedMessage, Reconcile, ResendRequest, StatusQuery
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.identity import Scope
from shared.province.following import Follower
from shared.province.journal import Crossing, Direction
from shared.province.operating.repairs import resend
from tests.shared.province.exchange import until
from tests.shared.province.letters import FILED, dispatch, incoming, refused
from tests.shared.province.reconciling import DAY
from tests.shared.province.service import City

EARS = 4
OPERATOR = Scope(actor="测试员甲", act="exchange.repair", everything=True)


@pytest.fixture
async def told(city: City) -> City:
    """A city that has told the province one thing, a day ago."""
    await city.owe(dispatch())
    await city.send()
    city.clock.advance(days=1)
    return city


async def heard_at_once(city: City, letter: ProvinceEnvelope) -> None:
    """Several workers are handed this by the broker, each another copy."""
    ears = [city.ear() for _ in range(EARS)]
    await asyncio.gather(*(ear.process([incoming(letter)]) for ear in ears))


def about_a_message(city: City) -> ProvinceEnvelope:
    asked = AskedMessage(message_id=uuid4(), code=FILED, business_key="苏:1")
    query = StatusQuery(query_id=uuid4(), messages=(asked,))
    return city.province.write(query, code=MessageCode.STATUS_QUERY, sequence=0, lane="")


def about_a_day(city: City) -> ProvinceEnvelope:
    question = Reconcile(reconciliation_id=uuid4(), day=DAY, totals=())
    return city.province.write(question, code=MessageCode.RECONCILE, sequence=0, lane="")


@pytest.mark.parametrize("write", [about_a_message, about_a_day])
async def test_a_question_is_answered_once(told: City, write: Callable[[City], ProvinceEnvelope]) -> None:
    question = write(told)
    await heard_at_once(told, question)
    await told.send()
    answers = [each for each in told.line.letters() if each.in_reply_to == question.message_id]
    assert len(answers) == 1
    assert told.sample("njt_inbox_duplicate_total") == EARS - 1
    lines = await told.rows("SELECT outcome FROM exchange_message WHERE direction = 'in' ORDER BY place")
    assert [each["outcome"] for each in lines] == ["done"] + ["duplicate"] * (EARS - 1)


async def test_a_request_for_numbers_is_carried_out_once(told: City) -> None:
    request = ResendRequest(lane="甲", first=1, last=1)
    letter = told.province.write(request, code=MessageCode.RESEND_REQUEST, sequence=0, lane="甲")
    await heard_at_once(told, letter)
    assert told.sample("njt_inbox_duplicate_total") == EARS - 1
    assert await told.send() == 1


async def somebody_waits(city: City) -> bool:
    """Whether a worker waits for what another one has in hand."""
    waiting = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    return bool(await city.rows(waiting))


async def test_a_copy_of_a_refusal_takes_back_nothing_that_was_sent_again_since(told: City) -> None:
    refused_id = (await told.intent())["id"]
    receipt = told.province.receipt(refused_id, refused())
    crossing = Crossing(
        at=told.clock.now(),
        direction=Direction.IN,
        transport="amqp",
        counterpart=receipt.sender,
        outcome="done",
        body=b"",
        envelope=receipt,
    )
    async with told.works.transaction(OPERATOR) as one:
        await Follower(told.adapter, told.works, told.journal).take_receipt(receipt, one)
        await told.journal.enter(one.connection, [crossing])
        await resend(one, [refused_id], reason="对方已恢复")
        other = asyncio.create_task(told.take(receipt))
        await until(lambda: somebody_waits(told))
    await other
    assert (await told.intent())["state"] == "owed"
