from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.sheets.cells import Fault, Row, row_reader
from shared.sheets.layout import Choice, Column, Kind
from tests.shared.sheets.samples import LEVELS

COLUMNS = {
    "text": Column(key="text", zh="文本", en="Text", max_length=10),
    "code": Column(key="code", zh="编号", en="Code", kind=Kind.CODE, max_length=22),
    "integer": Column(key="integer", zh="数", en="Number", kind=Kind.INTEGER),
    "date": Column(key="date", zh="日", en="Day", kind=Kind.DATE),
    "choice": Column(key="choice", zh="级", en="Level", kind=Kind.CHOICE, choices=LEVELS),
}


def one(kind: str, cell: Any) -> Row:
    return row_reader([COLUMNS[kind]])(2, [cell])


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "  张三　", "张三"),
        ("text", "一\r\n二", "一\n二"),
        ("text", "喆堃珺玥璟", "喆堃珺玥璟"),
        ("text", "\U0002ebf0\U00030edd", "\U0002ebf0\U00030edd"),
        ("text", "   ", None),
        ("code", "\xa011010519491231002X ", "11010519491231002X"),
        ("code", "测字第00000001号", "测字第00000001号"),
        ("code", "1/234567/8", "1/234567/8"),
        ("integer", 8.0, 8),
        ("integer", "-12", -12),
        ("integer", "0012", 12),
        ("integer", 999_999_999_999_999.0, 999_999_999_999_999),
        ("date", date(2021, 2, 3), date(2021, 2, 3)),
        ("date", datetime(2021, 2, 3), date(2021, 2, 3)),  # noqa: DTZ001 — cells have no time zone
        ("date", "2021-02-03", date(2021, 2, 3)),
        ("date", "2021/2/3", date(2021, 2, 3)),
        ("date", "2021年2月3日", date(2021, 2, 3)),
        ("date", "2200-12-31", date(2200, 12, 31)),
        ("choice", "三级", "3"),
        ("choice", "3", "3"),
        ("choice", 3.0, "3"),
        ("choice", "", None),
    ],
)
def test_what_is_meant_is_read(kind: str, cell: Any, value: Any) -> None:
    row = one(kind, cell)
    assert (row.values[kind], row.errors) == (value, ())


@pytest.mark.parametrize(
    ("kind", "cell", "fault"),
    [
        ("text", 5.0, Fault.NOT_TEXT),
        ("text", True, Fault.NOT_TEXT),
        ("text", date(2021, 2, 3), Fault.NOT_TEXT),
        ("text", "一二三四五六七八九十一", Fault.TOO_LONG),
        ("text", "a\x00b", Fault.STRAY_CHARACTER),
        ("text", "a\tb", Fault.STRAY_CHARACTER),
        ("text", "a\u200bb", Fault.STRAY_CHARACTER),
        ("text", "a\u202eb", Fault.STRAY_CHARACTER),
        ("text", "\ue000", Fault.STRAY_CHARACTER),
        ("text", "\ud800", Fault.STRAY_CHARACTER),
        ("text", "\uffff", Fault.STRAY_CHARACTER),
        ("text", "#N/A", Fault.ERROR_CELL),
        ("code", 3.20105194912310e17, Fault.NOT_TEXT),
        ("code", "3.20105E+17", Fault.NOT_TEXT),
        ("code", timedelta(1), Fault.NOT_TEXT),
        ("code", "12 34", Fault.STRAY_CHARACTER),
        ("code", "1" * 23, Fault.TOO_LONG),
        ("integer", 1.5, Fault.NOT_INTEGER),
        ("integer", float("inf"), Fault.NOT_INTEGER),
        ("integer", float("nan"), Fault.NOT_INTEGER),
        ("integer", 1e15, Fault.NOT_INTEGER),
        ("integer", True, Fault.NOT_INTEGER),
        ("integer", "1,234", Fault.NOT_INTEGER),
        ("integer", "１２", Fault.NOT_INTEGER),
        ("integer", "9" * 5000, Fault.NOT_INTEGER),
        ("date", 44230.0, Fault.NOT_DATE),
        ("date", 3e6, Fault.NOT_DATE),
        ("date", True, Fault.NOT_DATE),
        ("date", time(1, 2), Fault.NOT_DATE),
        ("date", datetime(2021, 2, 3, 4, 5), Fault.NOT_DATE),  # noqa: DTZ001 — cells have no time zone
        ("date", "2021-2", Fault.NOT_DATE),
        ("date", "2021-02/03", Fault.NOT_DATE),
        ("date", "２０２１-02-03", Fault.NOT_DATE),
        ("date", "2021-02-30", Fault.IMPOSSIBLE_DATE),
        ("date", "2021年13月1日", Fault.IMPOSSIBLE_DATE),
        ("date", "0000-01-01", Fault.IMPOSSIBLE_DATE),
        ("date", "1899-12-31", Fault.DATE_OUT_OF_RANGE),
        ("date", date(2201, 1, 1), Fault.DATE_OUT_OF_RANGE),
        ("choice", "六级", Fault.NOT_A_CHOICE),
        ("choice", 6.0, Fault.NOT_A_CHOICE),
        ("choice", True, Fault.NOT_A_CHOICE),
        ("choice", 3.5, Fault.NOT_A_CHOICE),
    ],
)
def test_what_is_doubtful_is_a_finding_in_two_languages(kind: str, cell: Any, fault: Fault) -> None:
    row = one(kind, cell)
    assert [(error.column, error.code) for error in row.errors] == [(kind, fault)]
    assert " · " in row.errors[0].message
    assert row.values == {kind: None}
    assert row.cells == (cell,)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("１1010519491231002X", "「１」(U+FF11 FULLWIDTH DIGIT ONE)"),
        ("11010519491231002Х", "「Х」(U+0425 CYRILLIC CAPITAL LETTER HA)"),
        ("4—01-02-07", "「—」(U+2014 EM DASH)"),
        ("4-01\u200b-02", "(U+200B ZERO WIDTH SPACE)"),
        ("٣4", "「٣」(U+0663 ARABIC-INDIC DIGIT THREE)"),
    ],
)
def test_a_character_that_only_looks_right_is_named(text: str, named: str) -> None:
    assert named in one("code", text).errors[0].message


def test_what_must_be_filled_in_and_is_not_is_a_finding() -> None:
    column = Column(key="a", zh="甲", en="A", required=True)
    assert row_reader([column])(7, []).errors[0].code == Fault.MISSING


def test_content_beyond_the_columns_is_a_finding() -> None:
    row = row_reader([COLUMNS["text"]])(7, ["a", "", "b"])
    assert [error.code for error in row.errors] == [Fault.BEYOND_COLUMNS]


def test_a_message_does_not_repeat_what_was_typed() -> None:
    assert "11010519491231002" not in one("code", "11010519491231002Х").errors[0].message


@given(
    st.one_of(st.text(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.timedeltas(), st.times())
)
def test_no_cell_makes_the_reader_fail(cell: Any) -> None:
    row = row_reader(list(COLUMNS.values()))(2, [cell] * len(COLUMNS))
    assert set(row.values) == set(COLUMNS)


def test_a_layout_that_contradicts_itself_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="choice"):
        Column(key="a", zh="甲", en="A", kind=Kind.CHOICE)
    with pytest.raises(ValueError, match="share"):
        Column(key="a", zh="甲", en="A", kind=Kind.CHOICE, choices=(Choice("1", "2"), Choice("2", "3")))
