"""A message that was given up: what stands in its place, what takes it up again, and a result that comes all the same."""

import pytest

from shared.contracts.province import Receipt
from shared.province.operating.repairs import NothingToRepair
from tests.shared.province.letters import DONE, REPORTED, refused, rejected
from tests.shared.province.service import City
from tests.shared.province.test_repairs import (
    LANE,
    answered,
    mended,
    sent_after,
    told,
    two,
    voided,
)

__all__ = ["two"]


async def test_what_was_voided_is_told_anew_when_it_is_mended(two: City) -> None:
    refusal = await answered(two, refused())
    await voided(two, refusal["id"])
    await mended(two, refusal["id"], refusal["payload"])
    assert await sent_after(two, 2) == [
        ("VOID", 1, f"void:{refusal['id']}"),
        (REPORTED, 3, f"{refusal['business_key']}~2"),
    ]


async def test_a_voided_number_that_is_asked_for_is_answered_by_the_void(two: City) -> None:
    refusal = await answered(two, refused())
    await voided(two, refusal["id"])
    await two.send()
    request = {"lane": str(LANE), "first": 1, "last": 1}
    before = len(two.line.letters())
    await two.take(two.province.write(request, code="RESEND_REQUEST", sequence=0, lane=LANE))
    assert [each[0] for each in await sent_after(two, before)] == ["VOID"]


@pytest.mark.parametrize(("result", "state"), [(DONE, "done"), (rejected(), "rejected")])
@pytest.mark.parametrize("sent", [False, True])
async def test_a_result_that_comes_after_it_was_voided_has_the_last_word(
    two: City, result: Receipt, state: str, *, sent: bool
) -> None:
    """One copy was refused, another taken: nothing is told a second time, and the number is the message's own."""
    refusal = await answered(two, refused())
    await voided(two, refusal["id"])
    if sent:
        await two.send()
    assert (await answered(two, result))["state"] == state
    (void_,) = await two.intents("VOID")
    assert (void_["state"], void_["due_at"]) == ("voided", None)
    await answered(two, refused("SEQUENCE"), intent=void_["id"])
    if state == "done":
        with pytest.raises(NothingToRepair):
            await mended(two, refusal["id"], refusal["payload"])
    await two.owe(told("备案3号"))
    before = len(two.line.letters())
    assert await sent_after(two, before) == [(REPORTED, 3, "filing:备案3号")]


async def test_a_void_that_was_itself_given_up_leaves_the_number_to_the_message(two: City) -> None:
    refusal = await answered(two, refused())
    await voided(two, refusal["id"])
    await two.send()
    (void_,) = await two.intents("VOID")
    await answered(two, refused(), intent=void_["id"])
    await voided(two, void_["id"])
    assert (await answered(two, DONE))["state"] == "done"
    assert {each["state"] for each in await two.intents("VOID")} == {"voided"}
