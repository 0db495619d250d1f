"""A creation asked for twice happens once."""

import asyncio
from uuid import uuid4

import pytest

from services.filing.handlers import Work
from shared.identity import Scope
from shared.persistence.idempotency import KeyReused
from shared.persistence.unit_of_work import Works

Answer = tuple[int, bytes]


def caller(name: str = "tester") -> Scope:
    return Scope(actor=name, act="test")


@pytest.fixture
def key() -> str:
    return uuid4().hex


async def ask(
    works: Works[Work], key: str, content: bytes, *, name: str = "tester", answer: bytes = b"first"
) -> Answer | None:
    """What was stored before, or None when this call did it and stored its own answer."""
    async with works.transaction(caller(name)) as transaction:
        stored = await transaction.idempotency.claim(key, content)
        if stored is None:
            transaction.idempotency.remember(key, status=201, body=answer)
    return stored


async def test_the_same_key_and_content_are_given_the_first_answer(works: Works[Work], key: str) -> None:
    assert await ask(works, key, b"content") is None
    assert await ask(works, key, b"content", answer=b"second") == (201, b"first")
    assert await ask(works, key, b"content", answer=b"third") == (201, b"first")


async def test_the_same_key_with_other_content_is_refused(works: Works[Work], key: str) -> None:
    await ask(works, key, b"content")
    for other in (b"other", b"", b"content "):
        with pytest.raises(KeyReused):
            await ask(works, key, other)


async def test_a_key_belongs_to_its_caller(works: Works[Work], key: str) -> None:
    assert await ask(works, key, b"mine", name="one") is None
    assert await ask(works, key, b"theirs", name="another") is None
    assert await ask(works, key, b"mine", name="one") == (201, b"first")


async def test_of_those_who_ask_at_once_one_acts_and_the_others_get_its_answer(
    works: Works[Work], key: str
) -> None:
    answers = await asyncio.gather(
        *(ask(works, key, b"content", answer=f"answer {number}".encode()) for number in range(8))
    )
    acted = [answer for answer in answers if answer is None]
    given = {answer for answer in answers if answer is not None}
    assert len(acted) == 1
    assert len(given) == 1


async def test_a_key_whose_effect_was_undone_may_be_used_again(works: Works[Work], key: str) -> None:
    async def undone() -> None:
        async with works.transaction(caller()) as transaction:
            assert await transaction.idempotency.claim(key, b"content") is None
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await undone()
    assert await ask(works, key, b"other content") is None


async def test_who_waited_for_an_effect_that_was_undone_acts_instead(works: Works[Work], key: str) -> None:
    claimed, give_up = asyncio.Event(), asyncio.Event()

    async def undone() -> None:
        async with works.transaction(caller()) as transaction:
            await transaction.idempotency.claim(key, b"content")
            claimed.set()
            await give_up.wait()
            raise ZeroDivisionError

    first = asyncio.create_task(undone())
    await claimed.wait()
    second = asyncio.create_task(ask(works, key, b"content"))
    done, _ = await asyncio.wait([second], timeout=0.05)
    assert not done
    give_up.set()
    with pytest.raises(ZeroDivisionError):
        await first
    assert await second is None
