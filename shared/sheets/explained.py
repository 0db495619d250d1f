"""A table given out as a workbook with a second sheet that explains it."""

from collections.abc import Iterable, Sequence
from io import BytesIO

from xlsxwriter.workbook import Workbook

from shared.sheets.cells import Cell
from shared.sheets.drawing import OPTIONS, draw_frame, formats_of, look_of, put
from shared.sheets.layout import SheetLayout
from shared.sheets.marks import DATA_SHEET

EXPLANATION_SHEET = "说明"
_WIDTHS = (36, 110)

Row = Sequence[Cell | None]


def explained(layout: SheetLayout, rows: Iterable[Row], explanation: Iterable[tuple[str, str]]) -> bytes:
    """The rows under the layout's header, and beside them what each thing means; for tables that fit into memory."""
    content = BytesIO()
    with Workbook(content, {**OPTIONS, "in_memory": True}) as workbook:
        formats = formats_of(workbook)
        data = workbook.add_worksheet(DATA_SHEET)
        draw_frame(data, layout, formats)
        looks = [look_of(column, formats) for column in layout.columns]
        for number, row in enumerate(rows, 1):
            for index, (cell, look) in enumerate(zip(row, looks, strict=True)):
                put(data, (number, index), cell, look)
        told = workbook.add_worksheet(EXPLANATION_SHEET)
        for index, width in enumerate(_WIDTHS):
            told.set_column(index, index, width)
        for number, pair in enumerate(explanation):
            for index, text in enumerate(pair):
                put(told, (number, index), text, formats.wrapped)
    return content.getvalue()
