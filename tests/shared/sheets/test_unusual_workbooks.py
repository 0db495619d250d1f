from collections.abc import Callable
from pathlib import Path

import pytest

from shared.sheets import refusals
from shared.sheets.reading import ReadLimits
from shared.sheets.refusals import SheetRefused
from shared.sheets.safety import ArchiveLimits
from tests.shared.sheets.samples import ROWS, read_back, rezipped, swapped, typed

SHEET, TYPES, TIES = "xl/worksheets/sheet1.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels"


def test_prefixed_elements_are_seen_as_well(tmp_path: Path) -> None:
    def prefixed(part: bytes) -> bytes:
        for name in (b"c", b"f", b"v", b"row", b"sheetData", b"worksheet"):
            for mark in (b" ", b">", b"/"):
                part = part.replace(b"<" + name + mark, b"<x:" + name + mark)
            part = part.replace(b"</" + name + b">", b"</x:" + name + b">")
        return part.replace(b"xmlns=", b"xmlns:x=")

    assert len(list(read_back(tmp_path, rezipped(typed(ROWS), {SHEET: prefixed})))) == 1
    with pytest.raises(refusals.Formulas, match="A3"):
        read_back(tmp_path, rezipped(typed([*ROWS, ["=1+1"]]), {SHEET: prefixed}))
    far = typed(ROWS, more=lambda _, sheet: sheet.write(0, 30, "x"))
    with pytest.raises(refusals.TooManyColumns):
        read_back(tmp_path, rezipped(far, {SHEET: prefixed}))


CELL = b'<c r="A2" t="s"><v>5</v></c>'
CHANGED: list[tuple[str, type[SheetRefused], dict[str, Callable[[bytes], bytes]]]] = [
    ("no address", refusals.DamagedWorkbook, {SHEET: swapped(b'<c r="A2" ', b"<c ")}),
    ("hidden address", refusals.DamagedWorkbook, {SHEET: swapped(b'<c r="A2" ', b'<c x=" r=\'A2\'" ')}),
    ("small letters", refusals.DamagedWorkbook, {SHEET: swapped(b'"A2"', b'"a2"')}),
    ("row nought", refusals.DamagedWorkbook, {SHEET: swapped(b'"A2"', b'"A0"')}),
    ("a comment", refusals.DamagedWorkbook, {SHEET: swapped(CELL, b"<!-- -->" + CELL)}),
    ("repeated cells", refusals.DamagedWorkbook, {SHEET: swapped(CELL, CELL * 2_000)}),
    ("an endless row", refusals.DamagedWorkbook, {SHEET: swapped(CELL, CELL + b" " * (9 << 20))}),
    ("a DTD", refusals.DamagedWorkbook, {"xl/workbook.xml": lambda part: b"<!DOCTYPE a>" + part}),
    ("UTF-16", refusals.DamagedWorkbook, {"xl/workbook.xml": lambda part: part.decode().encode("utf-16")}),
    ("cut XML", refusals.DamagedWorkbook, {"xl/workbook.xml": lambda part: part[:-20]}),
    ("cut sheet", refusals.DamagedWorkbook, {SHEET: lambda part: part[: part.index(b"</row>") - 8]}),
    ("no sheets", refusals.DamagedWorkbook, {"xl/workbook.xml": swapped(b"<sheet ", b"<other ")}),
    ("lost sheet", refusals.DamagedWorkbook, {TIES: swapped(b"sheet1", b"sheet9")}),
    ("one sheet twice", refusals.DamagedWorkbook, {TIES: swapped(b"sheet2", b"sheet1")}),
    ("a sheet in disguise", refusals.DamagedWorkbook, {"xl/styles.xml": lambda part: part + b"<sheetData></sheetData>"}),
    ("a swollen part", refusals.DamagedWorkbook, {"xl/workbook.xml": lambda part: part + b" " * (2 << 20)}),
    ("a document", refusals.NotAWorkbook, {TYPES: swapped(b"spreadsheetml.sheet.main", b"wordprocessingml")}),
    ("macros by type", refusals.ActiveContent, {TYPES: swapped(b"spreadsheetml.sheet.main", b"macroEnabled.main")}),
    ("DDE", refusals.ExternalContent, {"xl/styles.xml": lambda part: part + b'<ddeLink ddeService="x"/>'}),
    ("a tie", refusals.ExternalContent, {TIES: swapped(b' Id="rId1"', b' TargetMode="External" Id="rId1"')}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "changes"), [case[1:] for case in CHANGED], ids=[case[0] for case in CHANGED]
)
def test_a_workbook_made_in_an_unusual_way_is_refused(
    tmp_path: Path, refusal: type[SheetRefused], changes: dict[str, Callable[[bytes], bytes]]
) -> None:
    limits = ReadLimits(max_rows=50, archive=ArchiveLimits(max_ratio=1_000))
    with pytest.raises(refusal):
        read_back(tmp_path, rezipped(typed(ROWS), changes), limits=limits)


@pytest.mark.parametrize(
    ("part", "refusal"),
    [
        ("xl__vbaProject", refusals.ActiveContent),
        ("xl__embeddings__oleObject1", refusals.ActiveContent),
        ("xl__activeX__activeX1", refusals.ActiveContent),
        ("xl__macrosheets__sheet1", refusals.ActiveContent),
        ("xl__externalLinks__externalLink1", refusals.ExternalContent),
        ("xl__queryTables__queryTable1", refusals.ExternalContent),
    ],
)
def test_macros_objects_and_ties_are_refused(tmp_path: Path, part: str, refusal: type[SheetRefused]) -> None:
    with pytest.raises(refusal):
        read_back(tmp_path, rezipped(typed(ROWS), {}, **{part: b"x"}))
