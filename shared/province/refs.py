"""What a message can be found by: the numbers that stand in it, and nobody's personal ones."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from shared.contracts.province import ProvinceEnvelope
from shared.observability import redact

_NUMBERED = re.compile(r"(?:^|_)(?:numbers?|station_codes?|uscc|employer|batch|id)$")
"""Fields that hold a number of an institution, a filing, a certificate or a case, or several."""
_PERSONAL = re.compile(r"(?:^|_)(?:holder|citizen|document|phone|bank|account_number)(?:_|$)")
_LONGEST, _MOST, _DEEPEST = 120, 2500, 12


def refs_of(envelope: ProvinceEnvelope, *, trace_id: str | None = None) -> list[str]:
    """Lane, business key, trace id and every number in the payload, sorted, at most 2,500.

    Whatever looks like a person's number is left out, wherever it stands: nobody has looked at the message yet.
    """
    known = {envelope.lane, envelope.business_key}
    for value in _numbers(envelope.payload):
        if len(known) >= _MOST:
            break
        known.add(value)
    return sorted({value for value in known if _may_be_kept(value)} | ({trace_id} if trace_id else set()))


def _numbers(payload: dict[str, Any]) -> Iterator[str]:
    """Values of numbered fields at any depth, in the order in which they stand."""
    waiting: list[tuple[str, Any, int]] = [("", payload, 0)]
    while waiting:
        name, value, depth = waiting.pop()
        if isinstance(value, str):
            if _is_numbered(name) and any(map(str.isdecimal, value)):
                yield value
        elif isinstance(value, dict) and depth < _DEEPEST:
            waiting += [(key, each, depth + 1) for key, each in reversed(value.items())]
        elif isinstance(value, list) and depth < _DEEPEST:
            waiting += [(name, each, depth + 1) for each in reversed(value)]


@lru_cache(maxsize=256)
def _is_numbered(name: str) -> bool:
    return bool(_NUMBERED.search(name)) and not names_a_person(name)


def names_a_person(name: str) -> bool:
    """Whether a field called so says who somebody is, or how to reach or pay him."""
    return _PERSONAL.search(name) is not None


def _may_be_kept(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and value.isprintable() and redact(value) == value
