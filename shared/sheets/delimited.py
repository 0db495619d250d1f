"""CSV files: which encoding they are in, and their records one at a time."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from shared.sheets.refusals import DamagedCsv, TooManyColumns, TooManyRows, UnknownEncoding

_PIECE = 1 << 16
# A cell that a spreadsheet program would take for a formula; the full-width signs work in some editions.
_STARTS_FORMULA = tuple("=+-@\t\r＝＋－＠")


def escaped(text: str) -> str:
    """Text with an apostrophe in front where a spreadsheet program would take it for a formula."""
    return f"'{text}" if text.lstrip("'").startswith(_STARTS_FORMULA) else text


def unescaped(text: str) -> str:
    """What `escaped` was given."""
    return text[1:] if text.startswith("'") and text.lstrip("'").startswith(_STARTS_FORMULA) else text


def encoding_of(path: Path) -> str:
    """`utf-8-sig` or `gb18030`; refuses every other encoding and anything that is not text."""
    with path.open("rb") as stream:
        start = stream.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UnknownEncoding(f"{UnknownEncoding().title} (UTF-16)")
    for encoding in ("utf-8-sig", "gb18030"):
        if _is_text(path, encoding):
            return encoding
        if start == codecs.BOM_UTF8:
            break
    raise UnknownEncoding


def records(path: Path, encoding: str, *, rows: int, columns: int) -> Iterator[list[str]]:
    """Every record, first the header; refuses more than `rows` of them and more than `columns` in one."""
    with path.open(encoding=encoding, newline="") as stream:
        lines = csv.reader(stream, strict=True)
        try:
            for number, record in enumerate(lines, 1):
                if number > rows:
                    raise TooManyRows(
                        f"第 {number} 行超出 {rows} 行的上限 · Row {number} lies beyond the limit of {rows} rows"
                    )
                if len(record) > columns:
                    raise TooManyColumns(
                        f"第 {number} 行有 {len(record)} 列，上限 {columns} 列 · "
                        f"Row {number} has {len(record)} columns, the limit is {columns}"
                    )
                yield [unescaped(cell) for cell in record]
        except csv.Error as fault:
            line = lines.line_num
            raise DamagedCsv(f"{DamagedCsv().title}（第 {line} 行 · line {line}）") from fault


def _is_text(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as stream:
        try:
            while piece := stream.read(_PIECE):
                if "\x00" in decoder.decode(piece):
                    raise DamagedCsv("文件含空字符，不是文本 · The file holds NUL characters; it is not text")
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
