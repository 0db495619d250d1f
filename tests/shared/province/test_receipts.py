"""How far a message of ours is, by the receipts the province gives: in any order, any number of times."""

import itertools
from uuid import uuid4

import pytest

from shared.contracts.province import Receipt, Stage
from tests.shared.province.letters import ACCEPTED, DONE, TRACE, TRACE_ID, dispatch, refused, rejected
from tests.shared.province.service import RECEIPT_DEADLINE, City


@pytest.fixture
async def told(city: City) -> City:
    """A city that has told the province one thing and waits for its receipts."""
    await city.owe(dispatch())
    await city.send()
    return city


async def concluded(city: City) -> bool:
    """Whether nothing is sent any more, however long one waits."""
    city.clock.advance(seconds=RECEIPT_DEADLINE.total_seconds() * 2)
    return await city.send() == 0 and (await city.intent())["due_at"] is None


async def test_delivered_then_accepted_then_done(told: City) -> None:
    assert (await told.intent())["state"] == "delivered"
    assert (await told.follow(ACCEPTED))["state"] == "accepted"
    assert (await told.follow(DONE))["state"] == "done"
    assert await concluded(told)


async def test_a_rejection_is_kept_with_its_reason(told: City) -> None:
    intent = await told.follow(ACCEPTED, rejected("PROV-0042", "机构已注销 · dissolved"))
    assert (intent["state"], intent["reason_code"]) == ("rejected", "PROV-0042")
    assert intent["reason"] == "机构已注销 · dissolved"
    assert await concluded(told)


async def test_a_refusal_is_kept_with_its_reason(told: City) -> None:
    intent = await told.follow(refused("VERSION", "未知版本 · unknown"))
    assert (intent["state"], intent["reason_code"], intent["reason"]) == (
        "refused",
        "VERSION",
        "未知版本 · unknown",
    )
    assert await concluded(told)


async def test_a_business_receipt_before_the_technical_one_is_the_last_word(told: City) -> None:
    assert (await told.follow(DONE))["state"] == "done"
    assert (await told.follow(ACCEPTED))["state"] == "done"
    assert await concluded(told)


async def test_a_receipt_before_the_courier_knows_that_it_delivered_counts(city: City) -> None:
    await city.owe(dispatch())
    assert (await city.follow(ACCEPTED))["state"] == "accepted"
    await city.send()
    assert (await city.intent())["state"] == "accepted"
    assert (await city.follow(DONE))["state"] == "done"


@pytest.mark.parametrize("order", sorted(set(itertools.permutations("AADD"))))
async def test_receipts_twice_and_in_any_order_end_the_same(told: City, order: tuple[str, ...]) -> None:
    named = {"A": ACCEPTED, "D": DONE}
    assert (await told.follow(*(named[each] for each in order)))["state"] == "done"
    assert await told.received() == []
    assert await told.held() == []
    assert await concluded(told)


@pytest.mark.parametrize(
    ("receipts", "state"),
    [
        ((DONE, rejected()), "done"),
        ((rejected(), DONE), "rejected"),
        ((DONE, refused()), "done"),
        ((ACCEPTED, refused()), "accepted"),
        ((refused(), ACCEPTED), "refused"),
        ((refused(), DONE), "done"),
        ((refused(), rejected()), "rejected"),
    ],
)
async def test_receipts_that_contradict_each_other(
    told: City, receipts: tuple[Receipt, ...], state: str
) -> None:
    """The business result is the last word, the first one of two; a damaged copy takes nothing back."""
    assert (await told.follow(*receipts))["state"] == state


async def test_the_same_receipt_message_twice_changes_nothing(told: City) -> None:
    receipt = told.province.receipt((await told.intent())["id"], rejected())
    await told.take(receipt)
    before = await told.intent()
    await told.take(receipt, receipt)
    assert await told.intent() == before


async def test_a_receipt_for_a_message_nobody_sent_is_recorded_and_changes_nothing(told: City) -> None:
    before = await told.intent()
    await told.take(told.province.receipt(uuid4(), DONE))
    assert await told.intent() == before
    assert await told.received() == [("refused", "UNKNOWN")]
    assert await told.held() == []
    assert await told.send() == 0


async def test_a_receipt_for_a_receipt_is_unknown_and_stops_nothing(city: City) -> None:
    await city.take(letter := city.province.write())
    for owed in await city.intents("RECEIPT"):
        await city.take(city.province.receipt(owed["id"], refused()))
    assert ("refused", "UNKNOWN") in await city.received()
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_receipt_that_is_not_the_provinces_moves_nothing(told: City) -> None:
    receipt = told.province.receipt((await told.intent())["id"], DONE)
    await told.take(receipt.model_copy(update={"signature": ""}))
    assert (await told.intent())["state"] == "delivered"
    assert await told.received() == [("refused", "SIGNATURE")]


async def test_receipts_concern_no_other_message(city: City) -> None:
    await city.owe(dispatch(), dispatch("备案:2"), dispatch("备案:3"))
    await city.send()
    first, second, third = [each["id"] for each in await city.intents()]
    await city.take(city.province.receipt(second, DONE), city.province.receipt(third, rejected()))
    states = {each["id"]: each["state"] for each in await city.intents()}
    assert states == {first: "delivered", second: "done", third: "rejected"}


async def test_a_receipt_joins_the_trace_its_message_was_owed_in(city: City) -> None:
    with city.telemetry.span("decide", parent=TRACE):
        await city.owe(dispatch())
    await city.send()
    receipt = city.province.receipt((await city.intent())["id"], DONE)
    elsewhere = f"00-{'a' * 32}-{'b' * 16}-01"
    await city.take(receipt, traceparent=elsewhere)
    (span,) = city.spans("receive RECEIPT")
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == TRACE[TRACE_ID]


def test_the_two_kinds_of_receipt_are_told_apart_on_the_wire() -> None:
    assert (ACCEPTED.stage, DONE.stage) == (Stage.TECHNICAL, Stage.BUSINESS)
    assert ACCEPTED.model_dump(mode="json") != DONE.model_dump(mode="json")
