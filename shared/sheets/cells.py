"""From what a cell holds to the value meant, or the reason why not; nothing is guessed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shared.sheets.characters import named, stray_in_code, stray_in_text
from shared.sheets.layout import Column, Kind

Cell = str | int | float | bool | date | datetime | time | timedelta
Value = str | int | date | None

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
LARGEST = 10**15 - 1  # Excel keeps fifteen digits
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_ROUNDED = re.compile(r"\d(?:\.\d+)?[Ee]\+\d+", re.ASCII)
_ERRORS = re.compile(r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|GETTING_DATA)")


class Fault(StrEnum):
    """What can be wrong with one cell."""

    MISSING = "NJT-SHT-1101"
    NOT_TEXT = "NJT-SHT-1102"
    TOO_LONG = "NJT-SHT-1103"
    STRAY_CHARACTER = "NJT-SHT-1104"
    NOT_INTEGER = "NJT-SHT-1105"
    NOT_DATE = "NJT-SHT-1106"
    IMPOSSIBLE_DATE = "NJT-SHT-1107"
    DATE_OUT_OF_RANGE = "NJT-SHT-1108"
    NOT_A_CHOICE = "NJT-SHT-1109"
    ERROR_CELL = "NJT-SHT-1110"
    BEYOND_COLUMNS = "NJT-SHT-1111"


@dataclass(frozen=True)
class CellError:
    """What is wrong in one column of a row: stable code, and a sentence in Chinese · English."""

    column: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row: its number as the sheet shows it, the values by column key, and what is wrong.

    `values` has every column's key, None where the cell is empty or wrong; `cells` is what stood there.
    """

    number: int
    values: dict[str, Value]
    errors: tuple[CellError, ...] = ()
    cells: tuple[Cell, ...] = field(default=(), repr=False)

    def refused(self, *errors: CellError) -> "Row":
        """The same row with errors found later, by the rules of the service."""
        return replace(self, errors=(*self.errors, *errors))


class _Wrong(Exception):  # noqa: N818 — carries a finding from a cell to its row, never leaves the module
    """A finding about one cell."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def row_reader(columns: Sequence[Column]) -> Callable[[int, Sequence[Cell]], Row]:
    """A function from a row's number and cells to a Row; cells beyond the columns are errors."""
    readers = [(column.key, column.required, _readers(column)) for column in columns]
    width = len(columns)

    def read(number: int, cells: Sequence[Cell]) -> Row:
        values: dict[str, Value] = {}
        errors: list[CellError] = []
        for index, (key, required, reader) in enumerate(readers):
            try:
                values[key] = _value(cells[index] if index < len(cells) else "", reader, required=required)
            except _Wrong as wrong:
                values[key] = None
                errors.append(CellError(key, wrong.fault, str(wrong)))
        if any(not is_blank(cell) for cell in cells[width:]):
            beyond = f"第 {width} 列之后还有内容 · There is content beyond column {width}"
            errors.append(CellError("", Fault.BEYOND_COLUMNS, beyond))
        return Row(number=number, values=values, errors=tuple(errors), cells=tuple(cells[:width]))

    return read


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def _value(cell: Cell, reader: Callable[[Cell], Value], *, required: bool) -> Value:
    if isinstance(cell, str):
        cell = cell.replace("\r\n", "\n").strip()
        if not cell:
            if required:
                raise _Wrong(Fault.MISSING, "必填项为空 · This must be filled in")
            return None
        if _ERRORS.fullmatch(cell):
            raise _Wrong(Fault.ERROR_CELL, f"单元格是错误值 {cell} · The cell is the error {cell}")
    return reader(cell)


def _readers(column: Column) -> Callable[[Cell], Value]:
    if column.kind is Kind.CHOICE:
        return _choice_reader(column)
    if column.kind in (Kind.TEXT, Kind.CODE):
        return _text_reader(column)
    return _integer if column.kind is Kind.INTEGER else _date


def _text_reader(column: Column) -> Callable[[Cell], Value]:
    stray_in = stray_in_code if column.kind is Kind.CODE else stray_in_text

    def read(cell: Cell) -> str:
        if not isinstance(cell, str) or (column.kind is Kind.CODE and _ROUNDED.fullmatch(cell)):
            raise _Wrong(
                Fault.NOT_TEXT,
                "该列须为文本：把单元格格式设为“文本”后重新输入，不要以数字、日期输入 · "
                "This column holds text: format the cell as Text and type it again, not as a number or date",
            )
        if len(cell) > column.max_length:
            most = column.max_length
            raise _Wrong(
                Fault.TOO_LONG,
                f"长度 {len(cell)} 超过上限 {most} 个字 · {len(cell)} characters, the limit is {most}",
            )
        if stray := stray_in(cell):
            raise _stray(cell, stray)
        return cell

    return read


def _stray(text: str, char: str) -> _Wrong:
    position = text.index(char) + 1
    return _Wrong(
        Fault.STRAY_CHARACTER,
        f"第 {position} 个字符 {named(char)} 不可用，请改为半角可见字符 · "
        f"Character {position} {named(char)} is not allowed here; use plain visible characters",
    )


def _choice_reader(column: Column) -> Callable[[Cell], Value]:
    known = {name: choice.value for choice in column.choices for name in (choice.label, choice.value)}
    some = "、".join(choice.label for choice in column.choices[:8])
    more = "…" if len(column.choices) > 8 else ""  # noqa: PLR2004 — as many as a person reads in a message

    def read(cell: Cell) -> str:
        whole = isinstance(cell, float) and cell.is_integer()
        value = known.get(str(int(cell)) if whole and isinstance(cell, float) else str(cell))
        if value is None or isinstance(cell, bool):
            raise _Wrong(
                Fault.NOT_A_CHOICE, f"请从选项中选取：{some}{more} · Choose one of the options: {some}{more}"
            )
        return value

    return read


def _integer(cell: Cell) -> int:
    if isinstance(cell, str) and _INTEGER.fullmatch(cell):
        return int(cell)
    if (
        isinstance(cell, int | float)
        and not isinstance(cell, bool)
        and abs(cell) <= LARGEST
        and cell == int(cell)
    ):
        return int(cell)
    raise _Wrong(
        Fault.NOT_INTEGER, "须为不超过 15 位的整数 · This must be a whole number of at most 15 digits"
    )


def _date(cell: Cell) -> date:
    if isinstance(cell, datetime) and cell.time() != time():
        raise _Wrong(Fault.NOT_DATE, "日期不应带时刻 · A date without a time of day is wanted")
    day = _day(cell) if isinstance(cell, date) else _date_in(cell)
    if not EARLIEST <= day <= LATEST:
        raise _Wrong(
            Fault.DATE_OUT_OF_RANGE,
            f"日期须在 {EARLIEST} 与 {LATEST} 之间 · The date must lie between {EARLIEST} and {LATEST}",
        )
    return day


def _day(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _date_in(cell: Cell) -> date:
    match = _DATE.fullmatch(cell) if isinstance(cell, str) else None
    if match is None:
        raise _Wrong(
            Fault.NOT_DATE,
            "须为日期，如 2021-02-03、2021/2/3 或 2021年2月3日 · "
            "This must be a date such as 2021-02-03, 2021/2/3 or 2021年2月3日",
        )
    try:
        return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        raise _Wrong(Fault.IMPOSSIBLE_DATE, "没有这一天 · There is no such day") from None
