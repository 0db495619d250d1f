"""Files that cannot be trusted, at the door of every sheet that subsidy takes: refused whole, whatever sheet it is."""

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any

import pytest

from services.subsidy.claim_sheets import CLAIM, RESULT
from services.subsidy.sheets import FACTS, ROSTER, read_sheet
from shared.sheets import refusals
from shared.sheets.layout import Kind, SheetLayout
from shared.sheets.marks import NAME_LABEL, VERSION_LABEL
from shared.sheets.refusals import SheetRefused
from tests.shared.sheets.samples import as_csv, typed

LAYOUTS = (CLAIM, ROSTER, FACTS, RESULT)
MOST_ROWS = 1000
Bad = Callable[[SheetLayout], bytes]


def good(layout: SheetLayout) -> list[Any]:
    """A row whose every cell is of its column's kind."""
    plain = {Kind.TEXT: "测试员甲", Kind.CODE: "A1", Kind.DATE: "2024-03-04", Kind.INTEGER: 1}
    return [
        column.choices[0].value if column.choices else plain.get(column.kind) for column in layout.columns
    ]


def titles(layout: SheetLayout) -> list[str]:
    return [column.title for column in layout.columns]


def marks(layout: SheetLayout) -> Sequence[tuple[str, Any]]:
    return ((NAME_LABEL, layout.name), (VERSION_LABEL, layout.version))


def sheet(layout: SheetLayout, *rows: Sequence[Any], **how: Any) -> bytes:
    return typed([titles(layout), *(rows or (good(layout),))], **({"marks": marks(layout)} | how))


def with_formula(layout: SheetLayout) -> bytes:
    return sheet(layout, ["=1+1", *good(layout)[1:]], good(layout))


def with_merged_cells(layout: SheetLayout) -> bytes:
    return sheet(layout, more=lambda _, page: page.merge_range("A4:B4", "A1"))


def with_a_second_sheet(layout: SheetLayout) -> bytes:
    return sheet(layout, more=lambda book, _: book.add_worksheet("Sheet2").write(0, 0, "A1"))


def of_an_older_template(layout: SheetLayout) -> bytes:
    return sheet(layout, marks=((NAME_LABEL, layout.name), (VERSION_LABEL, layout.version - 1)))


def of_another_template(layout: SheetLayout) -> bytes:
    return sheet(layout, marks=((NAME_LABEL, "subsidy.other"), (VERSION_LABEL, layout.version)))


def with_columns_exchanged(layout: SheetLayout) -> bytes:
    first, second, *rest = titles(layout)
    return typed([[second, first, *rest], good(layout)], marks=marks(layout))


def with_a_column_missing(layout: SheetLayout) -> bytes:
    return typed([titles(layout)[1:], good(layout)[1:]], marks=marks(layout))


def with_a_header_alone(layout: SheetLayout) -> bytes:
    return typed([titles(layout)], marks=marks(layout))


def with_nothing_at_all(layout: SheetLayout) -> bytes:
    return typed([], marks=marks(layout))


def cut_off(layout: SheetLayout) -> bytes:
    return sheet(layout)[:-100]


def csv_of(layout: SheetLayout, rows: int = 1) -> bytes:
    return as_csv([good(layout)] * rows, layout)


FILES: list[tuple[type[SheetRefused], Bad]] = [
    (refusals.Formulas, with_formula),
    (refusals.MergedCells, with_merged_cells),
    (refusals.UnexpectedSheet, with_a_second_sheet),
    (refusals.OtherVersion, of_an_older_template),
    (refusals.WrongTemplate, of_another_template),
    (refusals.HeadersDiffer, with_columns_exchanged),
    (refusals.HeadersDiffer, with_a_column_missing),
    (refusals.NoRows, with_a_header_alone),
    (refusals.NoRows, with_nothing_at_all),
    (refusals.DamagedArchive, cut_off),
    (refusals.EmptyFile, lambda _: b""),
    (refusals.NoRows, lambda layout: csv_of(layout, 0)),
    (refusals.UnknownEncoding, lambda layout: csv_of(layout).decode("utf-8-sig").encode("utf-16")),
    (refusals.UnknownEncoding, lambda layout: csv_of(layout).decode("utf-8-sig").encode("utf-16-le")),
    (refusals.DamagedCsv, lambda layout: csv_of(layout) + b'"A1'),
    (refusals.UnknownEncoding, lambda layout: csv_of(layout) + b"\xff\xff"),
    (refusals.TooManyRows, lambda layout: csv_of(layout, MOST_ROWS + 1)),
    (refusals.TooManyRows, lambda layout: sheet(layout, *[good(layout)] * (MOST_ROWS + 1))),
    (refusals.FileTooLarge, lambda layout: csv_of(layout, 400_000 // len(layout.columns))),
    (refusals.UnknownFormat, lambda _: b"%PDF-1.7\n"),
    (refusals.UnknownFormat, lambda _: b"<table><tr><td>1</td></tr></table>"),
    (refusals.OldWorkbook, lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)),
]


@pytest.mark.parametrize("layout", LAYOUTS, ids=[each.name for each in LAYOUTS])
@pytest.mark.parametrize(
    ("refusal", "bad"), FILES, ids=starmap(lambda it, how: f"{it.__name__} {how.__name__}", FILES)
)
def test_a_file_that_cannot_be_trusted_is_refused_whole(
    layout: SheetLayout, refusal: type[SheetRefused], bad: Bad
) -> None:
    with pytest.raises(refusal) as caught:
        read_sheet(bad(layout), layout, most_rows=MOST_ROWS, most_bytes=2_000_000)
    chinese, _, english = caught.value.title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()


@pytest.mark.parametrize("layout", LAYOUTS, ids=[each.name for each in LAYOUTS])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_a_file_of_any_encoding_in_use_is_read(layout: SheetLayout, encoding: str) -> None:
    content = csv_of(layout).decode("utf-8-sig").encode(encoding)
    read = read_sheet(content, layout, most_rows=1, most_bytes=10**6)
    assert (len(read.values), read.wrong) == (1, ())


def test_two_hundred_thousand_rows_are_refused_before_they_are_read() -> None:
    content = csv_of(CLAIM, 200_000)
    with pytest.raises(refusals.TooManyRows, match="20001"):
        read_sheet(content, CLAIM, most_rows=20_000, most_bytes=10 << 20)


def test_as_many_rows_as_the_policy_allows_are_read() -> None:
    content = csv_of(CLAIM, 20_000)
    assert len(read_sheet(content, CLAIM, most_rows=20_000, most_bytes=10 << 20).values) == 20_000
