"""How cells are put on a sheet: each kind of value in its own way, and nothing typed by a user as a formula."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from shared.sheets.cells import EARLIEST, LARGEST, Cell
from shared.sheets.layout import Column, Kind, SheetLayout
from shared.sheets.marks import NAME_LABEL, VERSION_LABEL
from shared.sheets.refusals import CellTooLong

# Nothing typed by a user becomes a formula or a link.
OPTIONS: Final[Mapping[str, object]] = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
_LONGEST = 32_767
_TEXT_FORMAT = 49  # "@" by its number: every program knows it as Text
_FONT = {"font_name": "等线", "font_size": 11}
_EPOCH = date(1899, 12, 31)
_NO_29_FEBRUARY_1900 = date(1900, 3, 1)  # Excel counts a day there that never was


@dataclass(frozen=True)
class Formats:
    """The looks of cells."""

    header: Format
    required: Format
    text: Format
    date: Format
    wrong: Format
    wrapped: Format


def formats_of(workbook: Workbook) -> Formats:
    heading = {
        **_FONT,
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "border": 1,
        "num_format": _TEXT_FORMAT,
    }
    return Formats(
        header=workbook.add_format({**heading, "bg_color": "#DDEBF7"}),
        required=workbook.add_format({**heading, "bg_color": "#DDEBF7", "font_color": "#C00000"}),
        text=workbook.add_format({**_FONT, "num_format": _TEXT_FORMAT}),
        date=workbook.add_format({**_FONT, "num_format": "yyyy-mm-dd"}),
        wrong=workbook.add_format(
            {**_FONT, "num_format": _TEXT_FORMAT, "bg_color": "#FFC7CE", "font_color": "#9C0006"}
        ),
        wrapped=workbook.add_format({**_FONT, "text_wrap": True, "valign": "top"}),
    )


def draw_frame(sheet: Worksheet, layout: SheetLayout, formats: Formats) -> None:
    """Column widths and formats, and the header row."""
    sheet.freeze_panes(1, 0)
    for index, column in enumerate(layout.columns):
        sheet.set_column(index, index, column.width, look_of(column, formats))
        put(sheet, (0, index), column.title, formats.required if column.required else formats.header)


def draw_marks(sheet: Worksheet, layout: SheetLayout) -> None:
    """What a file made from the layout is recognised by; belongs on the instruction sheet."""
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 5, 30)
    put(sheet, (0, 0), NAME_LABEL, None)
    put(sheet, (0, 1), layout.name, None)
    put(sheet, (1, 0), VERSION_LABEL, None)
    put(sheet, (1, 1), str(layout.version), None)


def put(sheet: Worksheet, at: tuple[int, int], cell: Cell | None, look: Format | None) -> None:
    """Writes one cell, rows and columns from 0; refuses text longer than a cell can hold."""
    if cell is None or cell == "":
        sheet.write_blank(*at, None, look)
    elif isinstance(cell, bool):
        sheet.write_boolean(*at, cell, look)
    elif isinstance(cell, date) and _as_date(cell) >= EARLIEST:
        sheet.write_number(*at, _serial(cell), look)
    elif isinstance(cell, int | float) and abs(cell) <= LARGEST:
        sheet.write_number(*at, cell, look)
    else:
        text = _text(cell)
        if sheet.write_string(*at, text, look) != 0:
            raise CellTooLong(
                f"{len(text)} 个字，上限 {_LONGEST} · {len(text)} characters, the limit is {_LONGEST}"
            )


def shown(layout: SheetLayout) -> Callable[[Sequence[Cell | None]], list[Cell | None]]:
    """A function from a row's values to what is shown: the label of a choice instead of its value."""
    labels = [{choice.value: choice.label for choice in column.choices} for column in layout.columns]

    def show(row: Sequence[Cell | None]) -> list[Cell | None]:
        return [
            known.get(cell, cell) if known and isinstance(cell, str) else cell
            for cell, known in zip(row, labels, strict=True)
        ]

    return show


def look_of(column: Column, formats: Formats) -> Format | None:
    return {Kind.DATE: formats.date, Kind.INTEGER: None}.get(column.kind, formats.text)


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell) if isinstance(cell, str | int | float | timedelta) else cell.isoformat()


def _as_date(cell: date) -> date:
    return cell.date() if isinstance(cell, datetime) else cell


def _serial(cell: date) -> float:
    """The number Excel keeps for a day from 1900 on, with the time of day as its fraction."""
    day = _as_date(cell)
    at = cell.time() if isinstance(cell, datetime) else time()
    seconds = at.hour * 3600 + at.minute * 60 + at.second
    return (day - _EPOCH).days + (day >= _NO_29_FEBRUARY_1900) + seconds / 86_400
