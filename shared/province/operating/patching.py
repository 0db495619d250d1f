"""What is changed in a payload that was refused or rejected: fields get new values, or old values are mapped to new ones."""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from shared.contracts.province import canonical

_EVERY = "*"
_NOT_THERE = object()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field's change: to a value, or by a mapping of old values, spelled as text, to new ones.

    `field` is a path as in `scope.0.level`; `*` stands for every entry of a list.
    """

    field: str
    to: Any = None
    mapping: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A field that a patch changed in one message; `before` is None where it was not there."""

    field: str
    before: Any
    after: Any


def patched(payload: Mapping[str, Any], changes: Sequence[Change]) -> tuple[dict[str, Any], list[Changed]]:
    """The payload with these changes, and what they came to; the one given stays as it is."""
    content = deepcopy(dict(payload))
    told: list[Changed] = []
    for change in changes:
        for place, holder, key in list(_places(content, change.field.split("."), ())):
            before = _held(holder, key)
            after = _new_value(change, before)
            if after is not _NOT_THERE and after != before:
                holder[key] = after
                shown = None if before is _NOT_THERE else before
                told.append(Changed(field=".".join(place), before=shown, after=after))
    return content, told


def digest_of(code: str, reason_code: str, changes: Sequence[Change]) -> bytes:
    """What says that two patches are the same one, for messages that came back for the same cause."""
    spelled = [vars(change) for change in changes]
    return sha256(canonical({"code": code, "reason_code": reason_code, "changes": spelled})).digest()


def _places(
    content: Any, path: Sequence[str], above: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Where a path leads: its spelling, what holds the value, and the key or index it has there."""
    name, *rest = path
    for key in _keys(content, name, last=not rest):
        place = (*above, str(key))
        if rest:
            yield from _places(content[key], rest, place)
        else:
            yield place, content, key


def _keys(content: Any, name: str, *, last: bool) -> list[Any]:
    """The keys that one part of a path means; at its end a field may be one that is not there yet."""
    if isinstance(content, list):
        known = range(len(content))
        return (
            list(known) if name == _EVERY else [int(name)] if name.isdecimal() and int(name) in known else []
        )
    if isinstance(content, dict):
        return [name] if last or name in content else []
    return []


def _held(holder: Any, key: Any) -> Any:
    return holder.get(key, _NOT_THERE) if isinstance(holder, dict) else holder[key]


def _new_value(change: Change, before: Any) -> Any:
    if change.mapping is None:
        return change.to
    if before is _NOT_THERE or isinstance(before, dict | list):
        return _NOT_THERE
    spelled = before if isinstance(before, str) else json.dumps(before)
    return change.mapping.get(spelled, _NOT_THERE)
