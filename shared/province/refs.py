"""What a message can be found by: the numbers that stand in it, and nobody's personal ones."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from shared.contracts.province import ProvinceEnvelope
from shared.observability import redact

_NUMBERED = re.compile(r"(?:^|_)(?:numbers?|station_codes?|uscc|employer|batch|id)$")
"""Fields that hold a number of an institution, a filing, a certificate or a case, or several."""
_PERSONAL = re.compile(r"(?:^|_)(?:holder|citizen|document|phone|bank|account_number)(?:_|$)")
_DIGIT = re.compile(r"\d")
_LONGEST, _MOST, _DEEPEST = 120, 2500, 12


def refs_of(envelope: ProvinceEnvelope, *, trace_id: str | None = None) -> list[str]:
    """Lane, business key, trace id and every number in the payload, sorted, at most 2,500.

    Whatever looks like a person's number is left out, wherever it stands: nobody has looked at the message yet.
    """
    known = {envelope.lane, envelope.business_key}
    _gather(envelope.payload.items(), known, _DEEPEST)
    return sorted({value for value in known if _may_be_kept(value)} | ({trace_id} if trace_id else set()))


def _gather(fields: Iterable[tuple[str, Any]], known: set[str], levels: int) -> None:
    """Add the values of numbered fields so many levels deep, in the order in which they stand, while there is room."""
    for name, value in fields:
        if isinstance(value, str):
            if _is_numbered(name) and value not in known and _DIGIT.search(value) and len(known) < _MOST:
                known.add(value)
        elif levels > 1 and isinstance(value, dict):
            _gather(value.items(), known, levels - 1)
        elif levels > 1 and isinstance(value, list):
            _gather([(name, each) for each in value], known, levels - 1)


@lru_cache(maxsize=256)
def _is_numbered(name: str) -> bool:
    return bool(_NUMBERED.search(name)) and not names_a_person(name)


def names_a_person(name: str) -> bool:
    """Whether a field called so says who somebody is, or how to reach or pay him."""
    return _PERSONAL.search(name) is not None


def _may_be_kept(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and value.isprintable() and redact(value) == value
