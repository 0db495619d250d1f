"""The messages of a batch as the rows of a CSV or XLSX file, and back; what waits meanwhile lies on the disk."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Self

from shared.contracts.batches import (
    CHARACTERS,
    CONTINUED,
    MOST_ROWS,
    SHEET_NAME,
    SHEET_VERSION,
    TITLES,
    Form,
)
from shared.contracts.province import ProvinceEnvelope
from shared.province.batches.refusals import BatchAltered, NotABatch
from shared.sheets.cells import Cell, is_blank
from shared.sheets.delimited import encoding_of, records
from shared.sheets.exporting import csv_rows, workbook
from shared.sheets.layout import Column, SheetLayout
from shared.sheets.safety import ArchiveLimits
from shared.sheets.scan import Bounds
from shared.sheets.workbooks import workbook_rows

MOST_MESSAGE = 2 << 20
"""How many bytes one message may have."""
MOST_TEXT = 64 << 20
LIMITS = ArchiveLimits(max_bytes=24 << 20, max_unpacked=96 << 20, max_entries=64)

_FIXED = len(TITLES) - 1
_MOST_PARTS = MOST_MESSAGE // CHARACTERS + 1
_BOUNDS = Bounds(rows=MOST_ROWS + 1, columns=_FIXED + _MOST_PARTS, text=MOST_TEXT)
_NOT_IN_XML = {"\ufffe": "\\ufffe", "\uffff": "\\uffff"}


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A message to be carried: its envelope, and its text as it was signed."""

    envelope: ProvinceEnvelope
    text: str


class Spool:
    """Rows on their way: written one by one, read again in their order; `widest` is how many cells a message took."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lines = path.open("w", encoding="utf-8")
        self.rows = self.written = 0
        self.widest = 1

    def add(self, cells: Sequence[str], message: str) -> None:
        self.rows += 1
        self.widest = max(self.widest, -(-len(message) // CHARACTERS))
        self.written += self._lines.write(json.dumps([*cells, message], ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """Nothing is added any more."""
        self._lines.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.finish()

    def __iter__(self) -> Iterator[list[str]]:
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)


def cells_of(number: int, carried: Carried) -> tuple[list[str], str]:
    """What stands in a row before the message, and the message."""
    envelope = carried.envelope
    text = carried.text
    for character, escaped in _NOT_IN_XML.items():  # the same JSON, and a workbook cannot hold these
        text = text.replace(character, escaped)
    cells = [
        str(number),
        str(envelope.message_id),
        envelope.code,
        envelope.business_key,
        envelope.lane,
        str(envelope.sequence),
        envelope.issued_at.isoformat(),
    ]
    return cells, text


def written(spool: Spool, form: Form) -> Iterator[bytes]:
    """The file with the messages, in pieces."""
    layout = _layout(spool.widest)
    rows = ([*row[:_FIXED], *_parts(row[_FIXED], spool.widest)] for row in spool)
    return csv_rows(layout, rows) if form is Form.CSV else workbook(layout, rows)


def read(path: Path, form: Form, spool: Spool) -> None:
    """Put every row into the spool; raises NotABatch, BatchAltered or SheetRefused."""
    lines = _csv_lines(path) if form is Form.CSV else workbook_rows(path, _layout(1), LIMITS, _BOUNDS)
    filled = (line for line in lines if not all(map(is_blank, line)))
    _require_titles(next(filled, []))
    for line in filled:
        if spool.rows == MOST_ROWS:
            raise BatchAltered(f"超过 {MOST_ROWS} 行 · more than {MOST_ROWS} rows")
        cells = [str(cell) for cell in line]
        spool.add(cells[:_FIXED], "".join(cells[_FIXED:]))


def _csv_lines(path: Path) -> Iterator[Sequence[Cell]]:
    return records(path, encoding_of(path), rows=_BOUNDS.rows, columns=_BOUNDS.columns)


def _require_titles(cells: Sequence[Cell]) -> None:
    found = [str(cell).strip() for cell in cells]
    while found and not found[-1]:
        found.pop()
    if found != _titles(max(len(found) - _FIXED, 1)):
        raise NotABatch("表头与批次格式不符 · The header row is not that of a batch")


def _titles(parts: int) -> list[str]:
    return [*TITLES, *(CONTINUED.format(part) for part in range(2, parts + 1))]


def _layout(parts: int) -> SheetLayout:
    named = [title.split(" · ", 1) for title in _titles(parts)]
    columns = [Column(key=str(at), zh=zh, en=en) for at, (zh, en) in enumerate(named)]
    return SheetLayout(SHEET_NAME, SHEET_VERSION, columns)


def _parts(message: str, parts: int) -> list[str | None]:
    """The message in so many cells; those that it does not need are empty."""
    ends = range(0, (parts + 1) * CHARACTERS, CHARACTERS)
    return [message[start:end] or None for start, end in pairwise(ends)]
