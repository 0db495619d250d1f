"""What the ledger knows of a row's state: a digest of its values, which themselves never enter it."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from hashlib import sha256
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID


def state_digest(row: Mapping[str, Any]) -> bytes:
    """SHA-256 over a row's values as canonical JSON."""
    return sha256(canonical_state(row).encode()).digest()


def canonical_state(row: Mapping[str, Any]) -> str:
    """What `json.dumps` writes of it with sorted keys and no spaces, put together value by value.

    There is one for every act, and values of a few kinds only: this takes two thirds of the time.
    """
    known, other = _WRITTEN.get, _ENCODE
    values = [label + known(type(row[name]), other)(row[name]) for name, label in _labels(tuple(row))]
    return "{" + ",".join(values) + "}"


@lru_cache(maxsize=1024)  # services have some fifty tables each; what callers note of their own has no end
def _labels(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The names in their order, and each as it stands before its value."""
    return [(name, f"{encode_basestring(name)}:") for name in sorted(names)]


def _plain(value: object) -> str:
    if isinstance(value, datetime):  # the database gives a moment back in another zone than it was given
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


_ENCODE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain).encode
_WRITTEN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: {False: "false", True: "true"}.__getitem__,
    type(None): lambda _: "null",
    list: lambda value: _ENCODE(value) if value else "[]",
    bytes: lambda value: f'"{value.hex()}"',
    UUID: lambda value: f'"{value!s}"',
    date: lambda value: f'"{value.isoformat()}"',
    datetime: lambda value: f'"{_plain(value)}"',
}
"""How a value of exactly this type is written; whatever else there is, JSON's own encoder writes."""
