"""The callback keeps whatever bytes come before it says so, answers in writing, and lets nobody send many for nothing."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli.servers.places import free_port
from cli.suite.roster import entry
from cli.suite.server import served
from shared.contracts.exchange import AskedMessage, StatusQuery
from shared.contracts.province import MessageCode
from shared.messaging.memory import MemoryBus
from shared.service.exchange import callback
from shared.settings import Settings
from tests.builders import institution_filed
from tests.interfaces import client_of
from tests.shared.province.documents import documents
from tests.shared.province.letters import ACCEPTED, DONE, TRACE, TRACE_ID, Province, dispatch
from tests.shared.service.desk import Desk
from tests.shared.service.handing_over import Door

ABSENT = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def door(desk: Desk) -> Door:
    return Door(desk)


async def became(door: Door) -> list[tuple[str, str, str]]:
    """How each message that came in went into the exchange ledger."""
    rows = await door.desk.rows(
        "SELECT transport, outcome, reason_code FROM exchange_message WHERE direction = 'in' ORDER BY place"
    )
    return [(row["transport"], row["outcome"], row["reason_code"]) for row in rows]


async def test_a_good_message_is_carried_out_and_its_receipt_given_at_once(door: Door) -> None:
    letter = door.desk.province.write()
    answer = await door.tell(letter)
    assert (answer.status, answer.said) == (202, "ok")
    assert answer.envelope is not None
    assert answer.envelope.in_reply_to == letter.message_id
    assert await became(door) == [("https", "done", "")]
    owed = [each for each in await door.desk.send() if each.in_reply_to == letter.message_id]
    assert [each.payload["stage"] for each in owed] == [ACCEPTED.stage, DONE.stage]
    assert owed[0].message_id == answer.envelope.message_id


@pytest.mark.parametrize(
    ("reason_code", "wrong"),
    [
        ("VERSION", {"schema_version": "99"}),
        ("RECEIVER", {"receiver": "990000/nobody"}),
        ("SENDER", {"sender": "330000"}),
        ("CODE", {"code": MessageCode.SUBSIDY_PAID}),
        ("PAYLOAD", {"payload": {"name": "甲"}}),
    ],
)
async def test_a_refusal_is_told_at_once_and_changes_nothing(
    door: Door, reason_code: str, wrong: dict[str, Any]
) -> None:
    others = {name: value for name, value in wrong.items() if name != "payload"}
    letter = door.desk.province.write(wrong.get("payload", institution_filed()), **others)
    answer = await door.tell(letter)
    assert (answer.status, answer.said) == (202, reason_code)
    assert answer.envelope is not None
    assert answer.envelope.in_reply_to == letter.message_id
    assert await became(door) == [("https", "refused", reason_code)]
    assert await door.desk.rows("SELECT 1 FROM institution") == []
    (pushed,) = await door.desk.send()
    assert pushed == answer.envelope


async def test_a_message_of_a_stranger_is_refused_as_unsigned(door: Door) -> None:
    letter = Province().write()
    answer = await door.tell(letter)
    assert (answer.status, answer.said) == (202, "SIGNATURE")


async def test_what_was_mended_is_taken_after_its_refusal(door: Door) -> None:
    letter = door.desk.province.write()
    spoilt = letter.model_copy(update={"signature": "AAAA"})
    assert (await door.tell(spoilt)).said == "SIGNATURE"
    door.desk.forward(seconds=1)
    assert (await door.tell(letter)).said == "ok"


async def test_the_same_message_again_is_answered_alike(door: Door) -> None:
    letter = door.desk.province.write()
    assert [(await door.tell(letter)).said for _ in range(2)] == ["ok", "ok"]
    assert len(await door.desk.rows("SELECT 1 FROM institution")) == 1


async def test_what_comes_too_early_is_kept_and_not_answered_yet(door: Door) -> None:
    pen = door.desk.province
    first, second = pen.write(lane="甲"), pen.write(lane="甲")
    answer = await door.tell(second)
    assert (answer.status, answer.receipt) == (202, None)
    assert (await door.tell(first)).said == "ok"
    await door.desk.retry()
    assert [outcome for _, outcome, _ in await became(door)] == ["waiting", "done", "done"]


async def test_a_query_is_taken_and_answered_by_a_push(door: Door) -> None:
    pen = door.desk.province
    asked = AskedMessage(message_id=ABSENT, code="INSTITUTION_FILED", business_key="无")
    query = StatusQuery(query_id=ABSENT, messages=(asked,))
    letter = pen.write(query, code=MessageCode.STATUS_QUERY, lane="", sequence=0)
    answer = await door.tell(letter)
    assert (answer.status, answer.receipt) == (202, None)
    (told,) = await door.desk.send()
    assert (told.code, told.in_reply_to) == (MessageCode.STATUS_ANSWERED, letter.message_id)


async def test_receipts_move_our_own_messages_on(door: Door) -> None:
    (intent,) = await door.desk.owe(dispatch())
    await door.desk.send()
    for receipt in (ACCEPTED, DONE):
        answer = await door.tell(door.desk.province.receipt(intent, receipt))
        assert (answer.status, answer.receipt) == (202, None)
        door.desk.forward(milliseconds=1)
    assert await door.desk.states() == [("备案:1", "done")]


async def test_a_receipt_for_nothing_of_ours_is_refused_in_writing_and_only_here(door: Door) -> None:
    letter = door.desk.province.receipt(None, DONE)
    answer = await door.tell(letter)
    assert (answer.status, answer.said) == (202, "PAYLOAD")
    assert answer.envelope is not None
    assert answer.envelope.in_reply_to == letter.message_id
    assert await door.desk.send() == []


async def test_the_trace_that_came_with_it_goes_on(door: Door) -> None:
    letter = door.desk.province.write()
    await door.tell(letter, traceparent=TRACE)
    (row,) = await door.desk.rows("SELECT trace_id FROM exchange_message WHERE direction = 'in'")
    assert row["trace_id"] == TRACE[TRACE_ID]


async def test_a_trace_that_is_none_is_passed_over(door: Door) -> None:
    assert (await door.tell(door.desk.province.write(), traceparent="00-" + "x" * 5000)).said == "ok"


HOSTILE = {
    "nothing": b"",
    "a nul": b"\0",
    "no text": b"\xff\xfe\x00",
    "half an object": b'{"payload": {',
    "a list": b"[]",
    "a number that is none": b'{"payload": {"x": NaN}}',
    "too deep": b"[" * 100_000,
    "another encoding": "报文".encode("utf-16"),
    "compressed": gzip.compress(b"{}"),
    "a form": b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\nb\r\n--x--",
    "a large number": b'{"sequence": ' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
async def test_bytes_that_are_no_message_are_refused_in_writing_and_parked(door: Door, body: bytes) -> None:
    answer = await door.push(body)
    assert (answer.status, answer.said) == (202, "UNREADABLE")
    assert answer.envelope is not None
    assert answer.envelope.in_reply_to is None
    assert answer.envelope.business_key == f"sha256:{sha256(body).hexdigest()}"
    (held,) = await door.desk.rows("SELECT state, body, sealed FROM held_message")
    assert (held["state"], held["sealed"]) == ("parked", True)
    cipher = door.desk.runtime.cipher
    assert cipher is not None
    assert cipher.unseal(held["body"], about="held") == body
    assert [(transport, outcome) for transport, outcome, _ in await became(door)] == [("https", "parked")]


@pytest.mark.parametrize("encoding", ["gzip", "deflate, br", "identity", "nonsense"])
async def test_bytes_are_taken_as_they_come_whatever_is_said_of_them(door: Door, encoding: str) -> None:
    """Nothing is unpacked: what is signed are the bytes."""
    letter = door.desk.province.write()
    assert (await door.tell(letter, content_encoding=encoding)).said == "ok"
    bomb = gzip.compress(b"0" * 50_000_000)
    assert (await door.push(bomb, content_encoding=encoding)).said == "UNREADABLE"


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "?"]
)
async def test_what_kind_it_says_it_is_changes_nothing(door: Door, kind: str) -> None:
    answer = await door.tell(door.desk.province.write(), content_type=kind)
    assert answer.status == 202
    assert [outcome for _, outcome, _ in await became(door)] == ["done"]


async def ten_megabytes() -> AsyncIterator[bytes]:
    for _ in range(10):
        yield b"0" * 1_000_000


@pytest.mark.parametrize("announced", [True, False])
async def test_what_is_too_large_is_refused_in_writing_and_not_kept(door: Door, *, announced: bool) -> None:
    answer = await door.push(b"0" * 10_000_000 if announced else ten_megabytes())
    assert (answer.status, answer.said) == (413, "TOO_LARGE")
    assert await door.desk.rows("SELECT 1 FROM held_message") == []


async def test_a_stranger_is_soon_asked_to_wait_and_nothing_more_of_his_is_kept(door: Door) -> None:
    answers = [await door.push(b"?") for _ in range(80)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
    kept = await door.desk.rows("SELECT 1 FROM held_message")
    assert len(kept) == len(answers) - len(refused)
    assert (await door.tell(door.desk.province.write())).said == "ok"


fuzzed = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(body=st.binary(max_size=300) | documents.map(lambda it: json.dumps(it).encode()))
async def test_whatever_comes_is_answered_and_never_with_a_fault_of_ours(door: Door, body: bytes) -> None:
    door.forget_callers()
    answer = await door.push(body)
    assert answer.status == 202
    assert answer.receipt is not None
    assert not answer.receipt.ok


@fuzzed
@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
async def test_a_message_with_one_bit_changed_is_never_carried_out(door: Door, place: int, bit: int) -> None:
    door.forget_callers()
    letter = door.desk.province.write(lane="甲", sequence=1)
    body = bytearray(letter.model_dump_json().encode())
    body[place % len(body)] ^= 1 << bit
    answer = await door.push(bytes(body))
    assert (answer.status, answer.receipt is not None and answer.receipt.ok) == (202, False)
    assert await door.desk.rows("SELECT 1 FROM institution") == []


async def test_many_at_once_are_all_kept(door: Door) -> None:
    letters = [door.desk.province.write() for _ in range(20)]
    answers = await asyncio.gather(*(door.tell(letter) for letter in letters))
    assert [answer.said for answer in answers] == ["ok"] * 20
    assert len(await door.desk.rows("SELECT 1 FROM institution")) == 20


async def test_while_the_database_is_away_nobody_is_told_that_anything_was_kept(door: Door) -> None:
    part, plan = entry("filing"), door.desk.interfaces.plan
    away = {"url": f"postgresql+asyncpg://nobody:nothing@127.0.0.1:{free_port()}/nowhere"}
    runtime = part.create_runtime(Settings(**(plan.groups("filing") | {"database": away})), bus=MemoryBus())
    letter = door.desk.province.write()
    async with client_of(part.create_app(runtime)) as client:
        for body in (letter.model_dump_json().encode(), b"?"):
            answer = await client.post("/v1/exchange/messages", content=body)
            assert (answer.status_code, answer.json()["code"]) == (503, "NJT-GEN-0503")
            assert int(answer.headers["retry-after"]) >= 1
    await runtime.close()
    assert (await door.tell(letter)).said == "ok"


async def test_a_sender_who_hangs_up_leaves_nothing_behind(door: Door) -> None:
    """Half a message is none: the server is told that its sender is gone, and nobody else notices."""

    async def broken_off() -> AsyncIterator[bytes]:
        yield b'{"half": '
        raise ConnectionError

    async with served(door.app) as base, httpx.AsyncClient(base_url=base) as client:
        with pytest.raises(ConnectionError):
            await client.post("/v1/exchange/messages", content=broken_off())
        assert (await client.get("/livez")).status_code == 200
    assert await door.desk.rows("SELECT 1 FROM held_message") == []


async def test_while_all_places_are_taken_the_sender_is_asked_to_come_again(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback, "_ROOM_SECONDS", 0.05)
    letter, room = door.desk.province.write(), door.app.state.correspondence.room
    for _ in range(2):
        await room.acquire()
    refused = await door.tell(letter)
    assert (refused.status, refused.headers["retry-after"]) == (503, "2")
    for _ in range(2):
        room.release()
    assert (await door.tell(letter)).said == "ok"
