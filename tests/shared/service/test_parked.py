"""Messages of the province that wait for a person: tried again when the cause is mended, or given up."""

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from shared.contracts.exchange import Voided
from shared.contracts.province import InstitutionFiled, MessageCode, ProvinceEnvelope
from shared.messaging.consumer import Incoming
from tests.builders import a_uscc, institution_filed
from tests.shared.province.letters import FILED
from tests.shared.service.desk import WHY, Desk


class Trouble:
    """What is wrong with the service, as long as it is."""

    def __init__(self) -> None:
        self.mended = False


@pytest.fixture
def trouble(desk: Desk) -> Iterator[Trouble]:
    """Filing stumbles over what the province has filed, until somebody mends it."""
    adapter, trouble = desk.runtime.province, Trouble()
    taken = adapter.taken(FILED)
    assert taken is not None
    _, handler = taken

    async def stumbling(filed: InstitutionFiled, work: Any) -> None:
        if not trouble.mended:
            raise RuntimeError(filed.provincial_number)
        await handler(filed, work)

    adapter.takes(FILED, InstitutionFiled, stumbling)
    yield trouble
    adapter.takes(FILED, InstitutionFiled, handler)


async def parked(desk: Desk, *letters: ProvinceEnvelope) -> list[dict[str, Any]]:
    """Let these come in and be tried until they wait for a person."""
    await desk.take(*letters)
    for _ in range(8):
        desk.forward(hours=2)
        await desk.retry()
    found: list[dict[str, Any]] = (await desk.seen("/parked"))["items"]
    return found


def two(desk: Desk) -> tuple[ProvinceEnvelope, ProvinceEnvelope]:
    """Two messages of one lane, the second one's institution as the first one's."""
    uscc = a_uscc()
    first, second = (institution_filed(uscc=uscc, provincial_number=f"苏测试{uuid4()}") for _ in range(2))
    return desk.province.write(first), desk.province.write(second)


def answers(letters: list[ProvinceEnvelope], about: ProvinceEnvelope) -> list[tuple[str, bool, str]]:
    """Stage, outcome and reason code of the receipts for a message."""
    found = [letter.payload for letter in letters if letter.in_reply_to == about.message_id]
    return [(each["stage"], each["ok"], each["reason_code"]) for each in found]


async def test_what_is_parked_is_tried_again_once_its_cause_is_mended(desk: Desk, trouble: Trouble) -> None:
    first, second = two(desk)
    waiting = await parked(desk, first, second)
    assert [(each["sequence"], each["taken"], each["topic"]) for each in waiting] == [
        (1, 0, FILED),
        (2, 0, FILED),
    ]
    assert (waiting[0]["code"], waiting[0]["attempts"]) == ("RuntimeError", 6)
    assert (await desk.seen("/status"))["parked"] == 2
    trouble.mended = True
    await desk.acted(f"/parked/{waiting[0]['id']}/replay")
    await desk.retry()
    assert (await desk.seen("/parked"))["items"] == []
    sent = await desk.send()
    assert answers(sent, first) == [("technical", True, ""), ("business", True, "")]
    assert answers(sent, second)[0] == ("technical", True, "")
    assert ("测试员甲", "replay_parked", WHY) in await desk.entries()


async def test_what_is_tried_again_too_early_is_parked_again(desk: Desk, trouble: Trouble) -> None:
    (waiting,) = await parked(desk, desk.province.write())
    assert not trouble.mended
    await desk.acted(f"/parked/{waiting['id']}/replay")
    for _ in range(8):
        desk.forward(hours=2)
        await desk.retry()
    (again,) = (await desk.seen("/parked"))["items"]
    assert (again["id"], again["attempts"]) == (waiting["id"], 6)


async def test_what_is_discarded_is_declined_and_its_lane_goes_on(desk: Desk, trouble: Trouble) -> None:
    first, second = two(desk)
    waiting = await parked(desk, first, second)
    early = await desk.post(f"/parked/{waiting[1]['id']}/discard")
    assert (early.status_code, early.json()["code"]) == (409, "NJT-EXC-1055")
    trouble.mended = True
    await desk.acted(f"/parked/{waiting[0]['id']}/discard", {"reason": "重复下发"})
    await desk.retry()
    sent = await desk.send()
    assert answers(sent, first) == [("technical", True, ""), ("business", False, "NJT-EXC-1057")]
    assert answers(sent, second) == [("technical", True, ""), ("business", True, "")]
    told = [letter.payload["reason"] for letter in sent if letter.in_reply_to == first.message_id]
    assert "重复下发" in told[1]
    assert (await desk.seen("/parked"))["items"] == []
    lines = (await desk.seen("/messages", message_id=str(first.message_id)))["items"]
    assert "discarded" in [line["outcome"] for line in lines]
    assert ("测试员甲", "discard_parked", "重复下发") in await desk.entries()


async def test_a_copy_of_what_was_discarded_is_answered_alike_and_done_nothing_about(
    desk: Desk, trouble: Trouble
) -> None:
    letter = desk.province.write()
    (waiting,) = await parked(desk, letter)
    await desk.acted(f"/parked/{waiting['id']}/discard")
    await desk.send()
    trouble.mended = True
    await desk.take(letter)
    assert answers(await desk.send(), letter)[-1] == ("business", False, "NJT-EXC-1057")
    assert await desk.rows("SELECT 1 FROM institution") == []


async def test_what_is_no_message_at_all_is_discarded_without_an_answer(desk: Desk) -> None:
    await desk.worker.exchange.process([Incoming(body=b"\x00 no message")])
    (waiting,) = await parked(desk)
    assert (waiting["topic"], waiting["lane"]) == (None, None)
    await desk.acted(f"/parked/{waiting['id']}/discard")
    assert (await desk.seen("/parked"))["items"] == []
    assert await desk.send() == []


async def test_what_the_other_side_voided_is_only_to_be_discarded(desk: Desk, trouble: Trouble) -> None:
    letter = desk.province.write()
    await parked(desk, letter)
    assert not trouble.mended
    voided = Voided(message_id=letter.message_id, code=FILED, reason="误发")
    await desk.take(
        desk.province.write(voided, code=MessageCode.VOID, lane=letter.lane, sequence=letter.sequence)
    )
    (waiting,) = (await desk.seen("/parked"))["items"]
    answer = await desk.post(f"/parked/{waiting['id']}/replay")
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-EXC-1054")
    before = answers(await desk.send(), letter)
    await desk.acted(f"/parked/{waiting['id']}/discard")
    assert (await desk.seen("/parked"))["items"] == []
    assert (before, answers(await desk.send(), letter)) == ([], [])


async def test_what_can_not_be_read_any_more_is_not_given_up(desk: Desk, trouble: Trouble) -> None:
    (waiting,) = await parked(desk, desk.province.write())
    assert not trouble.mended
    await desk.change("UPDATE held_message SET body = 'x'::bytea")
    answer = await desk.post(f"/parked/{waiting['id']}/discard")
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-EXC-1056")


async def test_parked_messages_come_in_pages_and_only_those_of_the_line(desk: Desk, trouble: Trouble) -> None:
    await parked(desk, *[desk.province.write() for _ in range(3)])
    assert not trouble.mended
    await desk.worker.events.process([Incoming(body=b"no fact")])
    first = await desk.seen("/parked", size=2)
    second = await desk.seen("/parked", size=2, cursor=first["next"])
    assert [len(first["items"]), len(second["items"]), second["next"]] == [2, 1, None]
    (other,) = await desk.rows("SELECT id FROM held_message WHERE queue NOT LIKE 'njt.province.%'")
    for act in ("replay", "discard"):
        for key in (other["id"], uuid4()):
            answer = await desk.post(f"/parked/{key}/{act}")
            assert (answer.status_code, answer.json()["code"]) == (404, "NJT-EXC-1053")


async def test_what_nobody_could_read_is_shown_to_whoever_says_why(desk: Desk) -> None:
    await desk.worker.exchange.process([Incoming(body=b"no message \xff")])
    (waiting,) = (await desk.seen("/parked"))["items"]
    path = f"/parked/{waiting['id']}"
    hidden = await desk.seen(path)
    assert (hidden["envelope"], hidden["raw"], hidden["code"]) == (None, None, waiting["code"])
    shown = await desk.seen(path, reason=WHY)
    assert (shown["raw"], shown["reason"]) == ("no message \\xff", waiting["reason"])
    assert [entry[1:] for entry in (await desk.entries())[-2:]] == [
        ("read_parked", None),
        ("read_parked", WHY),
    ]
    assert (await desk.get(path, desk.district, reason=WHY)).status_code == 403
    assert (await desk.get(f"/parked/{uuid4()}")).status_code == 404


@pytest.mark.usefixtures("trouble")
async def test_what_waits_and_can_be_read_is_shown_masked_or_with_a_reason(desk: Desk) -> None:
    letter, _ = two(desk)
    (waiting,) = await parked(desk, letter)
    masked = await desk.seen(f"/parked/{waiting['id']}")
    assert (masked["envelope"]["business_key"], masked["raw"]) == (letter.business_key, None)
    plain = await desk.seen(f"/parked/{waiting['id']}", reason=WHY)
    assert plain["envelope"]["payload"] == letter.payload
