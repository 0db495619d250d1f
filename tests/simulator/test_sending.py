"""What the province sends: numbered, signed, followed by the city's receipts."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shared.contracts.province import InstitutionFiled, MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.messaging.memory import MemoryBus
from shared.province.keys.signing import KeyRing
from simulator.counterpart import Counterpart
from simulator.keys import ProvinceKey
from tests.simulator.city import (
    ACCEPTED,
    BUSINESS_OK,
    TECHNICAL_OK,
    TRACE,
    USCC,
    City,
    Now,
    institution_filed,
    rejected,
    technically_refused,
)

FILED = MessageCode.INSTITUTION_FILED


async def send(
    province: Counterpart,
    key: str,
    *,
    lane: str = USCC,
    service: str = "filing",
    payload: InstitutionFiled | None = None,
) -> UUID:
    return await province.send(
        service, FILED, business_key=key, lane=lane, payload=payload or institution_filed()
    )


def number(province: Counterpart, message_id: UUID) -> int:
    return province.sent[message_id].envelope.sequence


async def test_a_message_is_signed_and_carries_the_callers_trace(
    city: City, province: Counterpart, province_key: ProvinceKey
) -> None:
    sent = await province.send(
        "filing", FILED, business_key="甲", lane=USCC, payload=institution_filed(), traceparent=TRACE
    )
    assert await province.concluded(sent) == BUSINESS_OK
    [(envelope, trace)] = city.received
    assert KeyRing(province_key.public()).holds(envelope.key_id, envelope.signed_bytes(), envelope.signature)
    assert (envelope.message_id, envelope.sender, envelope.receiver) == (sent, "320000", "320100/filing")
    assert InstitutionFiled.model_validate(envelope.payload) == institution_filed()
    assert trace == TRACE


async def test_both_receipts_are_kept_with_their_message(city: City, province: Counterpart) -> None:
    city.answer = lambda _: (TECHNICAL_OK, rejected("NJT-FIL-1001"))
    sent = await send(province, "甲")
    assert await province.concluded(sent) == rejected("NJT-FIL-1001")
    kept = province.sent[sent]
    assert (kept.technical, kept.business) == (TECHNICAL_OK, rejected("NJT-FIL-1001"))


async def test_a_technical_receipt_alone_concludes_nothing(city: City, province: Counterpart) -> None:
    city.answer = lambda _: (TECHNICAL_OK,)
    sent = await send(province, "甲")
    with pytest.raises(TimeoutError):
        await province.concluded(sent, timeout=0.05)
    assert province.sent[sent].technical == TECHNICAL_OK


async def test_a_technical_refusal_concludes_the_message(city: City, province: Counterpart) -> None:
    city.answer = lambda _: (technically_refused("PAYLOAD"),)
    concluded = await province.concluded(await send(province, "甲"))
    assert (concluded.stage, concluded.reason_code) == (Stage.TECHNICAL, "PAYLOAD")


async def test_a_receipt_with_a_false_signature_changes_nothing(city: City, province: Counterpart) -> None:
    city.answer = lambda _: ()
    sent = await send(province, "甲")
    forged = city.envelope(
        BUSINESS_OK, code=MessageCode.RECEIPT, sequence=0, in_reply_to=sent, signature="AAAA"
    )
    await city.put(forged.model_dump_json().encode())
    assert [it.reason_code for it in province.refused] == ["SIGNATURE"]
    assert not province.sent[sent].conclusion.done()


async def test_each_service_and_institution_has_a_sequence_from_one_without_gaps(
    bus: MemoryBus, city: City, province: Counterpart
) -> None:
    async with City(bus, service="accounts").listening():
        ours = [await send(province, key) for key in "甲乙丙"]
        other_institution = await send(province, "丁", lane="另一家机构")
        other_service = await send(province, "戊", service="accounts")
    assert [number(province, sent) for sent in ours] == [1, 2, 3]
    assert [number(province, sent) for sent in (other_institution, other_service)] == [1, 1]
    await province.concluded(other_institution)
    assert [it.sequence for it in city.messages(FILED) if it.lane == USCC] == [1, 2, 3]


async def test_an_act_told_again_keeps_its_number(city: City, province: Counterpart) -> None:
    first = await send(province, "甲")
    assert await province.concluded(first) == BUSINESS_OK
    city.answer = lambda _: (technically_refused("CONFLICT"),)
    otherwise = await send(province, "甲", payload=institution_filed("测试企业乙"))
    assert (await province.concluded(otherwise)).reason_code == "CONFLICT"
    city.answer = lambda _: ACCEPTED
    following = await send(province, "乙")
    assert [number(province, sent) for sent in (first, otherwise, following)] == [1, 1, 2]


async def test_an_act_told_again_keeps_the_time_of_its_issue(
    city: City, province: Counterpart, clock: Now
) -> None:
    city.answer = lambda _: (technically_refused("PAYLOAD"),)
    first = await send(province, "甲")
    await province.concluded(first)
    told_at = clock.moment
    city.answer = lambda _: ACCEPTED
    clock.moment += timedelta(days=1)
    again, another = await send(province, "甲"), await send(province, "乙")
    await province.concluded(again)
    assert province.sent[again].envelope.issued_at == told_at
    assert province.sent[another].envelope.issued_at == clock.moment


async def test_an_act_that_was_issued_by_a_clock_that_was_ahead_is_dated_when_it_is_told_again(
    city: City, province: Counterpart, clock: Now
) -> None:
    city.answer = lambda _: (technically_refused("CLOCK"),)
    right, clock.moment = clock.moment, clock.moment + timedelta(hours=1)
    await province.concluded(await send(province, "甲"))
    clock.moment = right
    assert province.sent[await send(province, "甲")].envelope.issued_at == right


async def test_it_is_at_rest_once_the_city_has_taken_what_it_said(city: City, province: Counterpart) -> None:
    seen: list[bool] = []

    def answer(_: ProvinceEnvelope) -> tuple[Receipt, ...]:
        seen.append(province.at_rest)
        return ACCEPTED

    city.answer = answer
    assert province.at_rest
    await province.concluded(await send(province, "甲"))
    await city.until(lambda: province.at_rest)
    assert seen == [False]


async def test_the_number_of_a_refused_message_is_given_out_again(city: City, province: Counterpart) -> None:
    city.answer = lambda it: (technically_refused("PAYLOAD"),) if it.business_key == "甲" else ACCEPTED
    refused, following = await send(province, "甲"), await send(province, "乙")
    await province.concluded(refused)
    assert [number(province, sent) for sent in (refused, following)] == [1, 2]
    assert number(province, await send(province, "丙")) == 1
    assert number(province, await send(province, "丁")) == 3


async def test_a_number_that_the_city_had_counted_before_is_not_given_out_again(
    city: City, province: Counterpart
) -> None:
    city.answer = lambda _: (technically_refused("SEQUENCE"),)
    await province.concluded(await send(province, "甲"))
    assert number(province, await send(province, "甲")) == 2


async def test_a_service_that_the_city_does_not_have_is_refused(province: Counterpart) -> None:
    with pytest.raises(ValueError, match="no such service: training"):
        await send(province, "甲", service="training")


async def test_a_message_waits_for_its_service_and_holds_up_no_other(
    bus: MemoryBus, city: City, province: Counterpart
) -> None:
    early = await send(province, "甲", service="subsidy")
    assert await province.concluded(await send(province, "乙")) == BUSINESS_OK
    assert province.sent[early].technical is None
    subsidy = City(bus, service="subsidy")
    subsidy.signer = city.signer
    async with subsidy.listening():
        assert await province.concluded(early) == BUSINESS_OK
    assert [it.message_id for it in subsidy.messages(FILED)] == [early]


async def test_a_province_that_was_down_goes_on_where_it_stopped(
    city: City, counterpart: Counterpart
) -> None:
    async with counterpart.running():
        first = await send(counterpart, "甲")
        await counterpart.concluded(first)
    meanwhile = await send(counterpart, "乙")
    await asyncio.sleep(0.05)
    assert len(city.messages(FILED)) == 1
    async with counterpart.running():
        assert await counterpart.concluded(meanwhile) == BUSINESS_OK
    assert number(counterpart, meanwhile) == 2
