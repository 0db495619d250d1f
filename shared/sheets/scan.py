"""A look at a sheet's XML before it is loaded: where its cells lie, and what the loader would not tell.

The loader lays cells out as a full rectangle, copies a shared text into every cell that names it, gives the
last result of a formula as if it were typed and an error value as if the cell were empty. A file of a few
kilobytes could fill the memory, so a cell must say where it is, within bounds, in the form every
spreadsheet program writes. The patterns only ever err towards refusing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from shared.sheets.refusals import DamagedWorkbook, TextTooLarge, TooManyColumns, TooManyRows

_PIECE = 1 << 20
_LONGEST_ROW = 8 << 20
_PREFIX = rb"(?:[^\s<>/:]+:)?"
_ATTRIBUTE = rb"""\s+[\w:.-]+\s*=\s*(?:"[^"<>\s]*"|'[^'<>\s]*')"""
_ADDRESS = re.compile(rb"""[^<>]*?\sr\s*=\s*["']([A-Z]{1,7})([0-9]{1,9})["']""")
_ERROR = re.compile(
    rb"<" + _PREFIX + rb"""c(?=\s)(?=[^<>]*?\st\s*=\s*["']e["'])[^<>]*?\sr\s*=\s*["']([A-Z]+)([0-9]+)["']"""
)
_SHARED = re.compile(
    rb"""<[^<>]*?\st\s*=\s*["']s["'][^<>]*>\s*<""" + _PREFIX + rb"v(?:\s[^<>]*)?>\s*([0-9]{1,9})\s*<"
)
_SHARED_CELL = re.compile(rb"""\st\s*=\s*["']s["']""")
_MERGED = re.compile(rb"<" + _PREFIX + rb"""mergeCell\s[^<>]*?ref\s*=\s*["']([A-Z0-9:]{1,32})["']""")
_TEXT = re.compile(rb"<" + _PREFIX + rb"si(?=[\s/>])")
_MARKUP = re.compile(rb"<[!?](?!xml\s)")


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How far a sheet may reach, and how many characters of text its cells may come to."""

    rows: int
    columns: int
    text: int


@dataclass(kw_only=True)
class SheetScan:
    """What stands in a sheet: whether anything, the first formula and merged range, and the error cells."""

    filled: bool = False
    formula: str | None = None
    merged: str | None = None
    error_cells: set[tuple[int, int]] = field(default_factory=set)


def scan_sheet(part: IO[bytes], bounds: Bounds, texts: list[int]) -> SheetScan:
    """Looks through one worksheet; `texts` are the lengths of the shared texts, in their order."""
    scan = SheetScan()
    weight = cells = 0
    patterns = _Patterns(bounds)
    for piece in _pieces(part):
        if _MARKUP.search(piece):
            raise DamagedWorkbook
        patterns.require_addresses(piece)
        cells += patterns.cells(piece)
        scan.filled = scan.filled or patterns.has_value(piece)
        scan.formula = scan.formula or patterns.formula(piece)
        if scan.merged is None and (merged := _MERGED.search(piece)):
            scan.merged = merged[1].decode()
        scan.error_cells |= {(int(row), _column(name)) for name, row in _ERROR.findall(piece)}
        weight += _weight(piece, texts)
        if weight > bounds.text:
            raise TextTooLarge
        if cells > bounds.rows * bounds.columns:
            raise DamagedWorkbook  # some address must stand there more than once
    return scan


def shared_text_lengths(part: IO[bytes], bounds: Bounds) -> list[int]:
    """How long each shared text is at most, in bytes of its XML; refuses more than the cells could name."""
    content = part.read(bounds.text + 1)
    if len(content) > bounds.text:
        raise TextTooLarge
    lengths: list[int] = []
    last = None
    for match in _TEXT.finditer(content):
        if last is not None:
            lengths.append(match.start() - last)
        last = match.start()
        if len(lengths) > bounds.rows * bounds.columns:
            raise TextTooLarge
    return lengths if last is None else [*lengths, len(content) - last]


class _Patterns:
    """The patterns for one sheet's bounds; the quick form serves where no element has a prefix."""

    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        address = _at_most(_letters(bounds.columns), b"A", b"Z") + _at_most(b"%d" % bounds.rows, b"0", b"9")
        good = rb"(?:" + _ATTRIBUTE + rb""")*?\s+r\s*=\s*["']""" + address + rb"""["']"""
        empty = rb"(?:" + _ATTRIBUTE + rb")*\s*/>"
        rest = rb"c(?=[\s/>])(?!" + good + rb")(?!" + empty + rb")"
        self._unplaced = [re.compile(rb"<" + prefix + rest) for prefix in (rb"", _PREFIX)]
        # Empty cells, which hold no more than a look, may lie anywhere: the loader leaves them out.
        self._cells = [
            re.compile(rb"<" + prefix + rb"c(?=[\s/>])(?!" + empty + rb")") for prefix in (rb"", _PREFIX)
        ]
        # Rules for input lists may hold `xm:f`; that is no formula of a cell.
        self._formulas = [
            re.compile(rb"<" + prefix + rb"f(?=[\s/>])") for prefix in (rb"", rb"(?!xm:)" + _PREFIX)
        ]
        self._values = [re.compile(rb"<" + prefix + rb"(?:v|is)(?=[\s>])") for prefix in (rb"", _PREFIX)]

    def require_addresses(self, piece: bytes) -> None:
        bad = self._unplaced[b":c" in piece].search(piece)
        if bad is None:
            return
        address = _ADDRESS.match(piece, bad.end())
        if address is None:
            raise DamagedWorkbook
        cell, limit = (address[1] + address[2]).decode(), self._bounds
        if _column(address[1]) > limit.columns:
            most = limit.columns
            raise TooManyColumns(
                f"单元格 {cell} 超出 {most} 列的上限 · Cell {cell} lies beyond the limit of {most} columns"
            )
        if int(address[2]) > limit.rows:
            raise TooManyRows(
                f"单元格 {cell} 超出 {limit.rows} 行的上限 · Cell {cell} lies beyond the limit of {limit.rows} rows"
            )
        raise DamagedWorkbook

    def cells(self, piece: bytes) -> int:
        return len(self._cells[b":c" in piece].findall(piece))

    def formula(self, piece: bytes) -> str | None:
        """The first cell with a formula, such as `C7`."""
        found = self._formulas[b":f" in piece].search(piece)
        if found is None:
            return None
        addresses = _ADDRESS.findall(piece, piece.rfind(b"<", 0, found.start()), found.start())
        return b"".join(addresses[-1]).decode() if addresses else "?"

    def has_value(self, piece: bytes) -> bool:
        return self._values[b":v" in piece or b":is" in piece].search(piece) is not None


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    """The sheet in pieces that end where a row ends."""
    kept = b""
    while read := part.read(_PIECE):
        kept += read
        cut = kept.rfind(b"row>") + 4
        if cut > 4:  # noqa: PLR2004 — found, and not at the very start
            yield kept[:cut]
            kept = kept[cut:]
        elif len(kept) > _LONGEST_ROW:
            raise DamagedWorkbook
    yield kept


def _weight(piece: bytes, texts: list[int]) -> int:
    """How many bytes of shared text the cells of a piece name; a cell that hides which counts as the longest."""
    longest = max(texts, default=0)
    most = piece.count(b"<") * longest
    if most <= _PIECE:
        return most
    named = [int(index) for index in _SHARED.findall(piece)]
    hidden = max(0, len(_SHARED_CELL.findall(piece)) - len(named))
    return hidden * longest + sum(texts[index] for index in named if index < len(texts))


def _letters(column: int) -> bytes:
    """The name of a column by its number: 1 is A, 27 is AA."""
    name = b""
    while column:
        column, rest = divmod(column - 1, 26)
        name = bytes([65 + rest]) + name
    return name


def _column(name: bytes) -> int:
    number = 0
    for letter in name:
        number = number * 26 + letter - 64
    return number


def _at_most(bound: bytes, low: bytes, high: bytes) -> bytes:
    """A pattern for the words of an ordered alphabet that come no later than `bound`, shorter ones first."""
    any_one = b"[" + low + b"-" + high + b"]"
    ways = [bound]
    if len(bound) > 1:
        ways.append(any_one + b"{1,%d}" % (len(bound) - 1))
    for index, letter in enumerate(bound):
        if letter > low[0]:
            smaller = b"[" + low + b"-" + bytes([letter - 1]) + b"]"
            ways.append(bound[:index] + smaller + any_one + b"{%d}" % (len(bound) - index - 1))
    return b"(?:" + b"|".join(ways) + b")"
