import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from shared.sheets import refusals
from shared.sheets.cells import CellError, Fault
from shared.sheets.layout import SheetLayout
from shared.sheets.marks import DATA_SHEET, INSTRUCTIONS_SHEET, NAME_LABEL, VERSION_LABEL
from shared.sheets.reading import ReadLimits
from shared.sheets.refusals import SheetRefused
from shared.sheets.returning import with_errors
from shared.sheets.safety import ArchiveLimits
from shared.sheets.templates import template
from tests.shared.sheets.samples import (
    GOOD,
    PEOPLE,
    ROWS,
    TITLES,
    as_csv,
    exported,
    read_back,
    rezipped,
    swapped,
    typed,
    zipped,
)

SHEET = "xl/worksheets/sheet1.xml"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def test_rows_come_typed_and_numbered_as_the_sheet_shows_them(tmp_path: Path) -> None:
    rows = list(read_back(tmp_path, typed([TITLES, GOOD, [], ["A1", "李四", date(1999, 1, 2), "", 5]])))
    assert [row.number for row in rows] == [2, 4]
    assert rows[0].values == {
        "number": "11010519491231002X", "name": "张三", "born": date(2021, 2, 3), "hours": 8, "level": "3",
    }  # fmt: skip
    assert (rows[1].values["born"], rows[1].values["level"]) == (date(1999, 1, 2), "5")
    assert not any(row.errors for row in rows)


def test_ten_thousand_rows_with_one_bad_cell_give_one_finding(tmp_path: Path) -> None:
    rows = [[f"A{i}", "张三", date(2021, 2, 3), i, "3"] for i in range(10_000)]
    rows[6_000][0] = "Ａ6000"
    read = list(read_back(tmp_path, exported(rows)))
    assert len(read) == 10_000
    assert [(row.number, row.errors[0].code) for row in read if row.errors] == [
        (6_002, Fault.STRAY_CHARACTER)
    ]


def test_a_number_where_an_id_belongs_is_a_finding_and_not_a_guess(tmp_path: Path) -> None:
    row = next(read_back(tmp_path, typed([TITLES, [320105194912310020, *GOOD[1:]]])))
    assert "该列须为文本" in row.errors[0].message
    assert row.values["number"] is None


def test_error_values_are_findings_in_their_own_cells(tmp_path: Path) -> None:
    plain = typed([TITLES, [*GOOD[:3], 77, GOOD[4]], GOOD])
    broken = rezipped(plain, {SHEET: swapped(b'<c r="D2"><v>77</v>', b'<c r="D2" t="e"><v>#REF!</v>')})
    rows = list(read_back(tmp_path, broken))
    assert [error.code for error in rows[0].errors] == [Fault.ERROR_CELL]
    assert rows[0].errors[0].column == "hours"
    assert rows[1].errors == ()


def test_a_table_that_begins_further_down_and_right_is_told_by_its_header(tmp_path: Path) -> None:
    assert next(read_back(tmp_path, typed([[], [], TITLES, GOOD]))).number == 4
    with pytest.raises(refusals.HeadersDiffer):
        read_back(tmp_path, typed([["", *TITLES], ["", *GOOD]]))


@pytest.mark.parametrize(
    ("encoding", "source"),
    [
        ("utf-8", "CSV (UTF-8)"),
        ("utf-8-sig", "CSV (UTF-8)"),
        ("gbk", "CSV (GB18030)"),
        ("gb18030", "CSV (GB18030)"),
    ],
)
def test_csv_is_read_in_the_encodings_in_use(tmp_path: Path, encoding: str, source: str) -> None:
    text = "证件号码,姓名,出生日期,课时,等级\r\n11010519491231002X,张三,2021年2月3日,8,三级\r\n"
    rows = read_back(tmp_path, text.encode(encoding))
    assert rows.source == source
    assert next(rows).values["born"] == date(2021, 2, 3)


def test_a_file_given_back_can_be_sent_again(tmp_path: Path) -> None:
    rows = [
        row.refused(CellError("", "NJT-SHT-9999", "整行有误 · The row is wrong"))
        for row in read_back(tmp_path, typed([TITLES, [5, "张三", "2021-02-30", 1.5, "六级"], GOOD]))
    ]
    again = list(read_back(tmp_path, with_errors(PEOPLE, rows)))
    assert [len(row.errors) for row in again] == [4, 0]
    assert [error.code for error in again[0].errors] == [error.code for error in rows[0].errors[:4]]


def test_thousands_of_rows_given_back_can_be_sent_again(tmp_path: Path) -> None:
    sent = list(read_back(tmp_path, as_csv([["１", "张三", None, None, "x"]] * 2_000)))
    again = list(read_back(tmp_path, with_errors(PEOPLE, sent)))
    assert sum(len(row.errors) for row in again) == 4_000


def two_filled(book: Any, _: Any) -> None:
    book.add_worksheet("Sheet3").write(0, 0, "x")


def hidden_and_filled(book: Any, _: Any) -> None:
    sheet = book.add_worksheet("Sheet3")
    sheet.write(0, 0, "x")
    sheet.hide()


def chart_sheet(book: Any, _: Any) -> None:
    chart = book.add_chart({"type": "bar"})
    chart.add_series({"values": [DATA_SHEET, 1, 3, 1, 3]})
    book.add_chartsheet().set_chart(chart)


MARKED = ((NAME_LABEL, "demo.people"), (VERSION_LABEL, 3))
TYPED: list[tuple[str, type[SheetRefused], str, bytes]] = [
    ("a formula", refusals.Formulas, "B3", typed([*ROWS, ["A", "=1+1"]])),
    ("merged cells", refusals.MergedCells, "B3:C3", typed(ROWS, more=lambda _, sheet: sheet.merge_range("B3:C3", "x"))),
    ("a second sheet", refusals.UnexpectedSheet, "Sheet3", typed(ROWS, more=two_filled)),
    ("a hidden sheet", refusals.UnexpectedSheet, "Sheet3", typed(ROWS, more=hidden_and_filled)),
    ("a chart sheet", refusals.DamagedWorkbook, "", typed(ROWS, more=chart_sheet)),
    ("no marks", refusals.WrongTemplate, "demo.people", typed(ROWS, marks=())),
    ("another template", refusals.WrongTemplate, "other", typed(ROWS, marks=((NAME_LABEL, "other"), MARKED[1]))),
    ("an old version", refusals.OtherVersion, "版本是 2，现行版本是 3", typed(ROWS, marks=(MARKED[0], (VERSION_LABEL, 2)))),
    ("swapped headers", refusals.HeadersDiffer, "1: 姓名 ≠ 证件号码", typed([[TITLES[1], TITLES[0], *TITLES[2:]], GOOD])),
    ("a missing header", refusals.HeadersDiffer, "missing 等级", typed([TITLES[:4], GOOD[:4]])),
    ("an unknown header", refusals.HeadersDiffer, "unknown 备注", typed([[*TITLES, "备注"], GOOD])),
    ("a repeated header", refusals.HeadersDiffer, "repeated 姓名", typed([[*TITLES, TITLES[1]], GOOD])),
    ("only a header", refusals.NoRows, "", template(PEOPLE)),
    ("blank rows only", refusals.NoRows, "", typed([TITLES, ["  "]])),
    ("nothing", refusals.NoRows, "", typed([])),
    ("a cell far down", refusals.TooManyRows, "A200002", typed(ROWS, more=lambda _, sheet: sheet.write(200_001, 0, "x"))),
    ("a cell far right", refusals.TooManyColumns, "XFD1", typed(ROWS, more=lambda _, sheet: sheet.write(0, 16_383, "x"))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "said", "content"), [case[1:] for case in TYPED], ids=[case[0] for case in TYPED]
)
def test_what_was_typed_wrongly_is_refused_by_name(
    tmp_path: Path, refusal: type[SheetRefused], said: str, content: bytes
) -> None:
    with pytest.raises(refusal) as caught:
        read_back(tmp_path, content)
    assert said in caught.value.detail
    assert " · " in caught.value.detail


def test_styled_empty_cells_and_links_and_empty_sheets_do_no_harm(tmp_path: Path) -> None:
    def more(book: Any, sheet: Any) -> None:
        book.add_worksheet("Sheet3")
        sheet.write_blank(5, 16_000, None, book.add_format({"bold": True}))
        sheet.write_url(1, 1, "mailto:someone@example.com", string="张三")

    assert next(read_back(tmp_path, typed(ROWS, more=more))).values["name"] == "张三"


def test_without_the_instruction_sheet_a_file_is_not_from_the_template(tmp_path: Path) -> None:
    other = rezipped(typed(ROWS), {"xl/workbook.xml": swapped(INSTRUCTIONS_SHEET.encode(), b"Sheet2")})
    with pytest.raises(refusals.WrongTemplate, match=INSTRUCTIONS_SHEET):
        read_back(tmp_path, other)


def test_one_long_text_named_by_many_cells_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    rows = [["A", "长" * 30_000]] * 6_000
    content = typed([TITLES, *rows])
    assert len(content) < 100_000
    with pytest.raises(refusals.TextTooLarge):
        read_back(tmp_path, content)
    assert len(list(read_back(tmp_path, typed([TITLES, *rows[:20]])))) == 20


def test_more_text_than_the_limit_is_refused(tmp_path: Path) -> None:
    for limits in (ReadLimits(max_text=100), ReadLimits(max_text=1_000, max_rows=1)):
        with pytest.raises(refusals.TextTooLarge):
            read_back(
                tmp_path,
                typed([TITLES, [f"A{i}" for i in range(5)], *([[f"B{i}"] for i in range(100)])]),
                limits=limits,
            )


FILES: list[tuple[str, type[SheetRefused], bytes]] = [
    ("empty", refusals.EmptyFile, b""),
    ("old xls", refusals.OldWorkbook, OLE2 + bytes(600)),
    ("locked", refusals.EncryptedWorkbook, OLE2 + bytes(600) + "EncryptedPackage".encode("utf-16-le")),
    ("pdf", refusals.UnknownFormat, b"%PDF-1.7"),
    ("png", refusals.UnknownFormat, b"\x89PNG\r\n\x1a\n"),
    ("html called xls", refusals.UnknownFormat, b"<html><table></table></html>"),
    ("zip of texts", refusals.NotAWorkbook, zipped({"a.txt": b"a"})),
    ("damaged zip", refusals.DamagedArchive, b"PK\x03\x04rest"),
    ("utf-16", refusals.UnknownEncoding, "证件号码,姓名".encode("utf-16")),
    ("no encoding", refusals.UnknownEncoding, b"\xff\xff\xff"),
    ("mark but no utf-8", refusals.UnknownEncoding, b"\xef\xbb\xbf\xc4\xe3"),
    ("NUL", refusals.DamagedCsv, as_csv([GOOD]) + b"\x00"),
    ("open quote", refusals.DamagedCsv, as_csv([GOOD]) + b'"open'),
    ("long field", refusals.DamagedCsv, as_csv([GOOD]) + b"x" * 140_000),
    ("many columns", refusals.TooManyColumns, as_csv([GOOD]) + b"," * 30),
    ("many rows", refusals.TooManyRows, as_csv([GOOD] * 60)),
    ("too large", refusals.FileTooLarge, b"x" * 500_001),
    ("csv header only", refusals.NoRows, as_csv([])),
    ("blank csv", refusals.NoRows, b"\r\n \r\n"),
    ("other csv", refusals.HeadersDiffer, b"a,b\r\n1,2\r\n"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("refusal", "content"), [case[1:] for case in FILES], ids=[case[0] for case in FILES]
)
def test_a_file_is_judged_by_its_bytes(tmp_path: Path, refusal: type[SheetRefused], content: bytes) -> None:
    limits = ReadLimits(max_rows=50, archive=ArchiveLimits(max_bytes=500_000))
    with pytest.raises(refusal):
        read_back(tmp_path, content, limits=limits)


def test_every_refusal_has_a_code_of_its_own_and_two_languages() -> None:
    kinds = [
        kind for kind in vars(refusals).values() if isinstance(kind, type) and issubclass(kind, SheetRefused)
    ]
    codes = [kind.code for kind in kinds]
    assert len(set(codes)) == len(codes) == 31
    assert all(code.startswith("NJT-SHT-10") for code in codes)
    assert all(" · " in kind().title for kind in kinds)


def test_a_layout_needs_columns_with_names_of_their_own() -> None:
    with pytest.raises(ValueError, match="columns"):
        SheetLayout("x", 1, (PEOPLE.columns[0], PEOPLE.columns[0]))


def test_samples_are_real_archives() -> None:
    assert zipfile.ZipFile(BytesIO(typed(ROWS))).testzip() is None
