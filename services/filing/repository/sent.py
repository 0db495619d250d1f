"""What stood in the cells of a spreadsheet as plain JSON, and back."""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter

from services.filing.domain.line import Finding, Value

findings = TypeAdapter(tuple[Finding, ...])

_DAY, _MOMENT = "day", "moment"
_LONGEST = 32_767  # what a cell can hold; a CSV may have more
# No text column holds these, and no XLSX file.
_UNKEPT = re.compile("[\x00\ud800-\udfff]")


def out(cell: object) -> Any:
    """Text, numbers and truth values as they are; days and moments named; anything else as its text."""
    if isinstance(cell, bool | int):
        return cell
    if isinstance(cell, float) and math.isfinite(cell):
        return cell
    if isinstance(cell, datetime):
        return {_MOMENT: cell.isoformat()}
    if isinstance(cell, date):
        return {_DAY: cell.isoformat()}
    return _UNKEPT.sub("\ufffd", str(cell))[:_LONGEST]


def cell_in(kept: Any) -> object:
    """What stood in the cell."""
    if isinstance(kept, dict):
        return datetime.fromisoformat(kept[_MOMENT]) if _MOMENT in kept else date.fromisoformat(kept[_DAY])
    return kept


def value_in(kept: Any) -> Value:
    """What was read from a cell: text, a number or a day."""
    found = cell_in(kept)
    return found if isinstance(found, str | int | date) else None


def findings_out(found: Iterable[Finding]) -> list[Any]:
    """What was found, in words that a text column takes."""
    return [
        {"column": each.column, "code": str(each.code), "message": _UNKEPT.sub("\ufffd", each.message)}
        for each in found
    ]


def findings_in(kept: Any) -> tuple[Finding, ...]:
    return findings.validate_python(kept)
