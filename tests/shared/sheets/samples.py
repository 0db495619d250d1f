"""Layouts and files the tests of sheets share; people in them are made up."""

import io
import struct
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from xlsxwriter.workbook import Workbook

from shared.sheets.exporting import csv_rows, workbook
from shared.sheets.layout import Choice, Column, Kind, SheetLayout
from shared.sheets.marks import DATA_SHEET, INSTRUCTIONS_SHEET, NAME_LABEL, VERSION_LABEL
from shared.sheets.reading import ReadLimits, SheetRows, read

LEVELS = tuple(
    Choice(str(level), label) for level, label in enumerate(("一级", "二级", "三级", "四级", "五级"), 1)
)
PEOPLE = SheetLayout(
    "demo.people",
    3,
    (
        Column(
            key="number", zh="证件号码", en="Document number", kind=Kind.CODE, required=True, max_length=20
        ),
        Column(
            key="name",
            zh="姓名",
            en="Name",
            required=True,
            max_length=30,
            note="与证件一致 · As in the document",
        ),
        Column(key="born", zh="出生日期", en="Date of birth", kind=Kind.DATE),
        Column(key="hours", zh="课时", en="Hours", kind=Kind.INTEGER),
        Column(key="level", zh="等级", en="Level", kind=Kind.CHOICE, choices=LEVELS),
    ),
)
TITLES = [column.title for column in PEOPLE.columns]
GOOD: list[Any] = ["11010519491231002X", "张三", "2021-02-03", 8, "三级"]
ROWS: list[list[Any]] = [TITLES, GOOD]
LIMITS = ReadLimits()


def read_back(
    folder: Path, content: bytes, layout: SheetLayout = PEOPLE, limits: ReadLimits = LIMITS
) -> SheetRows:
    path = folder / "upload.bin"
    path.write_bytes(content)
    return read(path, layout, limits=limits)


def exported(rows: Sequence[Sequence[Any]], layout: SheetLayout = PEOPLE) -> bytes:
    return b"".join(workbook(layout, rows))


def as_csv(rows: Sequence[Sequence[Any]], layout: SheetLayout = PEOPLE) -> bytes:
    return b"".join(csv_rows(layout, rows))


def typed(
    rows: Sequence[Sequence[Any]],
    *,
    marks: Sequence[tuple[str, Any]] = ((NAME_LABEL, "demo.people"), (VERSION_LABEL, 3)),
    more: Callable[[Any, Any], object] | None = None,
) -> bytes:
    """A workbook as somebody typed it, cells of any kind; `more` may go on with the workbook and the sheet."""
    content = io.BytesIO()
    with Workbook(content, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet(DATA_SHEET)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
        page = book.add_worksheet(INSTRUCTIONS_SHEET)
        for number, mark in enumerate(marks):
            page.write_row(number, 0, mark)
        if more is not None:
            more(book, sheet)
    return content.getvalue()


def rezipped(content: bytes, changes: dict[str, Callable[[bytes], bytes]], **added: bytes) -> bytes:
    """The archive with some parts changed; `added` are new ones, `__` in a name standing for `/`."""
    result = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, changes.get(name, bytes)(old.read(name)))
        for name, part in added.items():
            new.writestr(name.replace("__", "/") + ".bin", part)
    return result.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    return result.getvalue()


def forged(parts: Sequence[tuple[str, int, bytes, int, int]]) -> bytes:
    """An archive written by hand: name, checksum, deflated bytes, the size declared, the local header's place or -1."""
    body, directory = b"", b""
    for name, checksum, packed, size, place in parts:
        plain = name.encode()
        offset = len(body) if place < 0 else place
        fields = (8, 0, 0x21, checksum, len(packed), size, len(plain))
        if place < 0:
            body += (
                struct.pack("<4s2H", b"PK\x03\x04", 20, 0)
                + struct.pack("<3H3I2H", *fields, 0)
                + plain
                + packed
            )
        directory += struct.pack("<4s3H", b"PK\x01\x02", 20, 20, 0) + struct.pack("<3H3IH", *fields)
        directory += struct.pack("<4H2I", 0, 0, 0, 0, 0, offset) + plain
    count = len(parts)
    return (
        body
        + directory
        + struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, count, count, len(directory), len(body), 0)
    )


def swapped(old: bytes, new: bytes) -> Callable[[bytes], bytes]:
    """A change of one piece of a part that must be in it."""

    def swap(part: bytes) -> bytes:
        assert old in part
        return part.replace(old, new)

    return swap
