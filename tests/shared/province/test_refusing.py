"""What is not accepted: answered by a signed refusal with its reason code, recorded, and nothing changed."""

from typing import Any
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from shared.contracts.province import InstitutionFiled, ProvinceEnvelope, Receipt, Stage
from shared.province.keys.signing import KeyRing
from tests.builders import CITIZEN_ID, a_uscc, institution_filed
from tests.shared.province.letters import ACCEPTED, DONE, FILED, Province
from tests.shared.province.service import City

STRANGER = Province()
NAME = "测试员甲"


def forged(letter: ProvinceEnvelope) -> ProvinceEnvelope:
    """Signed with another key under the province's name."""
    signature = STRANGER.signer.sign(letter.signed_bytes())
    return letter.model_copy(update={"signature": signature})


def unsigned(letter: ProvinceEnvelope) -> ProvinceEnvelope:
    return letter.model_copy(update={"signature": ""})


def altered(letter: ProvinceEnvelope) -> ProvinceEnvelope:
    return letter.model_copy(update={"payload": {**letter.payload, "name": "另一家"}})


def of_an_unknown_key(letter: ProvinceEnvelope) -> ProvinceEnvelope:
    return STRANGER.sign(letter.model_copy(update={"key_id": STRANGER.signer.key_id}))


async def nothing_changed(city: City) -> bool:
    tables = ("institution", "outbox", "ledger_entry", "held_message")
    counts = [len(await city.rows(f"SELECT 1 FROM {table}")) for table in tables]  # noqa: S608 — the names above
    moved = await city.rows("SELECT 1 FROM inbox_position WHERE sequence > 0")
    return counts == [0, 0, 0, 0] and moved == [] and city.recognized == []


async def refusal(city: City, letter: ProvinceEnvelope) -> Receipt:
    """The one receipt that a refused message gets, once it is sure that it changed nothing."""
    await city.take(letter)
    assert await nothing_changed(city)
    (receipt,) = await city.answer(letter)
    assert (receipt.stage, receipt.ok) == (Stage.TECHNICAL, False)
    assert " · " in receipt.reason
    assert await city.received() == [("refused", receipt.reason_code)]
    return receipt


@pytest.mark.parametrize("tamper", [forged, unsigned, altered, of_an_unknown_key])
async def test_a_signature_that_does_not_hold_is_refused(city: City, tamper: Any) -> None:
    letter = tamper(city.province.write())
    assert (await refusal(city, letter)).reason_code == "SIGNATURE"


async def test_the_refusal_itself_is_signed(city: City) -> None:
    await refusal(city, unsigned(city.province.write()))
    (sent,) = city.line.letters()
    ring = KeyRing(city.signer.public())
    assert ring.holds(sent.key_id, sent.signed_bytes(), sent.signature)


@pytest.mark.parametrize(
    ("fields", "reason_code"),
    [
        ({"schema_version": "99"}, "VERSION"),
        ({"schema_version": ""}, "VERSION"),
        ({"receiver": "320100/subsidy"}, "RECEIVER"),
        ({"receiver": "320500/filing"}, "RECEIVER"),
        ({"receiver": ""}, "RECEIVER"),
        ({"code": "CERTIFICATES_ISSUED"}, "CODE"),
        ({"code": "ACCOUNT_OPENED"}, "CODE"),
        ({"code": "NO_SUCH_CODE"}, "CODE"),
        ({"code": ""}, "CODE"),
        ({"sequence": 0}, "SEQUENCE"),
    ],
)
async def test_what_is_not_for_this_service_is_refused(
    city: City, fields: dict[str, Any], reason_code: str
) -> None:
    assert (await refusal(city, city.province.write(**fields))).reason_code == reason_code


def wrong_check_digit() -> str:
    right = a_uscc()
    return right[:-1] + ("0" if right[-1] != "0" else "1")


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"uscc": wrong_check_digit()}, "uscc"),
        ({"uscc": CITIZEN_ID}, "uscc"),
        ({"name": ""}, "name"),
        ({"name": NAME * 100}, "name"),
        ({"category": NAME}, "category"),
        ({"scope": []}, "scope"),
        ({"station_codes": [CITIZEN_ID]}, "station_codes, station_codes.0"),
        ({"valid_from": "2024-13-01"}, "valid_from"),
        ({CITIZEN_ID: NAME}, "*"),
        ({NAME: CITIZEN_ID}, "*"),
    ],
)
async def test_a_payload_with_faults_is_refused_by_their_places_and_never_their_values(
    city: City, changes: dict[str, Any], place: str
) -> None:
    payload = institution_filed(name=NAME).model_dump(mode="json") | changes
    with capture_logs() as logs:
        receipt = await refusal(city, city.province.write(payload, lane="甲"))
    assert receipt.reason_code == "PAYLOAD"
    assert receipt.reason.endswith(f": {place}")
    (recorded,) = await city.rows("SELECT * FROM exchange_received")
    for written in (receipt, recorded, logs, await city.intents("RECEIPT")):
        assert NAME not in str(written)
        assert CITIZEN_ID not in str(written)


async def test_a_missing_field_and_several_faults_are_all_named(city: City) -> None:
    payload = institution_filed().model_dump(mode="json") | {"uscc": "甲", "audience": 7}
    del payload["organ"]
    receipt = await refusal(city, city.province.write(payload, lane="甲"))
    assert receipt.reason == "字段有误 · fields at fault: audience, organ, uscc"


async def test_a_nul_in_the_payload_is_refused(city: City) -> None:
    payload = institution_filed(name="测试\0公司")
    assert (await refusal(city, city.province.write(payload))).reason_code == "PAYLOAD"


async def test_a_backslash_before_u0000_is_no_nul(city: City) -> None:
    letter = city.province.write(institution_filed(name="测试\\u0000公司"))
    await city.take(letter)
    assert await city.answer(letter) == [ACCEPTED, DONE]


async def test_a_code_that_is_somebodys_number_is_not_sent_back(city: City) -> None:
    receipt = await refusal(city, city.province.write(code=CITIZEN_ID))
    assert receipt.reason_code == "CODE"
    assert CITIZEN_ID not in receipt.reason


@pytest.mark.parametrize("kept", ["business_key", "message_id"])
async def test_the_same_key_with_other_content_is_a_conflict_and_the_first_stands(
    city: City, kept: str
) -> None:
    first = city.province.write(filed := institution_filed())
    await city.take(first)
    other = city.province.write(lane=first.lane, **{kept: getattr(first, kept)})
    await city.take(other)
    assert await city.on_record() == [filed.provincial_number]
    receipt = [each for each in await city.answer(other) if not each.ok]
    assert [(each.stage, each.reason_code) for each in receipt] == [(Stage.TECHNICAL, "CONFLICT")]
    assert await city.received() == [("done", ""), ("refused", "CONFLICT")]


async def test_a_message_id_used_for_another_act_with_the_same_content_is_a_conflict(city: City) -> None:
    filed = institution_filed()
    first = city.province.write(filed, business_key="甲")
    second = city.province.write(filed, business_key="乙", message_id=first.message_id)
    await city.take(first)
    await city.take(second)
    assert await city.received() == [("done", ""), ("refused", "CONFLICT")]


@pytest.mark.parametrize(("of", "about"), [(0, 1), (1, 0)])
async def test_a_message_id_of_one_act_with_the_key_and_content_of_another_is_a_conflict(
    city: City, of: int, about: int
) -> None:
    letters = [city.province.write() for _ in range(2)]
    await city.take(*letters)
    mixed = letters[about].model_copy(update={"message_id": letters[of].message_id})
    await city.take(city.province.sign(mixed))
    assert await city.received() == [("done", ""), ("done", ""), ("refused", "CONFLICT")]


async def test_a_refused_message_keeps_its_number_free_for_the_mended_one(city: City) -> None:
    letter = city.province.write(filed := institution_filed())
    await city.take(unsigned(letter))
    await city.take(letter)
    await city.take(city.province.write(lane=letter.lane))
    assert len(await city.on_record()) == 2
    assert filed.provincial_number in await city.on_record()
    assert await city.received() == [("refused", "SIGNATURE"), ("done", ""), ("done", "")]


async def test_a_number_that_was_used_for_another_message_is_refused(city: City) -> None:
    first = city.province.write()
    late = city.province.write(lane=first.lane, sequence=1)
    await city.take(first)
    await city.take(late)
    (receipt,) = await city.answer(late)
    assert (receipt.ok, receipt.reason_code) == (False, "SEQUENCE")
    assert len(await city.on_record()) == 1


async def test_while_a_key_is_replaced_messages_of_both_are_taken(city: City) -> None:
    new = Province()
    ring = KeyRing(city.province.signer.public() | new.signer.public())
    city.consumer = city.ear(ring)
    await city.take(city.province.write(), new.write())
    city.consumer = city.ear(KeyRing(new.signer.public()))
    await city.take(city.province.write(), new.write())
    assert sorted(await city.received()) == [("done", "")] * 3 + [("refused", "SIGNATURE")]


async def test_a_refused_receipt_is_recorded_and_not_answered(city: City) -> None:
    for receipt in (
        city.province.receipt(uuid4(), ACCEPTED, schema_version="99"),
        city.province.receipt(uuid4(), {"stage": "neither", "ok": True}),
        city.province.receipt(None, ACCEPTED),
        unsigned(city.province.receipt(uuid4(), ACCEPTED)),
    ):
        await city.take(receipt)
    codes = [reason_code for _, reason_code in await city.received()]
    assert codes == ["VERSION", "PAYLOAD", "PAYLOAD", "SIGNATURE"]
    assert await city.send() == 0


def test_the_message_these_tests_spoil_is_otherwise_valid() -> None:
    letter = Province().write()
    assert letter.code == FILED
    assert InstitutionFiled.model_validate(letter.payload).model_dump(mode="json") == letter.payload
