"""What is long is read for those whose signature holds; nobody else's is kept, and it costs the others nothing."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256

import pytest

from shared.province.dialect import Dialect, Read
from shared.service.exchange import callback
from shared.service.exchange.callback import MOST_BYTES, STRANGERS_MOST_BYTES
from tests.shared.province.letters import Province
from tests.shared.service.desk import Desk
from tests.shared.service.handing_over import Answer, Door

NUMBERS = json.dumps({"payload": {"numbers": list(range(500_000))}}).encode()


@pytest.fixture
def door(desk: Desk) -> Door:
    return Door(desk)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The length of everything that is read as a message, each time."""
    lengths: list[int] = []
    reads = Dialect.read

    def counted(self: Dialect, body: bytes) -> Read:
        lengths.append(len(body))
        return reads(self, body)

    monkeypatch.setattr(Dialect, "read", counted)
    return lengths


def padded(body: bytes, length: int, *, at: int) -> bytes:
    """The same message with as much space in it; what is signed is not the spelling."""
    return body[:at] + b" " * (length - len(body)) + body[at:]


def long(pen: Province, *, length: int = MOST_BYTES, at: int = 1) -> bytes:
    return padded(pen.write().model_dump_json().encode(), length, at=at)


def forged(pen: Province) -> bytes:
    """Signed by nobody, though it names a key that is known."""
    letter = pen.write().model_copy(update={"signature": "AAAA"})
    return padded(letter.model_dump_json().encode(), MOST_BYTES, at=1)


async def kept(door: Door) -> int:
    """How many messages were kept, in the exchange ledger or for a human being."""
    (row,) = await door.desk.rows(
        "SELECT (SELECT count(*) FROM held_message) + (SELECT count(*) FROM exchange_message) AS kept"
    )
    return int(row["kept"])


def refused(answers: list[Answer]) -> list[int]:
    return [answer.status for answer in answers if answer.status != 202]


@pytest.mark.parametrize("at", [1, -1])
async def test_a_long_message_of_the_province_is_carried_out_as_often_as_one_comes(
    door: Door, at: int
) -> None:
    answers = [await door.push(long(door.desk.province, at=at)) for _ in range(5)]
    assert [(answer.status, answer.said) for answer in answers] == [(202, "ok")] * 5


async def test_long_messages_of_the_province_that_come_at_once_are_all_carried_out(door: Door) -> None:
    bodies = [long(door.desk.province) for _ in range(8)]
    answers = await asyncio.gather(*(door.push(body) for body in bodies))
    assert [answer.said for answer in answers] == ["ok"] * 8


@pytest.mark.parametrize("whose", ["nobody's", "a stranger's", "forged"])
async def test_a_long_message_that_no_known_key_has_signed_is_refused_in_writing_and_not_kept(
    door: Door, whose: str
) -> None:
    bodies = {"nobody's": NUMBERS, "a stranger's": long(Province()), "forged": forged(door.desk.province)}
    answer = await door.push(bodies[whose])
    assert (answer.status, answer.said) == (413, "TOO_LARGE")
    assert answer.envelope is not None
    assert answer.envelope.business_key == f"sha256:{sha256(bodies[whose]).hexdigest()}"
    assert await kept(door) == 0


async def test_a_stranger_may_send_so_much_and_no_more(door: Door) -> None:
    assert (await door.push(b"0" * STRANGERS_MOST_BYTES)).said == "UNREADABLE"
    assert (await door.push(b"0" * (STRANGERS_MOST_BYTES + 1))).said == "TOO_LARGE"


async def test_a_strangers_long_messages_are_not_even_read_and_the_others_are_answered(
    door: Door, read: list[int]
) -> None:
    pushes = asyncio.gather(*(door.push(NUMBERS) for _ in range(80)))
    alive = await door.desk.client.get("/livez")
    answers = await pushes
    assert (alive.status_code, read) == (200, [])
    assert set(refused(answers)) == {413, 429}
    assert await kept(door) == 0


async def test_whoever_names_a_known_key_without_having_it_is_read_a_few_times_and_no_more(
    door: Door, read: list[int]
) -> None:
    answers = [await door.push(forged(door.desk.province)) for _ in range(12)]
    assert set(refused(answers)) == {413, 429}
    assert len(read) == refused(answers).count(413) <= 4
    assert await kept(door) == 0


async def test_what_a_stranger_sends_is_counted_by_its_length(door: Door) -> None:
    answers = [await door.push(b"?" * STRANGERS_MOST_BYTES) for _ in range(40)]
    taken = [answer for answer in answers if answer.status == 202]
    assert 12 <= len(taken) < 30
    assert set(refused(answers)) == {429}


async def test_every_message_is_read_once(door: Door, read: list[int]) -> None:
    good = door.desk.province.write().model_dump_json().encode()
    for body in (b"?", good, Province().write().model_dump_json().encode()):
        await door.push(body)
        assert read == [len(body)]
        read.clear()


async def slowly(begun: asyncio.Event, ended: asyncio.Event) -> AsyncIterator[bytes]:
    """More than a stranger may send, and its end only when told to."""
    yield b"0" * (STRANGERS_MOST_BYTES + 1)
    begun.set()
    await ended.wait()


async def test_who_sends_a_long_message_slowly_keeps_only_other_long_ones_waiting(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callback, "_ROOM_SECONDS", 0.05)
    begun, ended = [asyncio.Event(), asyncio.Event()], asyncio.Event()
    slow = [asyncio.ensure_future(door.push(slowly(each, ended))) for each in begun]
    for each in begun:
        await each.wait()
    monkeypatch.setattr(callback, "_ROOM_SECONDS", 5.0)
    assert (await door.tell(door.desk.province.write())).said == "ok"
    monkeypatch.setattr(callback, "_ROOM_SECONDS", 0.05)
    assert (await door.push(long(door.desk.province))).status == 503
    ended.set()
    assert [(await each).status for each in slow] == [413, 413]


async def test_who_never_ends_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "_READ_SECONDS", 0.05)
    answer = await door.push(slowly(asyncio.Event(), asyncio.Event()))
    assert (answer.status, answer.headers["retry-after"]) == (503, "2")
    assert await kept(door) == 0
