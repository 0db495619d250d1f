"""Keyset pages: a page costs the same at the millionth row as at the first."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, TypeVar
from uuid import UUID

from shared.errors import Invalid

T = TypeVar("T")


class BadCursor(Invalid):
    """分页游标无效 · The page cursor is not valid."""

    code = "NJT-GEN-1002"


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """Some items in order, and the cursor of the next page when there is one."""

    items: Sequence[T]
    next: str | None


def encode_cursor(*position: object) -> str:
    """The position after which the next page begins; opaque to callers."""
    return (
        base64.urlsafe_b64encode(json.dumps([str(part) for part in position]).encode()).decode().rstrip("=")
    )


def decode_cursor(cursor: str, *, parts: int) -> list[str]:
    """The position in a cursor; raises BadCursor on anything `encode_cursor` did not make."""
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, UnicodeDecodeError):
        raise BadCursor from None
    if not isinstance(position, list) or len(position) != parts or not all(map(_is_text, position)):
        raise BadCursor
    return position


def _is_text(part: object) -> bool:
    """Whether a text column could hold it: no NUL, no half of a character."""
    return isinstance(part, str) and "\x00" not in part and not any("\ud800" <= c <= "\udfff" for c in part)


def uuid_in(text: str) -> UUID:
    """A UUID that stands in a cursor."""
    try:
        return UUID(text)
    except ValueError:
        raise BadCursor from None


def moment_in(text: str) -> datetime:
    """A moment that stands in a cursor, with its zone."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            raise BadCursor
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadCursor from None


def page_of(rows: Sequence[T], *, size: int, position: Callable[[T], tuple[object, ...]]) -> Page[T]:
    """Cut a page out of up to `size + 1` rows; `position` tells where a row stands in the order."""
    items = rows[:size]
    return Page(items=items, next=encode_cursor(*position(items[-1])) if len(rows) > size else None)
