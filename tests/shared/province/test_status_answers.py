"""What became of it? The province is told, as often as it asks."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.exchange import AskedMessage, Fate, KnownMessage, Reconcile, StatusAnswered, StatusQuery
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.errors import Conflict
from shared.province.keys.signing import KeyRing
from tests.shared.province.letters import FILED, START, TRACE, Province
from tests.shared.province.service import City

QUERY, ANSWERED = MessageCode.STATUS_QUERY, MessageCode.STATUS_ANSWERED


def ask(city: City, message_id: UUID, business_key: str, *, code: str = FILED) -> ProvinceEnvelope:
    """The province asks about one message of its own."""
    messages = (AskedMessage(message_id=message_id, code=code, business_key=business_key),)
    return city.province.write(
        StatusQuery(query_id=uuid4(), messages=messages), code=QUERY, sequence=0, lane=""
    )


async def fate(city: City, letter: ProvinceEnvelope, **changes: Any) -> KnownMessage:
    """What the city answers when it is asked about this message."""
    asked_about: dict[str, Any] = {
        "message_id": letter.message_id,
        "business_key": letter.business_key,
    } | changes
    query = ask(city, **asked_about)
    await city.take(query)
    await city.send()
    (reply,) = [it for it in city.line.letters(ANSWERED) if it.in_reply_to == query.message_id]
    assert reply.sequence == 0
    (known,) = StatusAnswered.model_validate(reply.payload).messages
    assert known.message_id == asked_about["message_id"]
    return known


async def test_the_province_is_told_what_was_done_with_the_digest_of_what_was_taken(city: City) -> None:
    letter = city.province.write()
    await city.take(letter)
    known = await fate(city, letter)
    (kept,) = await city.rows("SELECT digest FROM exchange_received")
    assert (known.fate, known.digest) == (Fate.DONE, kept["digest"].hex())


async def test_another_copy_is_known_by_its_business_key(city: City) -> None:
    letter = city.province.write()
    await city.take(letter)
    assert (await fate(city, letter, message_id=uuid4())).fate is Fate.DONE
    assert (await fate(city, letter, message_id=uuid4(), code="ACCOUNT_OPENED")).fate is Fate.UNKNOWN


async def test_the_province_is_told_what_was_rejected_and_why(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [Conflict("不行 · no")]
    await city.take(letter)
    known = await fate(city, letter)
    assert (known.fate, known.reason_code) == (Fate.REJECTED, Conflict.code)
    assert "不行" in known.reason


async def test_the_province_is_told_what_was_refused_and_why(city: City) -> None:
    letter = city.province.write(schema_version="99")
    await city.take(letter)
    known = await fate(city, letter)
    assert (known.fate, known.reason_code, known.digest) == (Fate.REFUSED, "VERSION", None)


async def test_a_copy_of_a_query_is_not_answered_again(city: City) -> None:
    query = ask(city, uuid4(), "无")
    await city.take(query, query)
    await city.take(query)
    await city.send()
    assert len(city.line.letters(ANSWERED)) == 1
    assert await city.answer(query) == []


async def test_a_copy_of_a_question_about_a_day_is_not_answered_again(city: City) -> None:
    content = Reconcile(reconciliation_id=uuid4(), day=START.date(), totals=())
    question = city.province.write(content, code=MessageCode.RECONCILE, sequence=0, lane="")
    await city.take(question, question)
    await city.send()
    assert len(city.line.letters(MessageCode.RECONCILED)) == 1


def forged(letter: ProvinceEnvelope) -> ProvinceEnvelope:
    """Other content under the id of a genuine message, signed by nobody."""
    return letter.model_copy(update={"payload": letter.payload | {"name": "测试乙公司"}})


async def test_what_nobody_we_know_has_signed_tells_nothing_of_the_message_whose_id_it_bears(
    city: City,
) -> None:
    letter = city.province.write()
    await city.take(forged(letter))
    assert [each.reason_code for each in await city.answer(letter)] == ["SIGNATURE"]
    assert (await fate(city, letter)).fate is Fate.UNKNOWN
    await city.take(letter)
    await city.take(forged(letter))
    assert (await fate(city, letter)).fate is Fate.DONE


async def test_what_another_signed_tells_nothing_of_the_message_whose_id_it_bears(city: City) -> None:
    other = Province()
    city.consumer = city.ear(others={"330000": KeyRing(other.signer.public())})
    letter = city.province.write()
    await city.take(other.sign(letter.model_copy(update={"key_id": other.signer.key_id})))
    assert [each.reason_code for each in await city.answer(letter)] == ["SENDER"]
    assert (await fate(city, letter)).fate is Fate.UNKNOWN


@pytest.mark.parametrize(
    ("window", "code"),
    [
        ({"from": START + timedelta(days=1)}, "KEY_NOT_YET"),
        ({"until": START - timedelta(days=1)}, "KEY_EXPIRED"),
    ],
)
async def test_what_was_refused_for_its_key_counts_as_unknown(
    city: City, window: dict[str, datetime], code: str
) -> None:
    ((key_id, key),) = city.province.signer.public().items()
    ends = {name: moment.isoformat() for name, moment in window.items()}
    city.consumer = city.ear(KeyRing({key_id: {"key": key, "algorithm": "ed25519"} | ends}))
    letter = city.province.write()
    await city.take(letter)
    assert [each.reason_code for each in await city.answer(letter)] == [code]
    city.consumer = city.ear()
    assert (await fate(city, letter)).fate is Fate.UNKNOWN


async def test_a_refusal_before_it_was_taken_is_forgotten(city: City) -> None:
    first = city.province.write(lane="甲")
    second = city.province.write(lane="甲")
    await city.take(city.province.sign(second.model_copy(update={"schema_version": "99"})))
    assert (await fate(city, second)).fate is Fate.REFUSED
    await city.take(second)
    assert (await fate(city, second)).fate is Fate.TAKEN
    await city.take(first)
    await city.retry_what_is_due()
    assert (await fate(city, second)).fate is Fate.DONE


async def test_what_waits_for_an_earlier_one_is_taken(city: City) -> None:
    first, second = city.province.write(lane="甲"), city.province.write(lane="甲")
    await city.take(second)
    assert (await fate(city, second)).fate is Fate.TAKEN
    assert (await fate(city, second, message_id=uuid4())).fate is Fate.TAKEN
    assert (await fate(city, first)).fate is Fate.UNKNOWN


async def test_what_is_tried_again_after_a_fault_is_taken(city: City) -> None:
    letter = city.province.write()
    city.troubles[letter.payload["provincial_number"]] = [RuntimeError("once")]
    await city.take(letter)
    assert (await fate(city, letter)).fate is Fate.TAKEN
    city.clock.advance(seconds=2)
    await city.retry_what_is_due()
    assert (await fate(city, letter)).fate is Fate.DONE


async def test_the_same_query_again_is_answered_as_things_stand_then(city: City) -> None:
    letter = city.province.write()
    query = ask(city, letter.message_id, letter.business_key)
    await city.take(query)
    await city.take(letter)
    await city.take(city.province.write(query.payload, code=QUERY, sequence=0, lane=""))
    await city.send()
    told = [StatusAnswered.model_validate(each.payload).messages[0] for each in city.line.letters(ANSWERED)]
    assert [each.fate for each in told] == [Fate.UNKNOWN, Fate.DONE]


async def test_several_are_answered_at_once_in_their_order(city: City) -> None:
    letters = [city.province.write() for _ in range(3)]
    await city.take(letters[0], letters[2])
    messages = tuple(
        AskedMessage(message_id=each.message_id, code=each.code, business_key=each.business_key)
        for each in letters
    )
    content = StatusQuery(query_id=uuid4(), messages=messages)
    await city.take(city.province.write(content, code=QUERY, sequence=0, lane=""))
    await city.send()
    (reply,) = city.line.letters(ANSWERED)
    told = StatusAnswered.model_validate(reply.payload).messages
    assert [each.fate for each in told] == [Fate.DONE, Fate.UNKNOWN, Fate.DONE]


async def test_an_answer_joins_the_trace_of_the_question(city: City) -> None:
    await city.take(ask(city, uuid4(), "无"), traceparent=TRACE)
    await city.send()
    (span,) = city.spans("send STATUS_ANSWERED")
    assert span.context is not None
    assert f"{span.context.trace_id:032x}" == TRACE[3:35]


async def test_a_query_gets_no_receipt_unless_it_is_refused(city: City) -> None:
    await city.take(ask(city, uuid4(), "无"))
    assert await city.intents(MessageCode.RECEIPT) == []
    spoilt = city.province.write({"query_id": "无"}, code=QUERY, sequence=0, lane="")
    await city.take(spoilt)
    (receipt,) = await city.answer(spoilt)
    assert (receipt.ok, receipt.reason_code) == (False, "PAYLOAD")
