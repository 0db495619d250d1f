"""Numbers of days, counts and limits, each with its unit and the days it holds."""

from datetime import date
from enum import StrEnum

from pydantic import Field, StrictInt, StrictStr

from shared.errors import NotFound
from shared.policy.provenance import Published


class UnknownParameter(NotFound):
    """参数在该日没有取值 · The parameter has no value on that day."""

    code = "NJT-POL-1003"


class Unit(StrEnum):
    """What a parameter counts."""

    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    MONTHS = "months"
    YEARS = "years"
    DAY_OF_MONTH = "day_of_month"
    COUNT = "count"
    PERCENT = "percent"
    SCORE = "score"
    PIXELS = "pixels"
    BYTES = "bytes"
    TEXT = "text"


class Parameter(Published):
    """One value of one key over a stretch of days. What the pack states has always been known."""

    known_from: date = date.min
    key: str = Field(pattern=r"^[a-z_]+\.[a-z_]+$")
    value: StrictInt | StrictStr
    unit: Unit

    @property
    def series(self) -> tuple[str, ...]:
        return (self.key,)
