"""Rows given back for correction: what was sent, the wrong cells marked, and the reasons at the row's end."""

from collections.abc import Iterable
from io import BytesIO

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from shared.sheets.cells import CellError, Row
from shared.sheets.drawing import OPTIONS, Formats, draw_frame, formats_of, look_of, put
from shared.sheets.layout import ERROR_TITLE, SheetLayout
from shared.sheets.marks import DATA_SHEET, INSTRUCTIONS_SHEET
from shared.sheets.templates import add_rules, instructions

_LONGEST_REASON = 2_000


def with_errors(layout: SheetLayout, rows: Iterable[Row]) -> bytes:
    """The rows as an XLSX with a column of reasons; corrected, it can be sent as it is: `read` skips the column."""
    content = BytesIO()
    with Workbook(content, {**OPTIONS, "in_memory": True}) as workbook:
        formats = formats_of(workbook)
        data = workbook.add_worksheet(DATA_SHEET)
        draw_frame(data, layout, formats)
        reasons = len(layout.columns)
        data.set_column(reasons, reasons, 60)
        put(data, (0, reasons), ERROR_TITLE, formats.required)
        for number, row in enumerate(rows, 1):
            _draw(data, number, row, (layout, formats))
        instructions(workbook.add_worksheet(INSTRUCTIONS_SHEET), layout, formats)
        add_rules(workbook, data, layout)
    return content.getvalue()


def _draw(sheet: Worksheet, number: int, row: Row, style: tuple[SheetLayout, Formats]) -> None:
    layout, formats = style
    found: dict[str, list[CellError]] = {}
    for error in row.errors:
        found.setdefault(error.column, []).append(error)
    for index, column in enumerate(layout.columns):
        cell = row.cells[index] if index < len(row.cells) else None
        wrong = found.get(column.key)
        put(sheet, (number, index), cell, formats.wrong if wrong else look_of(column, formats))
        if wrong:
            sheet.write_comment(number, index, "\n".join(error.message for error in wrong))
    titles = {column.key: column.zh for column in layout.columns}
    told = (f"{titles.get(error.column, '')} {error.message}".strip() for error in row.errors)
    put(sheet, (number, len(layout.columns)), "；".join(told)[:_LONGEST_REASON], formats.wrapped)
