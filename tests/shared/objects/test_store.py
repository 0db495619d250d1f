"""What every place for files promises."""

from collections.abc import AsyncIterator
from os import urandom

import pytest

from shared.objects import NoSuchObject, NotADigest, Tampered, WrongDigest, key_of
from tests.shared.objects.conftest import Place

CONTENT = "材料一 material".encode()
KEY = key_of(CONTENT)
LARGE = urandom(12 * 1024 * 1024)
NO_KEYS = ["", "abc", KEY.upper(), f"{KEY}0", f"../{KEY[3:]}", f"{KEY[:-1]}\n", f"{KEY}\n", f"/{KEY[1:]}"]


async def in_chunks(content: bytes, size: int = 1_000_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def test_what_is_put_is_there_under_its_digest_and_nothing_else_is(place: Place) -> None:
    assert not await place.store.exists(KEY)
    await place.store.put(KEY, CONTENT)
    assert await place.store.exists(KEY)
    assert await place.store.get(KEY) == CONTENT
    assert not await place.store.exists(key_of(b"other"))


@pytest.mark.parametrize("content", [b"", b"a", LARGE], ids=["empty", "one byte", "large"])
async def test_contents_of_any_size_come_back_as_they_were(place: Place, content: bytes) -> None:
    key = key_of(content)
    await place.store.put(key, content)
    assert await place.store.get(key) == content
    assert b"".join([chunk async for chunk in await place.store.stream(key)]) == content


async def test_a_content_may_be_put_in_chunks(place: Place) -> None:
    key = key_of(LARGE)
    await place.store.put(key, in_chunks(LARGE))
    assert await place.store.get(key) == LARGE


async def test_putting_the_same_content_again_is_harmless(place: Place) -> None:
    for _ in range(2):
        await place.store.put(KEY, CONTENT)
        await place.store.put(KEY, in_chunks(CONTENT, 3))
    assert await place.store.get(KEY) == CONTENT


async def test_a_content_is_not_kept_under_another_ones_digest(place: Place) -> None:
    other = key_of(b"other")
    for content in (CONTENT, in_chunks(CONTENT, 3), in_chunks(LARGE)):
        with pytest.raises(WrongDigest):
            await place.store.put(other, content)
    assert not await place.store.exists(other)
    await place.store.put(KEY, CONTENT)
    for wrong in (b"other", in_chunks(b"other")):
        with pytest.raises(WrongDigest):
            await place.store.put(KEY, wrong)
    assert await place.store.get(KEY) == CONTENT


async def test_an_upload_that_breaks_off_keeps_nothing(place: Place) -> None:
    async def breaking() -> AsyncIterator[bytes]:
        yield LARGE[:7_000_000]
        raise EOFError

    with pytest.raises(EOFError):
        await place.store.put(key_of(LARGE), breaking())
    assert not await place.store.exists(key_of(LARGE))


@pytest.mark.parametrize("spoilt", [b"", CONTENT[:-1], CONTENT + b"!", b"x" * len(CONTENT)])
async def test_a_file_that_was_changed_is_not_given_out(place: Place, spoilt: bytes) -> None:
    await place.store.put(KEY, CONTENT)
    place.spoil(KEY, spoilt)
    with pytest.raises(Tampered):
        await place.store.get(KEY)


async def test_of_a_changed_file_the_last_chunk_is_withheld(place: Place) -> None:
    key, spoilt = key_of(LARGE), LARGE[:-1] + b"!"
    await place.store.put(key, LARGE)
    place.spoil(key, spoilt)
    given: list[bytes] = []

    async def take_one_by_one() -> None:
        async for chunk in await place.store.stream(key):
            given.append(chunk)  # noqa: PERF401 — what came before the refusal is to be seen

    with pytest.raises(Tampered):
        await take_one_by_one()
    assert 0 < sum(map(len, given)) < len(spoilt)


async def test_a_changed_file_is_put_right_by_putting_it_again(place: Place) -> None:
    await place.store.put(KEY, CONTENT)
    place.spoil(KEY, b"half")
    await place.store.put(KEY, CONTENT)
    assert await place.store.get(KEY) == CONTENT


async def test_what_was_never_put_is_not_found_before_the_first_chunk(place: Place) -> None:
    with pytest.raises(NoSuchObject):
        await place.store.get(KEY)
    with pytest.raises(NoSuchObject):
        await place.store.stream(KEY)


async def test_what_is_deleted_is_gone_and_deleting_it_again_is_harmless(place: Place) -> None:
    await place.store.put(KEY, CONTENT)
    for _ in range(2):
        await place.store.delete(KEY)
        assert not await place.store.exists(KEY)


@pytest.mark.parametrize("key", NO_KEYS)
async def test_a_key_that_is_no_digest_reaches_nothing(place: Place, key: str) -> None:
    for attempt in (place.store.get, place.store.stream, place.store.exists, place.store.delete):
        with pytest.raises(NotADigest):
            await attempt(key)
    with pytest.raises(NotADigest):
        await place.store.put(key, in_chunks(CONTENT))
