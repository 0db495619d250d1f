from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.sheets.cells import Row
from shared.sheets.refusals import SheetRefused
from tests.shared.sheets.samples import GOOD, TITLES, as_csv, read_back, rezipped, typed

WORKBOOK = typed([TITLES, GOOD, GOOD])
CSV = as_csv([GOOD, GOOD])
PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/worksheets/sheet2.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/_rels/workbook.xml.rels",
    "[Content_Types].xml",
)
places = st.floats(0, 1, exclude_max=True)
scraps = st.sampled_from(
    [
        b"",
        b"\x00",
        b"<",
        b">",
        b'"',
        b"&#xFFFFFFFF;",
        b"<c",
        b"<v>99999999999</v>",
        b"</row>",
        b"-1",
        b"1e999",
        b"</si>",
    ]
) | st.binary(max_size=3)
changes = st.tuples(places, scraps, st.integers(0, 8))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


def read_or_refuse(folder: Path, content: bytes) -> None:
    """Whatever the bytes: rows of the layout or a refusal, and nothing else."""
    rows: list[Row] = []
    said = " · "
    try:
        rows = list(read_back(folder, content))
    except SheetRefused as refusal:
        said = refusal.detail
    assert " · " in said
    assert all(set(row.values) == {"number", "name", "born", "hours", "level"} for row in rows)


def changed(part: bytes, change: tuple[float, bytes, int]) -> bytes:
    at, scrap, length = change
    place = int(at * len(part))
    return part[:place] + scrap + part[place + length :]


@given(st.binary(max_size=300))
@example(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
@example(b"PK")
@example(b",")
@example(b'"')
@example(b"\r")
def test_any_bytes_are_rows_or_a_refusal(folder: Path, content: bytes) -> None:
    read_or_refuse(folder, content)
    read_or_refuse(folder, as_csv([GOOD]) + content)


@given(changes)
def test_a_damaged_file_is_rows_or_a_refusal(folder: Path, change: tuple[float, bytes, int]) -> None:
    read_or_refuse(folder, changed(WORKBOOK, change))
    read_or_refuse(folder, changed(CSV, change))


@given(st.sampled_from(PARTS), changes)
@settings(max_examples=300)
def test_a_workbook_damaged_before_it_was_packed_is_rows_or_a_refusal(
    folder: Path, name: str, change: tuple[float, bytes, int]
) -> None:
    read_or_refuse(folder, rezipped(WORKBOOK, {name: lambda part: changed(part, change)}))
