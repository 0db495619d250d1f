"""What the city makes of the province's messages: carried out once, and answered every time."""

import asyncio
from uuid import uuid4

from shared.contracts.province import MessageCode
from tests.builders import institution_filed
from tests.shared.province.letters import ACCEPTED, DONE, PROVINCE, TRACE, TRACE_ID, incoming
from tests.shared.province.service import City


async def test_a_message_is_carried_out_and_both_receipts_are_owed(city: City) -> None:
    letter = city.province.write(filed := institution_filed())
    await city.take(letter)
    assert await city.on_record() == [filed.provincial_number]
    assert await city.received() == [("done", "")]
    owed = await city.intents(MessageCode.RECEIPT)
    assert [(each["state"], each["in_reply_to"]) for each in owed] == [("owed", letter.message_id)] * 2
    assert city.wakes == 1


async def test_the_receipts_are_delivered_technical_first_and_need_no_answer(city: City) -> None:
    letters = [city.province.write() for _ in range(5)]
    await city.take(*letters)
    for letter in letters:
        assert await city.answer(letter) == [ACCEPTED, DONE]
    assert {each["state"] for each in await city.intents(MessageCode.RECEIPT)} == {"done"}
    city.clock.advance(days=1)
    assert await city.send() == 0


async def test_a_receipt_names_its_message_and_is_signed_by_the_city(city: City) -> None:
    letter = city.province.write()
    await city.take(letter)
    await city.send()
    for receipt in city.line.letters():
        assert (receipt.code, receipt.sequence, receipt.in_reply_to) == ("RECEIPT", 0, letter.message_id)
        assert (receipt.business_key, receipt.lane) == (letter.business_key, letter.lane)
        assert (receipt.sender, receipt.receiver) == ("320100/filing", PROVINCE)
        assert receipt.key_id == city.signer.key_id
        assert receipt.signature == city.signer.sign(receipt.signed_bytes())


async def test_the_same_message_twice_has_one_effect_and_is_answered_again(city: City) -> None:
    letter = city.province.write()
    await city.take(letter)
    await city.take(letter)
    assert len(city.recognized) == 1
    assert await city.received() == [("done", "")]
    assert await city.answer(letter) == [ACCEPTED, DONE, ACCEPTED, DONE]
    assert city.sample("njt_inbox_duplicate_total") == 1
    assert await city.held() == []


async def test_the_same_message_twice_in_one_batch_has_one_effect(city: City) -> None:
    letter = city.province.write()
    await city.take(letter, letter)
    assert len(city.recognized) == 1
    assert await city.answer(letter) == [ACCEPTED, DONE, ACCEPTED, DONE]


async def test_two_who_are_handed_the_same_message_have_one_effect_and_neither_refuses_it(
    city: City,
) -> None:
    letter = city.province.write()
    ears = [city.ear() for _ in range(3)]
    await asyncio.gather(*(ear.process([incoming(letter)]) for ear in ears))
    assert len(await city.on_record()) == 1
    assert await city.received() == [("done", "")]
    answers = await city.answer(letter)
    assert sorted(each.stage for each in answers) == ["business"] * 3 + ["technical"] * 3
    assert all(each.ok for each in answers)


async def test_the_same_act_in_a_new_message_with_its_old_number_is_answered_again(city: City) -> None:
    first = city.province.write()
    again = city.province.sign(first.model_copy(update={"message_id": uuid4()}))
    await city.take(first, again)
    assert len(city.recognized) == 1
    assert await city.answer(again) == [ACCEPTED, DONE]


async def test_the_same_act_in_a_new_message_with_a_number_of_its_own_leaves_no_gap(city: City) -> None:
    filed = institution_filed()
    first = city.province.write(filed, business_key="同一件事")
    again = city.province.write(filed, business_key="同一件事")
    other = city.province.write(lane=filed.uscc)
    assert [each.sequence for each in (first, again, other)] == [1, 2, 3]
    await city.take(first)
    await city.take(again)
    await city.take(other)
    assert len(city.recognized) == 2
    assert await city.answer(again) == [ACCEPTED, DONE]
    assert await city.answer(other) == [ACCEPTED, DONE]


async def test_the_handling_belongs_to_the_trace_that_the_message_came_in(city: City) -> None:
    await city.take(city.province.write(), traceparent=TRACE)
    (span,) = city.spans("receive INSTITUTION_FILED")
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == TRACE[TRACE_ID]
    for owed in await city.intents(MessageCode.RECEIPT):
        assert owed["traceparent"][TRACE_ID] == TRACE[TRACE_ID]
    await city.send()
    assert {it.headers["traceparent"][TRACE_ID] for it in city.line.taken} == {TRACE[TRACE_ID]}
    (announced,) = await city.rows("SELECT traceparent FROM outbox")
    assert announced["traceparent"][TRACE_ID] == TRACE[TRACE_ID]


async def test_each_message_of_a_batch_is_an_act_of_its_own_in_the_ledger(city: City) -> None:
    await city.take(*(city.province.write() for _ in range(3)))
    entries = await city.rows("SELECT act, basis, subject_kind, trace_id FROM ledger_entry ORDER BY id")
    assert {(each["act"], *each["basis"]) for each in entries} == {("province.INSTITUTION_FILED", "N2.1")}
    kinds = [each["subject_kind"] for each in entries]
    assert kinds == ["institution", "obligation", "obligation", "obligation"] * 3
    assert len({each["trace_id"] for each in entries}) == 3
