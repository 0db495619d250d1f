"""Reads what the province writes: the envelope, and the receipts; what cannot be read is said without its values."""

import re
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from pydantic import ValidationError

from shared.contracts.province import ProvinceEnvelope, Receipt, canonical
from shared.errors import Refusal
from shared.messaging.envelope import Undecodable

_HOLDS_MORE = (dict, list)
_DEEPEST = 32
"""No payload of ours has a quarter of it; beyond, one reader gives up where another does not yet."""
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")
"""A NUL as canonical JSON spells it; PostgreSQL keeps none in a text."""


class NotAccepted(Refusal):
    """省级消息未被接收 · The provincial message was not accepted."""

    code = "NJT-EXC-1002"

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_code = reason_code


def envelope_of(fields: Mapping[str, Any]) -> ProvinceEnvelope:
    """The envelope of these fields; raises Undecodable naming those at fault, never their values."""
    try:
        envelope = ProvinceEnvelope.model_validate(fields)
        canonical(envelope.payload)
        envelope.issued_at.astimezone(UTC)
    except ValidationError as broken:
        raise Undecodable(f"报文字段有误 · fields at fault: {fields_at_fault(broken)}") from None
    except (ValueError, RecursionError):  # an infinity, or half a character: nobody could write it down again
        raise Undecodable("报文数值有误 · The payload holds a value that is none") from None
    except OverflowError:  # at the edge of the calendar, where the database knows no such moment
        raise Undecodable("报文时间有误 · There is no such moment: issued_at") from None
    if _deeper(envelope.payload, _DEEPEST):
        raise Undecodable("报文嵌套过深 · The payload is nested too deeply")
    if any("\0" in value for value in vars(envelope).values() if isinstance(value, str)):
        raise Undecodable("报文含空字符 · The envelope holds a NUL")
    return envelope


def _deeper(content: Any, levels: int) -> bool:
    """Whether it is nested more than so many levels deep."""
    level = [content]
    for _ in range(levels):
        parts = (each.values() if isinstance(each, dict) else each for each in level)
        level = [inner for part in parts for inner in part if isinstance(inner, _HOLDS_MORE)]
    return bool(level)


def holds_nul(envelope: ProvinceEnvelope) -> bool:
    """Whether the payload holds a NUL anywhere."""
    told = canonical(envelope.payload)
    return b"\\u0000" in told and _NUL.search(told) is not None


def read_receipt(envelope: ProvinceEnvelope) -> Receipt:
    """The receipt in a message; raises NotAccepted."""
    try:
        return Receipt.model_validate(envelope.payload)
    except ValidationError:
        raise NotAccepted("PAYLOAD", "回执内容不合规 · The receipt is not valid") from None


def fields_at_fault(broken: ValidationError) -> str:
    """Where the faults are; a field that nobody knows is not named, for its name may say anything."""
    places = set()
    for error in broken.errors(include_url=False, include_context=False, include_input=False):
        place = [str(part) for part in error["loc"]] or ["JSON"]
        if error["type"] == "extra_forbidden":
            place[-1] = "*"
        places.add(".".join(place))
    return ", ".join(sorted(places))
