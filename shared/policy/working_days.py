"""工作日: which days are worked in Shanghai time, and when a term of working days, or of months, ends."""

from calendar import monthrange
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Self

from pydantic import Field, model_validator

from shared.clock import SHANGHAI
from shared.policy.provenance import Entry, Provenance

_DAY = timedelta(days=1)
_SATURDAY = 5
_DAY_ENDS = time(23, 59, 59)


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it has none such.

    29 February 2024 and 12 months give 28 February 2025; 28 February 2023 and 12 months give 28 February 2024.
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


class HolidaySpan(Entry):
    """A public holiday from its first to its last day."""

    zh: str
    en: str
    first: date = Field(alias="from")
    last: date = Field(alias="to")

    def days(self) -> Iterable[date]:
        return (self.first + n * _DAY for n in range((self.last - self.first).days + 1))


class CalendarYear(Provenance):
    """One year's arrangement: holidays, from the December before, and weekend days worked instead (调休)."""

    year: int
    holidays: tuple[HolidaySpan, ...] = Field(min_length=1)
    make_up_days: frozenset[date]

    @model_validator(mode="after")
    def _is_one_years_arrangement(self) -> Self:
        if any(day.weekday() < _SATURDAY for day in self.make_up_days):
            raise ValueError("调休上班日应在周末 · a make-up working day falls on a weekend")
        if self.make_up_days & self.days_off():
            raise ValueError("同一天既放假又上班 · a day is both off and worked")
        if any(not self._is_near(day) for day in self.make_up_days | self.days_off()):
            raise ValueError("日期不属于该年 · a day does not belong to the year")
        if any(span.last < span.first for span in self.holidays):
            raise ValueError("假期止日早于起日 · a holiday ends before it begins")
        return self

    def days_off(self) -> frozenset[date]:
        return frozenset(day for span in self.holidays for day in span.days())

    def _is_near(self, day: date) -> bool:
        december = 12
        return day.year == self.year or (day.year == self.year - 1 and day.month == december)


class WorkingCalendar:
    """Counts working days. In a year without a table only weekends are off, and the answer is an estimate."""

    def __init__(self, years: Iterable[CalendarYear]) -> None:
        tables = tuple(years)
        self._years = frozenset(table.year for table in tables)
        self._days_off = frozenset(day for table in tables for day in table.days_off())
        self._make_up_days = frozenset(day for table in tables for day in table.make_up_days)

    def is_working_day(self, day: date) -> bool:
        if isinstance(day, datetime):
            raise TypeError("a moment is not a day: convert it to Shanghai time and take its date")
        if day in self._make_up_days:
            return True
        return day.weekday() < _SATURDAY and day not in self._days_off

    def estimated(self, day: date) -> bool:
        """Whether the year's arrangement is not known, so that only weekends count as off."""
        return day.year not in self._years

    def add_working_days(self, day: date, count: int) -> date:
        """Return the count-th working day after the day; the day itself for none."""
        if count < 0:
            raise ValueError("a term counts forward")
        while count > 0:
            day += _DAY
            count -= self.is_working_day(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and including `end`; negative when `end` comes first.

        A moment stands for its day in Shanghai, so that the count of `deadline(start, n)` is n again:
        a clock that was paused resumes with what was left of it.
        """
        first, last = _day_of(start), _day_of(end)
        if last < first:
            return -self.working_days_between(last, first)
        return sum(self.is_working_day(first + n * _DAY) for n in range(1, (last - first).days + 1))

    def deadline(self, start: datetime, days: int) -> datetime:
        """Return the last second, in Shanghai, of the days-th working day after the moment."""
        last = self.add_working_days(_day_of(start), days)
        return datetime.combine(last, _DAY_ENDS, tzinfo=SHANGHAI)


def _day_of(moment: date) -> date:
    """Return the day a moment falls on in Shanghai; a day is itself."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError("a moment carries its zone")
    return moment.astimezone(SHANGHAI).date()
