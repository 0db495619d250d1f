"""The ways in which what the province says is wrong, on request."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from cli.suite.province_line import ProvinceLine
from shared.contracts.exchange import Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage, Wire
from shared.contracts.queries import CertificatesAnswered, RegisteredCertificate, RegisterState
from shared.messaging.memory import MemoryBus
from shared.province.keys.signing import KeyRing
from simulator.counterpart import Counterpart
from simulator.faults import Faults, read_faults
from simulator.keys import PeerKeys, ProvinceKey, announced_in
from simulator.memory import MemoryLine
from simulator.reading import FROM_PROVINCE
from tests.simulator.city import (
    ACCEPTED,
    BUSINESS_OK,
    TECHNICAL_OK,
    USCC,
    City,
    Now,
    account_opened,
    institution_filed,
    technically_refused,
)
from tests.simulator.test_records import BATCH, UNKNOWN

FILED = MessageCode.INSTITUTION_FILED
QUERIED = CertificatesAnswered(
    query_id=UUID(int=9), certificates=(RegisteredCertificate(number=UNKNOWN, state=RegisterState.UNKNOWN),)
)


async def send(province: Counterpart, key: str) -> UUID:
    return await province.send("filing", FILED, business_key=key, lane=USCC, payload=institution_filed())


async def test_a_wrong_key_signs_and_the_right_one_signs_the_repetition(
    city: City, hasty: Counterpart, province_key: ProvinceKey
) -> None:
    def answer(envelope: ProvinceEnvelope) -> Sequence[Receipt]:
        known = envelope.key_id == province_key.key_id
        return ACCEPTED if known else [technically_refused("SIGNATURE")]

    city.answer = answer
    hasty.faults = Faults(wrong_key=1.0)
    sent = await send(hasty, "甲")
    await city.told(FILED)
    hasty.faults = Faults()
    assert await hasty.concluded(sent) == BUSINESS_OK
    spoilt, *_, good = city.messages(FILED)
    assert spoilt.key_id != good.key_id
    assert (spoilt.message_id, spoilt.sequence) == (good.message_id, good.sequence)


async def test_an_unknown_version_is_claimed_and_the_right_one_by_the_repetition(
    city: City, hasty: Counterpart
) -> None:
    def answer(envelope: ProvinceEnvelope) -> Sequence[Receipt]:
        return [technically_refused("VERSION")] if envelope.schema_version == "99" else ACCEPTED

    city.answer = answer
    hasty.faults = Faults(unknown_version=1.0)
    sent = await send(hasty, "甲")
    await city.told(FILED)
    hasty.faults = Faults()
    assert await hasty.concluded(sent) == BUSINESS_OK
    assert city.messages(FILED)[0].schema_version == "99"


async def test_a_key_is_rotated_once_and_announced(
    bus: MemoryBus, city: City, province_key: ProvinceKey, tmp_path: Path
) -> None:
    public = tmp_path / "province-keys.json"
    public.write_text(json.dumps(province_key.public()), encoding="utf-8")
    rotating = Counterpart(
        province_key,
        PeerKeys(city.signer.public()),
        MemoryLine(ProvinceLine(bus)),
        Now(),
        faults=Faults(rotate_after=2),
        announce=announced_in(public),
    )
    async with rotating.running():
        for key in "甲乙丙丁":
            await rotating.concluded(await send(rotating, key))
    ring = KeyRing(json.loads(public.read_text(encoding="utf-8")))
    letters = city.messages(FILED)
    assert all(ring.holds(it.key_id, it.signed_bytes(), it.signature) for it in letters)
    assert [it.key_id == province_key.key_id for it in letters] == [True, True, False, False]
    assert rotating.faults.counts["rotated_key"] == 1


async def test_its_clock_is_ahead_until_what_was_refused_for_it_is_dated_again(
    city: City, hasty: Counterpart
) -> None:
    def answer(envelope: ProvinceEnvelope) -> Sequence[Receipt]:
        ahead = envelope.issued_at > Now().now()
        return [technically_refused("CLOCK")] if ahead else ACCEPTED

    city.answer = answer
    hasty.faults = Faults(clock_skew_seconds=3600)
    sent = await send(hasty, "甲")
    await city.told(FILED)
    hasty.faults = Faults()
    assert await hasty.concluded(sent) == BUSINESS_OK
    skewed, *_, dated = city.messages(FILED)
    assert (skewed.issued_at - dated.issued_at, dated.issued_at) == (timedelta(hours=1), Now().now())
    assert hasty.sent[sent].envelope.issued_at == Now().now()


@pytest.mark.parametrize("payload", [institution_filed(), BATCH, QUERIED])
async def test_what_was_carried_out_is_told_once_more_with_other_content(
    city: City, province: Counterpart, payload: Wire
) -> None:
    def answer(envelope: ProvinceEnvelope) -> Sequence[Receipt]:
        same = envelope.payload == payload.model_dump(mode="json")
        return ACCEPTED if same else [technically_refused("CONFLICT")]

    city.answer = answer
    province.faults = Faults(other_content=1.0)
    code = next(code for code, model in FROM_PROVINCE.items() if isinstance(payload, model))
    sent = await province.send("filing", code, business_key="甲", lane=USCC, payload=payload)
    assert await province.concluded(sent) == BUSINESS_OK
    first, other = await city.told(MessageCode(code), 2)
    assert (other.business_key, other.lane, other.sequence) == (first.business_key, USCC, 1)
    assert (other.message_id == sent, other.payload == first.payload) == (False, False)
    FROM_PROVINCE[code].model_validate(other.payload)
    await city.tell(city.envelope(account_opened()))
    assert province.refused == []
    assert province.sent[sent].business == BUSINESS_OK


async def test_everything_sent_is_signed_wrongly_until_the_fault_is_taken_back(
    city: City, province: Counterpart, province_key: ProvinceKey
) -> None:
    province.faults.corrupt_signature = True
    await send(province, "甲")
    await city.tell(city.envelope(account_opened()))
    province.faults.corrupt_signature = False
    await province.concluded(await send(province, "乙"))
    ring = KeyRing(province_key.public())
    held = [ring.holds(it.key_id, it.signed_bytes(), it.signature) for it, _ in city.received]
    assert held == [False, False, False, True]


async def test_a_business_is_rejected_with_the_reason_asked_for_and_stays_rejected(
    city: City, province: Counterpart
) -> None:
    province.faults = Faults(reject={MessageCode.ACCOUNT_OPENED: "PROV-0042"})
    told = city.envelope(account_opened())
    technical, business = await city.tell(told)
    assert technical == TECHNICAL_OK
    assert (business.stage, business.ok, business.reason_code) == (Stage.BUSINESS, False, "PROV-0042")
    province.faults = Faults()
    assert await city.tell(told) == [technical, business]
    assert province.register == {}


async def test_every_kind_of_business_may_be_rejected_but_a_void(city: City, province: Counterpart) -> None:
    province.faults = read_faults(["reject=*:PROV-0001"])
    opened = city.envelope(account_opened())
    assert (await city.tell(opened))[-1].reason_code == "PROV-0001"
    void = Voided(message_id=opened.message_id, code=opened.code)
    assert await city.tell(city.envelope(void, code=MessageCode.VOID)) == list(ACCEPTED)
    assert len(province.register) == 0


async def test_another_schema_version_is_sent(city: City, province: Counterpart) -> None:
    province.faults = Faults(schema_version="99")
    await province.concluded(await send(province, "甲"))
    assert [it.schema_version for it in city.messages(FILED)] == ["99"]
