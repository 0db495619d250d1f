"""What the province does about its own messages: asks before it repeats, repeats what it is asked for, voids the rest."""

import asyncio
from collections.abc import Callable
from uuid import UUID

import pytest

from shared.contracts.exchange import Fate, KnownMessage, ResendRequest, StatusAnswered, StatusQuery, Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage, payload_digest
from simulator.counterpart import Counterpart
from tests.simulator.city import (
    ACCEPTED,
    BUSINESS_OK,
    TECHNICAL_OK,
    USCC,
    City,
    institution_filed,
    rejected,
    technically_refused,
)

FILED, VOID = MessageCode.INSTITUTION_FILED, MessageCode.VOID
QUERY, ANSWERED = MessageCode.STATUS_QUERY, MessageCode.STATUS_ANSWERED


async def send(province: Counterpart, key: str, lane: str = USCC) -> UUID:
    return await province.send("filing", FILED, business_key=key, lane=lane, payload=institution_filed())


def digest(envelope: ProvinceEnvelope) -> str:
    return payload_digest(envelope.payload).hex()


async def asked(city: City, message_id: UUID, count: int = 1) -> list[tuple[ProvinceEnvelope, StatusQuery]]:
    """The questions about a message, once there are so many."""

    def found() -> list[tuple[ProvinceEnvelope, StatusQuery]]:
        queries = [(it, StatusQuery.model_validate(it.payload)) for it in city.messages(QUERY)]
        return [each for each in queries if message_id in {it.message_id for it in each[1].messages}]

    await city.until(lambda: len(found()) >= count)
    return found()


async def tell_fate(city: City, message_id: UUID, fate: Fate, **more: object) -> None:
    """Wait for the question and answer it."""
    envelope, query = (await asked(city, message_id))[-1]
    known = KnownMessage.model_validate({"message_id": message_id, "fate": fate, **more})
    answer = StatusAnswered(query_id=query.query_id, messages=(known,))
    await city.say(ANSWERED, answer, in_reply_to=envelope.message_id)


@pytest.fixture
def silent(city: City) -> City:
    """A city that takes everything and says nothing."""
    city.answer = lambda _: ()
    return city


async def test_before_anything_is_repeated_it_is_asked_what_became_of_it(
    silent: City, hasty: Counterpart
) -> None:
    sent = await send(hasty, "甲")
    envelope, query = (await asked(silent, sent))[0]
    assert (envelope.sequence, envelope.lane) == (0, "")
    assert [(it.message_id, it.code, it.business_key) for it in query.messages] == [(sent, FILED, "甲")]
    assert len(silent.messages(FILED)) == 1


async def test_questions_are_repeated_with_other_ids(silent: City, hasty: Counterpart) -> None:
    sent = await send(hasty, "甲")
    questions = await asked(silent, sent, 2)
    assert len({query.query_id for _, query in questions}) == len(questions)
    assert len(silent.messages(FILED)) == 1


async def test_many_are_asked_after_in_questions_of_five_hundred(silent: City, hasty: Counterpart) -> None:
    sent = {await send(hasty, str(number)) for number in range(501)}

    def found() -> set[UUID]:
        queries = [StatusQuery.model_validate(it.payload) for it in silent.messages(QUERY)]
        assert all(len(query.messages) <= 500 for query in queries)
        return {it.message_id for query in queries for it in query.messages}

    await silent.until(lambda: found() == sent)


async def test_what_is_unknown_there_is_sent_again_as_it_was(silent: City, hasty: Counterpart) -> None:
    sent = await send(hasty, "甲")
    await tell_fate(silent, sent, Fate.UNKNOWN)
    first, again = await silent.told(FILED, 2)
    assert again == first
    silent.answer = lambda _: ACCEPTED
    await tell_fate(silent, sent, Fate.UNKNOWN)
    assert await hasty.concluded(sent) == BUSINESS_OK


async def test_a_fate_concludes_as_its_receipt_would(silent: City, hasty: Counterpart) -> None:
    done, declined, refused = [await send(hasty, key, lane=key) for key in "甲乙丙"]
    said = {"reason_code": "NJT-FIL-1001", "reason": "退回 · rejected"}
    await tell_fate(silent, done, Fate.DONE, digest=digest(hasty.sent[done].envelope))
    await tell_fate(silent, declined, Fate.REJECTED, **said)
    await tell_fate(silent, refused, Fate.REFUSED, reason_code="PAYLOAD", reason="拒收 · refused")
    assert await hasty.concluded(done) == BUSINESS_OK
    assert await hasty.concluded(declined) == rejected("NJT-FIL-1001")
    assert await hasty.concluded(refused) == technically_refused("PAYLOAD")


async def test_what_is_taken_there_is_accepted_and_not_sent_again(silent: City, hasty: Counterpart) -> None:
    sent = await send(hasty, "甲")
    await tell_fate(silent, sent, Fate.TAKEN)
    await asked(silent, sent, 2)
    assert hasty.sent[sent].technical == TECHNICAL_OK
    assert not hasty.sent[sent].conclusion.done()
    assert len(silent.messages(FILED)) == 1


async def test_other_content_under_the_same_key_there_is_a_conflict(silent: City, hasty: Counterpart) -> None:
    sent = await send(hasty, "甲")
    await tell_fate(silent, sent, Fate.DONE, digest="0" * 64)
    receipt = await hasty.concluded(sent)
    assert (receipt.stage, receipt.ok, receipt.reason_code) == (Stage.TECHNICAL, False, "CONFLICT")


async def test_fates_of_what_is_not_ours_change_nothing(silent: City, province: Counterpart) -> None:
    query_id, stranger = UUID(int=1), UUID(int=2)
    known = KnownMessage(message_id=stranger, fate=Fate.DONE)
    await silent.say(ANSWERED, StatusAnswered(query_id=query_id, messages=(known,)))
    assert dict(province.sent) == {}
    assert province.refused == []


async def test_what_was_spoilt_on_its_way_is_repeated_under_its_id_and_number(
    city: City, hasty: Counterpart
) -> None:
    answers = iter([[technically_refused("SIGNATURE")], [technically_refused("VERSION")], ACCEPTED])
    city.answer = lambda _: next(answers)
    sent = await send(hasty, "甲")
    assert await hasty.concluded(sent) == BUSINESS_OK
    assert [(it.message_id, it.sequence) for it in city.messages(FILED)] == [(sent, 1)] * 3


async def test_a_message_that_is_refused_every_time_is_given_up(city: City, hasty: Counterpart) -> None:
    city.answer = lambda _: [technically_refused("SIGNATURE")]
    sent = await send(hasty, "甲")
    assert await hasty.concluded(sent) == technically_refused("SIGNATURE")
    assert len(city.messages(FILED)) == 4


async def test_a_message_that_is_wrong_in_itself_is_not_repeated(city: City, hasty: Counterpart) -> None:
    city.answer = lambda _: [technically_refused("PAYLOAD")]
    await hasty.concluded(await send(hasty, "甲"))
    assert len(city.messages(FILED)) == 1


async def test_the_refusal_of_one_copy_takes_back_nothing(city: City, province: Counterpart) -> None:
    city.answer = lambda _: (TECHNICAL_OK, technically_refused("SIGNATURE"), BUSINESS_OK)
    sent = await send(province, "甲")
    assert await province.concluded(sent) == BUSINESS_OK
    assert province.sent[sent].technical == TECHNICAL_OK


async def test_the_business_result_has_the_last_word(city: City, province: Counterpart) -> None:
    city.answer = lambda _: (technically_refused("SIGNATURE"), TECHNICAL_OK, BUSINESS_OK)
    sent = await send(province, "甲")

    async with asyncio.timeout(5):
        while province.sent[sent].conclusion.receipt != BUSINESS_OK:
            await asyncio.sleep(0.01)
    following = await send(province, "乙")
    assert [province.sent[it].envelope.sequence for it in (sent, following)] == [1, 2]


def only_refuses(key: str) -> Callable[[ProvinceEnvelope], tuple[Receipt, ...]]:
    return lambda it: (technically_refused("PAYLOAD"),) if it.business_key == key else ACCEPTED


async def test_numbers_that_are_asked_for_come_again_and_refused_ones_are_voided(
    city: City, province: Counterpart
) -> None:
    city.answer = only_refuses("乙")
    first, refused, third = [await send(province, key) for key in "甲乙丙"]
    for each in (first, refused, third):
        await province.concluded(each)
    await city.say(MessageCode.RESEND_REQUEST, ResendRequest(lane=USCC, first=1, last=9))
    [void] = await city.told(VOID)
    assert void.sequence == 2
    assert Voided.model_validate(void.payload).message_id == refused
    await city.until(lambda: len(city.messages(FILED)) == 5)
    assert [it.message_id for it in city.messages(FILED)[3:]] == [first, third]
    assert await province.concluded(void.message_id) == BUSINESS_OK
    await city.say(MessageCode.RESEND_REQUEST, ResendRequest(lane=USCC, first=2, last=2))
    _, again = await city.told(VOID, 2)
    assert again.message_id == void.message_id
    assert province.sent[await send(province, "丁")].envelope.sequence == 4


async def test_a_lane_that_nobody_knows_has_nothing_to_send_again(city: City, province: Counterpart) -> None:
    await city.say(MessageCode.RESEND_REQUEST, ResendRequest(lane="没有", first=1, last=2**60))
    assert province.refused == []
    assert city.received == []


async def test_a_refused_message_can_be_voided_and_nothing_else_can(
    city: City, province: Counterpart
) -> None:
    city.answer = only_refuses("甲")
    refused, accepted = await send(province, "甲"), await send(province, "乙")
    await province.concluded(refused)
    void = province.void(refused, reason="不再发送 · will not be sent")
    assert await province.concluded(void) == BUSINESS_OK
    [told] = city.messages(VOID)
    assert (told.sequence, told.lane) == (1, USCC)
    assert Voided.model_validate(told.payload).reason == "不再发送 · will not be sent"
    for other in (refused, accepted):
        with pytest.raises(ValueError, match="is not free"):
            province.void(other)


async def test_a_refusal_of_what_is_said_about_the_exchange_is_no_stray_receipt(
    silent: City, hasty: Counterpart
) -> None:
    sent = await send(hasty, "甲")
    envelope, _ = (await asked(silent, sent))[0]
    refusal = technically_refused("CODE")
    await silent.say(MessageCode.RECEIPT, refusal, in_reply_to=envelope.message_id)
    await asked(silent, sent, 2)
    assert hasty.refused == []
    assert not hasty.sent[sent].conclusion.done()
