"""What operators do about messages that were refused or rejected: send again, mend, give up. Never twice."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.contracts.exchange import Voided
from shared.contracts.province import FilingReport, MessageCode
from shared.identity import Scope
from shared.persistence.unit_of_work import Transaction
from shared.province.adapter import Conclusion
from shared.province.intents import Dispatch
from shared.province.operating.repairs import (
    MendedAlready,
    NothingToRepair,
    UnknownIntent,
    mend,
    resend,
    void,
)
from shared.province.payloads import UnfitPayload
from tests.builders import a_uscc
from tests.shared.province.exchange import report
from tests.shared.province.letters import ACCEPTED, DONE, REPORTED, refused, rejected
from tests.shared.province.service import City

OPERATOR = Scope(actor="测试员甲", act="exchange.repair", everything=True)
LANE = a_uscc()


async def by_operator(city: City, act: Callable[[Transaction], Awaitable[None]]) -> None:
    async with city.works.transaction(OPERATOR) as transaction:
        await act(transaction)


async def resent(city: City, *ids: UUID) -> None:
    await by_operator(city, lambda it: resend(it, ids, reason="对方已恢复"))


async def voided(city: City, intent: UUID) -> None:
    await by_operator(city, lambda it: void(it, intent, reason="另案办理"))


async def mended(city: City, intent: UUID, payload: dict[str, Any]) -> None:
    await by_operator(city, lambda it: mend(it, intent, payload, reason="名称有误"))


def told(number: str) -> Dispatch:
    """A report that the province understands, all of them about one institution."""
    return report(number, uscc=LANE)


@pytest.fixture
async def two(city: City) -> City:
    """A city that has told the province two things about one institution."""
    await city.owe(told("备案1号"), told("备案2号"))
    await city.send()
    return city


async def first(city: City) -> dict[str, Any]:
    return (await city.intents())[0]


async def answered(city: City, *receipts: Any, intent: UUID | None = None) -> dict[str, Any]:
    """Let the province answer the first message, or this one; the message afterwards."""
    about = intent or (await first(city))["id"]
    for each in receipts:
        await city.take(city.province.receipt(about, each))
    (found,) = [each for each in await city.intents() if each["id"] == about]
    return found


async def sent_after(city: City, before: int) -> list[tuple[str, int, str]]:
    while await city.send():
        pass
    return [(each.code, each.sequence, each.business_key) for each in city.line.letters()[before:]]


async def test_a_refused_message_is_sent_again_under_its_id_and_number(two: City) -> None:
    refusal = await answered(two, refused())
    await resent(two, refusal["id"])
    assert await sent_after(two, 2) == [(REPORTED, 1, refusal["business_key"])]
    assert two.line.letters()[2] == two.line.letters()[0]
    done = await answered(two, ACCEPTED, DONE)
    assert (done["id"], done["state"], done["attempts"]) == (refusal["id"], "done", 2)


async def test_a_refused_message_is_mended_in_place(two: City) -> None:
    refusal = await answered(two, refused())
    content = refusal["payload"] | {"name": "更名后的测试公司"}
    await mended(two, refusal["id"], content)
    assert await sent_after(two, 2) == [(REPORTED, 1, refusal["business_key"])]
    letter = two.line.letters()[2]
    assert (letter.message_id, letter.payload["name"]) == (refusal["id"], "更名后的测试公司")
    kept = await first(two)
    assert (kept["digest"] != refusal["digest"], kept["at"]) == (True, refusal["at"])


async def test_an_old_receipt_takes_nothing_back_that_was_mended_since(two: City) -> None:
    refusal = await first(two)
    receipt = two.province.receipt(refusal["id"], refused())
    await two.take(receipt)
    await resent(two, refusal["id"])
    await two.take(receipt)
    assert (await first(two))["state"] == "owed"
    await two.take(two.province.receipt(refusal["id"], refused()))
    assert (await first(two))["state"] == "refused"


async def test_a_refused_message_is_voided_and_the_lane_goes_on(two: City) -> None:
    refusal = await answered(two, refused())
    await two.owe(told("备案3号"))
    assert await two.send() == 0
    await voided(two, refusal["id"])
    assert await sent_after(two, 2) == [
        ("VOID", 1, f"void:{refusal['id']}"),
        (REPORTED, 3, "filing:备案3号"),
    ]
    content = Voided.model_validate(two.line.letters("VOID")[0].payload)
    assert (content.message_id, content.code, content.reason) == (refusal["id"], REPORTED, "另案办理")
    states = {each["id"]: each["state"] for each in await two.intents()}
    assert states[refusal["id"]] == "voided"
    (void_,) = await two.intents("VOID")
    assert (await answered(two, ACCEPTED, DONE, intent=void_["id"]))["state"] == "done"


async def test_a_number_the_other_side_has_used_needs_no_void_there(two: City) -> None:
    refusal = await answered(two, refused("SEQUENCE"))
    await two.owe(told("备案3号"))
    await voided(two, refusal["id"])
    assert await sent_after(two, 2) == [(REPORTED, 3, "filing:备案3号")]


async def test_a_rejected_message_is_told_anew_with_the_next_number_and_its_own_key(two: City) -> None:
    rejection = await answered(two, rejected())
    content = rejection["payload"] | {"name": "更名后的测试公司"}
    await mended(two, rejection["id"], content)
    assert await sent_after(two, 2) == [(REPORTED, 3, f"{rejection['business_key']}~2")]
    anew = (await two.intents())[2]
    assert (anew["mends"], anew["organ"]) == (rejection["id"], rejection["organ"])
    assert FilingReport.model_validate(anew["payload"]).name == "更名后的测试公司"
    assert (await first(two))["state"] == "rejected"


async def test_what_was_mended_is_rejected_again_and_mended_again(two: City) -> None:
    rejection = await answered(two, rejected())
    await resent(two, rejection["id"])
    second = (await two.intents())[2]
    await answered(two, rejected(), intent=second["id"])
    await resent(two, second["id"])
    keys = [each["business_key"] for each in await two.intents()]
    assert keys[2:] == [f"{rejection['business_key']}~{each}" for each in (2, 3)]


async def test_a_rejected_message_is_never_told_anew_twice(two: City) -> None:
    rejection = await answered(two, rejected())
    await resent(two, rejection["id"])
    with pytest.raises(MendedAlready):
        await resent(two, rejection["id"])
    with pytest.raises(MendedAlready):
        await mended(two, rejection["id"], rejection["payload"])
    assert len(await two.intents()) == 3


async def test_the_case_hears_of_the_mended_message_under_the_key_it_knows(two: City) -> None:
    heard: list[Conclusion] = []

    async def conclude(conclusion: Conclusion, _: object) -> None:
        heard.append(conclusion)

    two.adapter.concludes(MessageCode.FILING_REPORTED, conclude)
    rejection = await answered(two, rejected())
    await resent(two, rejection["id"])
    await answered(two, DONE, intent=(await two.intents())[2]["id"])
    assert [(each.business_key, each.ok) for each in heard] == [
        (rejection["business_key"], False),
        (rejection["business_key"], True),
    ]


async def test_what_may_have_arrived_is_asked_after_and_not_sent_again(two: City) -> None:
    before = await first(two)
    assert await two.chaser().ask_fates() == 0
    await resent(two, before["id"])
    assert await two.chaser().ask_fates() == 1
    assert (await first(two))["state"] == "delivered"
    await two.send()
    assert [each.code for each in two.line.letters()[2:]] == ["STATUS_QUERY"]


async def test_many_are_resent_at_once_in_the_order_of_their_lane(two: City) -> None:
    ids = [each["id"] for each in await two.intents()]
    for each in ids:
        await answered(two, refused(), intent=each)
    await resent(two, *reversed(ids))
    assert [number for _, number, _ in await sent_after(two, 2)] == [1, 2]


async def test_what_is_owed_already_stays_owed(city: City) -> None:
    await city.owe(told("备案1号"))
    before = await city.intent()
    await resent(city, before["id"])
    assert await city.intent() == before


async def test_one_that_cannot_be_resent_stops_all_of_them(two: City) -> None:
    one, other = [each["id"] for each in await two.intents()]
    await answered(two, refused(), intent=one)
    await answered(two, DONE, intent=other)
    with pytest.raises(NothingToRepair):
        await resent(two, one, other)
    assert (await first(two))["state"] == "refused"


@pytest.mark.parametrize("receipts", [(), (ACCEPTED,), (DONE,)])
async def test_what_was_not_refused_or_rejected_is_neither_voided_nor_mended(
    two: City, receipts: tuple[Any, ...]
) -> None:
    intent = await answered(two, *receipts)
    with pytest.raises(NothingToRepair):
        await voided(two, intent["id"])
    with pytest.raises(NothingToRepair):
        await mended(two, intent["id"], intent["payload"])


async def test_what_was_rejected_is_concluded_and_its_number_cannot_be_given_up(two: City) -> None:
    rejection = await answered(two, rejected())
    with pytest.raises(NothingToRepair):
        await voided(two, rejection["id"])


async def test_a_payload_nobody_could_read_is_not_sent(two: City) -> None:
    refusal = await answered(two, refused())
    with pytest.raises(UnfitPayload, match=r"fields at fault: \*, uscc") as found:
        await mended(two, refusal["id"], refusal["payload"] | {"uscc": "320102199003070038", "张三": 1})
    assert "320102199003070038" not in str(found.value)
    assert await first(two) == refusal


async def test_what_does_not_exist_or_stands_outside_the_lanes_is_not_found(city: City) -> None:
    await city.take(city.province.write())
    (receipt, _) = await city.intents("RECEIPT")
    for each in (uuid4(), receipt["id"]):
        with pytest.raises(UnknownIntent):
            await resent(city, each)


async def test_every_repair_is_in_the_ledger_with_who_and_why(two: City) -> None:
    one, other = [each["id"] for each in await two.intents()]
    await answered(two, refused(), intent=one)
    await answered(two, rejected(), intent=other)
    await resent(two, one, other)
    await answered(two, refused(), intent=one)
    await voided(two, one)
    query = "SELECT subject_id, actor, reason FROM ledger_entry WHERE subject_kind = 'exchange_intent' ORDER BY id"
    assert [tuple(each.values()) for each in await two.rows(query)] == [
        (one, "测试员甲", "对方已恢复"),
        (other, "测试员甲", "对方已恢复"),
        (one, "测试员甲", "另案办理"),
    ]


async def test_an_officer_repairs_nothing_of_another_organ(two: City) -> None:
    refusal = await answered(two, refused())
    for organ, found in (("320999", False), (refusal["organ"], True)):
        officer = Scope(actor="测试员乙", act="exchange.repair", organs=frozenset({organ}))
        async with two.works.transaction(officer) as transaction:
            if found:
                await void(transaction, refusal["id"], reason="另案办理")
            else:
                with pytest.raises(UnknownIntent):
                    await resend(transaction, [refusal["id"]], reason="不归我管")
    assert len(await two.intents("VOID")) == 1
