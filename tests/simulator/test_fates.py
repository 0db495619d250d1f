"""The province says what became of the city's messages when it is asked, whatever that was."""

from uuid import UUID, uuid4

from shared.contracts.exchange import AskedMessage, Fate, KnownMessage, StatusAnswered, StatusQuery
from shared.contracts.province import MessageCode, ProvinceEnvelope, payload_digest
from simulator.counterpart import Counterpart
from simulator.faults import Faults
from tests.simulator.city import City, account_opened


async def fates(city: City, *envelopes: ProvinceEnvelope) -> list[KnownMessage]:
    asked = tuple(
        AskedMessage(message_id=it.message_id, code=it.code, business_key=it.business_key) for it in envelopes
    )
    query = StatusQuery(query_id=uuid4(), messages=asked)
    question = await city.say(MessageCode.STATUS_QUERY, query)
    await city.until(lambda: bool(city.answers(question)))
    [envelope] = city.answers(question)
    assert (envelope.code, envelope.sequence) == (MessageCode.STATUS_ANSWERED, 0)
    answer = StatusAnswered.model_validate(envelope.payload)
    assert answer.query_id == query.query_id
    assert [it.message_id for it in answer.messages] == [it.message_id for it in envelopes]
    return list(answer.messages)


def digest(envelope: ProvinceEnvelope) -> str:
    return payload_digest(envelope.payload).hex()


async def test_done_with_the_digest_of_what_was_taken(city: City, province: Counterpart) -> None:
    told = city.envelope(account_opened())
    await city.tell(told)
    again = told.model_copy(update={"message_id": uuid4()})
    known = await fates(city, told, again)
    assert [(it.fate, it.digest) for it in known] == [(Fate.DONE, digest(told))] * 2
    assert len(province.register) == 1


async def test_unknown_what_never_came(city: City, province: Counterpart) -> None:
    [known] = await fates(city, city.envelope(account_opened()))
    assert (known.fate, known.digest) == (Fate.UNKNOWN, None)
    assert len(province.register) == 0


async def test_taken_what_waits_for_its_turn(city: City, province: Counterpart) -> None:
    early = city.envelope(account_opened(), sequence=2)
    await city.put(early.model_dump_json().encode())
    [known] = await fates(city, early)
    assert (known.fate, known.digest) == (Fate.TAKEN, None)
    assert len(province.register) == 0


async def test_rejected_with_the_reason(city: City, province: Counterpart) -> None:
    province.faults = Faults(reject={MessageCode.ACCOUNT_OPENED: "PROV-0042"})
    told = city.envelope(account_opened())
    await city.tell(told)
    [known] = await fates(city, told)
    assert (known.fate, known.reason_code, known.digest) == (Fate.REJECTED, "PROV-0042", digest(told))
    assert " · " in known.reason


async def test_refused_with_the_reason_and_done_once_a_good_copy_came(
    city: City, province: Counterpart
) -> None:
    good = city.envelope(account_opened())
    await city.tell(good.model_copy(update={"lane": "changed on its way"}))
    [known] = await fates(city, good)
    assert (known.fate, known.reason_code, known.digest) == (Fate.REFUSED, "SIGNATURE", None)
    await city.tell(good)
    [known] = await fates(city, good)
    assert (known.fate, known.digest) == (Fate.DONE, digest(good))
    assert len(province.register) == 1


async def test_refused_with_the_digest_that_stands_under_its_key(city: City, province: Counterpart) -> None:
    first = city.envelope(account_opened("320105"))
    other = city.envelope(account_opened("320115"), business_key=first.business_key)
    await city.tell(first)
    await city.tell(other)
    [known] = await fates(city, other)
    assert (known.fate, known.reason_code, known.digest) == (Fate.REFUSED, "CONFLICT", digest(first))
    assert province.register[MessageCode.ACCOUNT_OPENED, first.business_key].envelope == first


async def test_a_question_told_twice_is_answered_twice(city: City, province: Counterpart) -> None:
    asked = AskedMessage(message_id=UUID(int=1), code="ACCOUNT_OPENED", business_key="甲")
    query = StatusQuery(query_id=uuid4(), messages=(asked,))
    question = await city.say(MessageCode.STATUS_QUERY, query)
    await city.put(question.model_dump_json().encode())
    await city.until(lambda: len(city.answers(question)) == 2)
    assert province.refused == []


async def test_a_question_with_faults_is_refused(city: City, province: Counterpart) -> None:
    question = await city.say(MessageCode.STATUS_QUERY, account_opened())
    await city.until(lambda: bool(city.receipts(question)))
    assert [it.reason_code for it in city.receipts(question)] == ["PAYLOAD"]
    assert [it.reason_code for it in province.refused] == ["PAYLOAD"]
