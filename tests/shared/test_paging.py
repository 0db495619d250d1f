"""Keyset pages and their cursors."""

import base64
import json
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.paging import BadCursor, decode_cursor, encode_cursor, moment_in, page_of, uuid_in

storable = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))


@given(st.lists(storable, min_size=1, max_size=4))
def test_a_cursor_gives_back_the_position_it_was_made_of(position: list[str]) -> None:
    assert decode_cursor(encode_cursor(*position), parts=len(position)) == position


@given(st.text(max_size=80), st.integers(1, 3))
def test_any_other_text_is_a_position_or_refused(cursor: str, parts: int) -> None:
    try:
        position = decode_cursor(cursor, parts=parts)
    except BadCursor:
        return
    assert len(position) == parts


@given(st.binary(max_size=60))
def test_any_bytes_in_base64_are_a_position_or_refused(content: bytes) -> None:
    try:
        position = decode_cursor(base64.urlsafe_b64encode(content).decode(), parts=1)
    except BadCursor:
        return
    assert len(position) == 1


@pytest.mark.parametrize(
    "position",
    [None, {}, "ab", 7, [1, 2], ["a"], ["a", None], ["a", "b", "c"], ["a", "\x00"], ["\ud800", "b"]],
)
def test_what_is_no_position_of_two_texts_is_refused(position: object) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(position).encode()).decode()
    with pytest.raises(BadCursor):
        decode_cursor(cursor, parts=2)


@given(st.lists(st.integers(), unique=True, max_size=20).map(sorted), st.integers(1, 7))
def test_pages_hold_everything_once_in_order(rows: list[int], size: int) -> None:
    seen: list[int] = []
    cursor: str | None = None
    while True:
        after = int(decode_cursor(cursor, parts=1)[0]) if cursor else None
        wanted = [row for row in rows if after is None or row > after][: size + 1]
        page = page_of(wanted, size=size, position=lambda row: (row,))
        assert len(page.items) <= size
        seen += page.items
        cursor = page.next
        if cursor is None:
            break
    assert seen == rows


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_moment_comes_back_as_it_was(moment: datetime) -> None:
    assert moment_in(moment.isoformat()) == moment


@pytest.mark.parametrize(
    "text", ["", "today", "2024-03-04T09:00:00", "2024-13-01T00:00:00Z", "0001-01-01T00:00:00+14:00"]
)
def test_a_moment_without_zone_or_out_of_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        moment_in(text)


@given(st.uuids())
def test_an_id_comes_back_as_it_was(key: UUID) -> None:
    assert uuid_in(str(key)) == key


@pytest.mark.parametrize("text", ["", "7", "g" * 32, f"{uuid4()}0"])
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(BadCursor):
        uuid_in(text)
