"""Reading a filled-in spreadsheet: the file is refused as a whole, or every row comes with its own findings."""

import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shared.sheets.cells import Cell, Row, is_blank, row_reader
from shared.sheets.delimited import encoding_of, records
from shared.sheets.headers import require_headers
from shared.sheets.layout import SheetLayout
from shared.sheets.refusals import EncryptedWorkbook, NoRows, OldWorkbook, UnknownFormat
from shared.sheets.safety import ArchiveLimits, require_size
from shared.sheets.scan import Bounds
from shared.sheets.workbooks import workbook_rows

_ZIP = b"PK"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OTHERS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"<",
)


@dataclass(frozen=True, kw_only=True)
class ReadLimits:
    """How much a spreadsheet may hold; `spare_columns` beyond the layout's are looked at, to be named."""

    archive: ArchiveLimits = field(default_factory=ArchiveLimits)
    max_rows: int = 200_000
    max_text: int = 128 << 20
    spare_columns: int = 16

    def bounds(self, layout: SheetLayout) -> Bounds:
        return Bounds(
            rows=self.max_rows + 1, columns=len(layout.columns) + self.spare_columns, text=self.max_text
        )


class SheetRows(Iterator[Row]):
    """The rows of a file that was accepted; `source` says what it was, such as `CSV (GB18030)`."""

    def __init__(self, rows: Iterator[Row], *, source: str) -> None:
        self._rows = rows
        self.source = source

    def __next__(self) -> Row:
        return next(self._rows)


def read(content: Path, layout: SheetLayout, *, limits: ReadLimits) -> SheetRows:
    """The rows of a spreadsheet, blank ones left out; raises SheetRefused before the first row, never later.

    What the file is, its bytes say and not its name. A CSV carries no template version: its header row alone
    must agree. Everything is text there, so the columns' kinds are told apart by how the cells are written.
    """
    require_size(content.stat().st_size, limits.archive)
    with content.open("rb") as stream:
        start = stream.read(8).lstrip()
    if start.startswith(_OLE2):
        raise _compound(content)
    if start.startswith(_OTHERS):
        raise UnknownFormat
    if start.startswith(_ZIP):
        return _rows(workbook_rows(content, layout, limits.archive, limits.bounds(layout)), layout, "XLSX")
    return _csv_rows(content, layout, limits.bounds(layout))


def _compound(content: Path) -> OldWorkbook | EncryptedWorkbook:
    """Old workbooks and locked new ones are both OLE2 files; only the latter name an encrypted package."""
    locked = "EncryptedPackage".encode("utf-16-le") in content.read_bytes()
    return EncryptedWorkbook() if locked else OldWorkbook()


def _csv_rows(content: Path, layout: SheetLayout, bounds: Bounds) -> SheetRows:
    encoding = encoding_of(content)
    # Read once to the end, so that what is wrong with the file shows before any row is taken.
    deque(records(content, encoding, rows=bounds.rows, columns=bounds.columns), maxlen=0)
    source = "CSV (GB18030)" if encoding == "gb18030" else "CSV (UTF-8)"
    return _rows(records(content, encoding, rows=bounds.rows, columns=bounds.columns), layout, source)


def _rows(lines: Iterator[Sequence[Cell]], layout: SheetLayout, source: str) -> SheetRows:
    """Rows numbered as the sheet shows them; the first that is not blank must be the header."""
    filled = ((number, line) for number, line in enumerate(lines, 1) if not all(map(is_blank, line)))
    header = next(filled, None)
    if header is None:
        raise NoRows
    width = require_headers(header[1], layout)
    reader = row_reader(layout.columns)
    rows = (reader(number, _without_errors(line, width, len(layout.columns))) for number, line in filled)
    first = next(rows, None)
    if first is None:
        raise NoRows
    return SheetRows(itertools.chain([first], rows), source=source)


def _without_errors(line: Sequence[Cell], width: int, columns: int) -> Sequence[Cell]:
    """A row without the column of findings that a file given back has."""
    return line if width == columns else [*line[:columns], *line[width:]]
