"""The ways in which the province misbehaves on request."""

import asyncio
from uuid import UUID

import pytest

from shared.contracts.province import MessageCode, Receipt, Stage
from shared.province.signing import KeyRing
from simulator.counterpart import Counterpart
from simulator.faults import Faults
from simulator.keys import ProvinceKey
from tests.simulator.city import (
    ACCEPTED,
    BUSINESS_OK,
    TECHNICAL_OK,
    USCC,
    City,
    account_opened,
    institution_filed,
)

FILED = MessageCode.INSTITUTION_FILED


async def send(province: Counterpart, key: str) -> UUID:
    return await province.send("filing", FILED, business_key=key, lane=USCC, payload=institution_filed())


async def test_a_share_of_the_messages_is_sent_twice(city: City, province: Counterpart) -> None:
    province.faults = Faults(duplicate=0.5)
    sent = [await send(province, key) for key in "甲乙丙丁"]
    await city.until(lambda: len(city.messages(FILED)) == 6)
    arrived = [it.message_id for it in city.messages(FILED)]
    assert [arrived.count(message_id) for message_id in sent] == [1, 2, 1, 2]
    assert await province.concluded(sent[-1]) == BUSINESS_OK


@pytest.mark.parametrize(("share", "copies"), [(0.0, 100), (0.1, 110), (0.3, 130), (1.0, 200)])
def test_duplicates_are_as_many_as_the_share_says(share: float, copies: int) -> None:
    faults = Faults(duplicate=share)
    assert sum(faults.repeats(nth) for nth in range(1, 101)) == copies


async def test_so_many_messages_are_taken_and_not_answered(city: City, province: Counterpart) -> None:
    province.faults = Faults(drop_receipts=1)
    silent, answered = (city.envelope(account_opened()) for _ in range(2))
    await city.put(silent.model_dump_json().encode())
    await city.tell(answered)
    assert city.answers(silent) == []
    assert (MessageCode.ACCOUNT_OPENED, silent.business_key) in province.register
    assert await city.tell(silent) == list(ACCEPTED)


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


async def test_another_schema_version_is_sent(city: City, province: Counterpart) -> None:
    province.faults = Faults(schema_version="99")
    await province.concluded(await send(province, "甲"))
    assert [it.schema_version for it in city.messages(FILED)] == ["99"]


async def test_everything_sent_is_kept_back_for_a_while(city: City, province: Counterpart) -> None:
    province.faults = Faults(delay_seconds=0.2)
    loop = asyncio.get_running_loop()
    began = loop.time()
    receipts: list[Receipt] = await city.tell(city.envelope(account_opened()))
    assert receipts == list(ACCEPTED)
    assert 0.2 <= loop.time() - began < 2
