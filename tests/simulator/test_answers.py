"""How the province answers what the city tells it."""

import asyncio
from uuid import UUID, uuid4

import pytest

from shared.contracts.province import AccountOpenedReport, FilingReport, MessageCode, Receipt, Stage, Wire
from shared.province.keys.signing import KeyRing
from simulator.counterpart import Counterpart
from simulator.keys import ProvinceKey
from tests.simulator.city import ACCEPTED, TRACE, USCC, City, account_opened, institution_filed

OPENED = MessageCode.ACCOUNT_OPENED


def refused(reason_code: str, receipts: list[Receipt]) -> bool:
    """Whether this is one technical refusal for this reason, in both languages."""
    [receipt] = receipts
    bilingual = " · " in receipt.reason
    return (receipt.stage, receipt.ok, receipt.reason_code, bilingual) == (
        Stage.TECHNICAL,
        False,
        reason_code,
        True,
    )


async def test_a_message_is_answered_by_a_technical_and_then_a_business_receipt(
    city: City, province: Counterpart
) -> None:
    told = city.envelope(account_opened())
    assert await city.tell(told) == list(ACCEPTED)
    assert province.register[OPENED, told.business_key].envelope == told


async def test_a_receipt_names_its_message_and_is_signed_and_stands_outside_the_lanes(
    city: City, province: Counterpart, province_key: ProvinceKey
) -> None:
    told = city.envelope(account_opened())
    await city.tell(told, traceparent=TRACE)
    ring = KeyRing(province_key.public())
    for answer in city.answers(told):
        assert ring.holds(answer.key_id, answer.signed_bytes(), answer.signature)
        assert (answer.code, answer.sequence, answer.lane) == (MessageCode.RECEIPT, 0, told.lane)
        assert (answer.sender, answer.receiver) == ("320000", told.sender)
        assert answer.business_key == told.business_key
    assert [trace for it, trace in city.received if it in city.answers(told)] == [TRACE, TRACE]
    assert province.register[OPENED, told.business_key].traceparent == TRACE


async def test_a_message_that_came_before_is_heard_at_once(city: City, province: Counterpart) -> None:
    told = city.envelope(account_opened())
    await city.tell(told)
    heard = await province.heard(OPENED, told.business_key, timeout=1)
    assert heard.payload == account_opened()


async def test_one_can_wait_for_a_message_by_what_it_says(city: City, province: Counterpart) -> None:
    def in_jiangning(payload: AccountOpenedReport) -> bool:
        return payload.organ == "320115"

    hearing = asyncio.create_task(province.heard(OPENED, in_jiangning))
    await city.tell(city.envelope(account_opened("320105")))
    assert not hearing.done()
    awaited = city.envelope(account_opened("320115"))
    await city.tell(awaited)
    assert (await hearing).envelope == awaited


async def test_waiting_for_what_never_comes_ends(province: Counterpart) -> None:
    with pytest.raises(TimeoutError):
        await province.heard(OPENED, timeout=0.01)


async def test_the_same_message_again_is_answered_again_and_changes_nothing(
    city: City, province: Counterpart
) -> None:
    told = city.envelope(account_opened())
    await city.tell(told)
    assert await city.tell(told) == list(ACCEPTED)
    assert list(province.register) == [(OPENED, told.business_key)]


async def test_the_same_act_in_a_new_message_is_answered_again_and_changes_nothing(
    city: City, province: Counterpart
) -> None:
    first = city.envelope(account_opened())
    again = city.envelope(account_opened(), business_key=first.business_key)
    await city.tell(first)
    assert await city.tell(again) == list(ACCEPTED)
    assert province.register[OPENED, first.business_key].envelope == first


@pytest.mark.parametrize("kept", ["business_key", "message_id"])
async def test_the_same_key_or_message_id_with_other_content_is_a_conflict(
    city: City, province: Counterpart, kept: str
) -> None:
    first = city.envelope(account_opened("320105"))
    await city.tell(first)
    other = city.envelope(account_opened("320115"), **{kept: getattr(first, kept)})
    assert refused("CONFLICT", (await city.tell(other))[-1:])
    assert province.register[OPENED, first.business_key].payload == account_opened("320105")
    assert [it.reason_code for it in province.refused] == ["CONFLICT"]


async def test_a_signature_that_does_not_hold_is_refused(city: City, province: Counterpart) -> None:
    signed = city.envelope(account_opened())
    changed = signed.model_copy(update={"business_key": "account:another"})
    nonsense = city.envelope(account_opened(), signature="没有签名")
    unknown_key = city.envelope(account_opened(), key_id="0" * 16)
    for message in (changed, nonsense, unknown_key):
        assert refused("SIGNATURE", await city.tell(message))
    assert province.register == {}


async def test_a_refused_message_can_be_sent_again_once_mended(city: City, province: Counterpart) -> None:
    mended = city.envelope(account_opened())
    await city.tell(mended.model_copy(update={"lane": "changed on its way"}))
    assert (await city.tell(mended))[-2:] == list(ACCEPTED)
    assert (OPENED, mended.business_key) in province.register


async def test_an_unknown_schema_version_is_refused(city: City, province: Counterpart) -> None:
    assert refused("VERSION", await city.tell(city.envelope(account_opened(), schema_version="99")))
    assert province.register == {}


async def test_a_message_for_somebody_else_is_refused(city: City, province: Counterpart) -> None:
    assert refused("RECEIVER", await city.tell(city.envelope(account_opened(), receiver="310000")))
    assert province.register == {}


async def test_what_the_province_itself_announces_is_not_taken_from_the_city(
    city: City, province: Counterpart
) -> None:
    message = city.envelope(account_opened(), code=MessageCode.CERTIFICATES_ISSUED)
    assert refused("CODE", await city.tell(message))
    assert province.register == {}


async def test_a_payload_with_faults_is_refused_by_their_places_and_not_their_values(
    city: City, province: Counterpart
) -> None:
    class Faulty(Wire):
        uscc: str = "不是代码"
        colour: str = "red"

    receipts = await city.tell(city.envelope(Faulty()))
    assert refused("PAYLOAD", receipts)
    assert receipts[0].reason.endswith("account_id, colour, institution_id, organ, uscc")
    assert province.register == {}


async def test_what_cannot_be_read_or_answered_is_laid_aside_and_the_next_message_is_taken(
    city: City, province: Counterpart
) -> None:
    await city.put(b"{not json")
    stranger = city.envelope(account_opened(), sender="320100/nobody")
    await city.put(stranger.model_dump_json().encode())
    told = city.envelope(account_opened())
    assert await city.tell(told) == list(ACCEPTED)
    assert [letter.body[:9] for letter in province.unreadable] == [b"{not json", b'{"schema_']
    assert city.answers(stranger) == []


async def test_a_receipt_that_answers_nothing_is_recorded_and_not_answered(
    city: City, province: Counterpart
) -> None:
    stray = city.envelope(ACCEPTED[0], code=MessageCode.RECEIPT, sequence=0, in_reply_to=uuid4())
    await city.put(stray.model_dump_json().encode())
    await city.tell(city.envelope(account_opened()))
    assert [(it.envelope, it.reason_code) for it in province.refused] == [(stray, "UNKNOWN")]
    assert city.answers(stray) == []


async def test_the_latest_report_of_each_filing_is_kept_by_its_number(
    city: City, province: Counterpart
) -> None:
    def report(number: str, revision: int, standing: str = "active") -> FilingReport:
        filed = institution_filed()
        return FilingReport(
            institution_id=UUID(int=7),
            filing_number=number,
            name=filed.name,
            uscc=filed.uscc,
            category=filed.category,
            audience=filed.audience,
            organ=filed.organ,
            scope=filed.scope,
            valid_from=filed.valid_from,
            valid_until=filed.valid_until,
            revision=revision,
            standing=standing,
        )

    told = (report("甲", 1), report("甲", 3, "suspended"), report("甲", 2), report("乙", 1))
    for place, each in enumerate(told, start=1):
        envelope = city.envelope(
            each,
            code=MessageCode.FILING_REPORTED,
            business_key=f"filing:{place}",
            lane=USCC,
            sequence=place,
        )
        await city.tell(envelope)
    kept = {number: (each.revision, each.standing) for number, each in province.filings.items()}
    assert kept == {"甲": (3, "suspended"), "乙": (1, "active")}
