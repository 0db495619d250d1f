import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.sheets.cells import CellError, Row
from shared.sheets.exporting import MOST_ROWS, csv_rows, workbook, writing
from shared.sheets.layout import Choice, Column, Kind, SheetLayout
from shared.sheets.refusals import CellTooLong, NoRows, TooManyRows
from shared.sheets.returning import with_errors
from shared.sheets.templates import template
from tests.shared.sheets.samples import GOOD, PEOPLE, as_csv, exported, read_back

LONG = SheetLayout(
    "demo.long",
    1,
    tuple(
        Column(key=f"c{i}", zh=f"列{i}", en=f"Column {i}", kind=Kind.CHOICE, choices=choices)
        for i, choices in enumerate(
            (
                tuple(Choice(f"v{n}", f"第{n}个选项") for n in range(300)),
                (Choice("a", "甲,乙"), Choice("b", "丙")),
                (Choice("=x", "=1+1"),),
            )
        )
    ),
)
blank = st.none()
texts = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=30)
rows = st.tuples(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=20).filter(
        lambda text: not re.fullmatch(r"\d(\.\d+)?[Ee]\+\d+|#[A-Z/0!?_]+", text)
    ),
    texts,
    blank | st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    blank | st.integers(-(10**15) + 1, 10**15 - 1),
    blank | st.sampled_from("12345"),
)


def part(content: bytes, name: str) -> str:
    return zipfile.ZipFile(io.BytesIO(content)).read(name).decode()


@given(st.lists(rows, min_size=1, max_size=4))
@settings(max_examples=40)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, lines: list[Any]) -> None:
    folder = tmp_path_factory.getbasetemp()
    for content in (exported(lines), as_csv(lines)):
        read = list(read_back(folder, content))
        assert [tuple(row.values.values()) for row in read] == lines
        assert [row.number for row in read] == list(range(2, len(lines) + 2))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@x", "＝1", "'=1", "''=1", "{=1}", "http://example.com", "mailto:x"]
)
def test_nothing_typed_becomes_a_formula_or_a_link(tmp_path: Path, text: str) -> None:
    line = ["A1", text, None, None, None]
    sheet = part(exported([line]), "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    csv = as_csv([line]).decode("utf-8-sig").splitlines()[1].split(",")[1]
    assert csv.startswith("'") is (text[0] in "=+-@＝'")
    for content in (exported([line]), as_csv([line])):
        assert next(read_back(tmp_path, content)).values["name"] == text


def test_csv_begins_with_a_mark_so_that_excel_shows_chinese() -> None:
    assert as_csv([]).startswith(b"\xef\xbb\xbf\xe8\xaf\x81")


def test_a_template_has_rules_text_formats_and_no_rows(tmp_path: Path) -> None:
    content = template(PEOPLE)
    sheet = part(content, "xl/worksheets/sheet1.xml")
    assert re.findall(r'<dataValidation type="(\w+)"', sheet) == [
        "textLength",
        "textLength",
        "date",
        "whole",
        "list",
    ]
    assert '<formula1>"一级,二级,三级,四级,五级"</formula1>' in sheet
    assert 'sqref="E2:E1048576"' in sheet
    styles = re.findall(r'<xf numFmtId="(\d+)"', part(content, "xl/styles.xml").split("<cellXfs")[1])
    looks = {
        "".join(span): styles[int(look)]
        for *span, look in re.findall(r'<col min="(\d)" max="(\d)" [^>]*?style="(\d+)"', sheet)
    }
    assert looks == {"12": "49", "33": "164", "55": "49"}
    assert "yyyy-mm-dd" in part(content, "xl/styles.xml")
    with pytest.raises(NoRows):
        read_back(tmp_path, content)


def test_the_instructions_name_the_template_its_version_and_every_column() -> None:
    strings = part(template(PEOPLE), "xl/sharedStrings.xml")
    for text in ("demo.people", "填写说明", *(column.title for column in PEOPLE.columns), "一级、二级"):
        assert text in strings or text in part(template(PEOPLE), "xl/workbook.xml")


def test_long_lists_stand_on_a_hidden_sheet_under_a_name(tmp_path: Path) -> None:
    content = template(LONG)
    book = part(content, "xl/workbook.xml")
    assert '<sheet name="选项" sheetId="3" state="hidden"' in book
    assert "<definedName name=\"choices_1\">'选项'!$A$1:$A$300</definedName>" in book
    assert "<definedName name=\"choices_2\">'选项'!$B$1:$B$2</definedName>" in book
    sheet = part(content, "xl/worksheets/sheet1.xml")
    assert "<formula1>choices_1</formula1>" in sheet
    filled = exported([["v299", "a", "=x"]], LONG)
    assert tuple(next(read_back(tmp_path, filled, LONG)).values.values()) == ("v299", "a", "=x")


def test_a_file_given_back_marks_the_wrong_cells_and_says_why() -> None:
    row = Row(
        number=9,
        values={},
        cells=tuple(GOOD),
        errors=(CellError("name", "X", "姓名有误 · Wrong name"), CellError("", "X", "整行有误 · Wrong row")),
    )
    content = with_errors(PEOPLE, [row])
    assert "姓名有误 · Wrong name" in part(content, "xl/comments1.xml")
    assert 'ref="B2"' in part(content, "xl/comments1.xml")
    strings = part(content, "xl/sharedStrings.xml")
    assert "错误 · Errors" in strings
    assert "姓名 姓名有误 · Wrong name；整行有误 · Wrong row" in strings
    style = re.search(r'<c r="B2" s="(\d+)"', part(content, "xl/worksheets/sheet1.xml"))
    other = re.search(r'<c r="A2" s="(\d+)"', part(content, "xl/worksheets/sheet1.xml"))
    assert style is not None
    assert other is not None
    assert style[1] != other[1]
    assert "FFC7CE" in part(content, "xl/styles.xml")


def test_a_list_leaves_nothing_behind_when_nobody_reads_it_to_the_end(
    tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    pieces = workbook(PEOPLE, [GOOD])
    next(pieces)
    assert list(tmp_path.iterdir())
    pieces.close()  # type: ignore[attr-defined]  # a generator behind the iterator's face
    assert list(tmp_path.iterdir()) == []


def test_rows_are_taken_as_they_come_and_csv_leaves_in_pieces() -> None:
    taken = 0

    def endless() -> Any:
        nonlocal taken
        while True:
            taken += 1
            yield GOOD

    assert next(csv_rows(PEOPLE, endless())).startswith(b"\xef\xbb\xbf")
    assert taken < 1_000


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MOST_ROWS == 1_000_000
    monkeypatch.setattr("shared.sheets.exporting.MOST_ROWS", 1)
    with writing(PEOPLE, tmp_path / "x.xlsx") as add:
        add(GOOD)
        with pytest.raises(TooManyRows):
            add(GOOD)


def test_a_text_no_cell_can_hold_is_refused() -> None:
    with pytest.raises(CellTooLong):
        exported([["A", "x" * 32_768, None, None, None]])


def test_dates_and_numbers_excel_cannot_keep_are_written_as_text(tmp_path: Path) -> None:
    line = ["A1", "张三", date(1899, 12, 31), 10**17, None]
    row = next(read_back(tmp_path, exported([line])))
    assert list(row.cells[2:4]) == ["1899-12-31", "100000000000000000"]
