"""Lists as files: XLSX or CSV, of up to a million rows, in memory that does not grow with them."""

import csv
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from io import StringIO
from pathlib import Path

from xlsxwriter.workbook import Workbook

from shared.sheets.cells import Cell
from shared.sheets.delimited import escaped
from shared.sheets.drawing import OPTIONS, draw_frame, draw_marks, formats_of, look_of, put, shown
from shared.sheets.layout import SheetLayout
from shared.sheets.marks import DATA_SHEET, INSTRUCTIONS_SHEET
from shared.sheets.refusals import TooManyRows

MOST_ROWS = 1_000_000
_PIECE = 1 << 16
_CSV_PIECE = 500


@contextmanager
def writing(layout: SheetLayout, path: Path) -> Iterator[Callable[[Sequence[Cell | None]], None]]:
    """A function that adds one row of values, in the layout's order, to the XLSX file complete at the end.

    For rows that arrive over time, such as pages of a query. Raises TooManyRows and CellTooLong.
    """
    options = {**OPTIONS, "constant_memory": True, "tmpdir": str(path.parent)}
    with Workbook(str(path), options) as workbook:
        formats = formats_of(workbook)
        data, marks = workbook.add_worksheet(DATA_SHEET), workbook.add_worksheet(INSTRUCTIONS_SHEET)
        draw_frame(data, layout, formats)
        draw_marks(marks, layout)
        looks = [look_of(column, formats) for column in layout.columns]
        show = shown(layout)
        count = 0

        def add(row: Sequence[Cell | None]) -> None:
            nonlocal count
            count += 1
            if count > MOST_ROWS:
                raise TooManyRows(f"上限 {MOST_ROWS:,} 行 · The limit is {MOST_ROWS:,} rows")
            for index, cell in enumerate(show(row)):
                if cell is not None:
                    put(data, (count, index), cell, looks[index])

        yield add


def workbook(layout: SheetLayout, rows: Iterable[Sequence[Cell | None]]) -> Iterator[bytes]:
    """The rows as an XLSX file in pieces; it is written to a temporary folder first, which goes with the iterator."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.xlsx")
        with writing(layout, path) as add:
            for row in rows:
                add(row)
        with path.open("rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece


def csv_rows(layout: SheetLayout, rows: Iterable[Sequence[Cell | None]]) -> Iterator[bytes]:
    """The rows as CSV in pieces, UTF-8 with a byte order mark so that Excel shows Chinese.

    Text that a spreadsheet program would take for a formula has an apostrophe put in front; `read` takes it
    away again. Excel makes numbers of long codes when it opens a CSV: XLSX is the form for people.
    """
    show = shown(layout)
    buffer = StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([escaped(column.title) for column in layout.columns])
    for number, row in enumerate(rows, 1):
        writer.writerow([_csv_cell(cell) for cell in show(row)])
        if number % _CSV_PIECE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _csv_cell(cell: Cell | None) -> object:
    if isinstance(cell, str):
        return escaped(cell)
    return cell.isoformat() if isinstance(cell, date) else cell


def _taken(buffer: StringIO) -> bytes:
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()
