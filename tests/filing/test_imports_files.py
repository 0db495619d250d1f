"""Files that are refused as a whole, over HTTP, with the codes that the sheets have for it."""

from collections.abc import Callable

import pytest

from shared.sheets.marks import NAME_LABEL, VERSION_LABEL
from tests.filing.importing import INSTITUTIONS, Desk, as_csv, as_xlsx, cells, layout
from tests.interfaces import Interfaces
from tests.shared.sheets.samples import rezipped, typed, zipped


@pytest.fixture
def desk(interfaces: Interfaces) -> Desk:
    return Desk(interfaces)


def _row(desk: Desk) -> list[list[object]]:
    titles: list[object] = [column.title for column in layout(INSTITUTIONS).columns]
    return [titles, *cells(INSTITUTIONS, [desk.record()])]


def _marked(name: str, version: int) -> tuple[tuple[str, object], ...]:
    return (NAME_LABEL, name), (VERSION_LABEL, version)


_BOMB = b"<worksheet>" + b" " * (300 << 20)
_FILES: dict[str, tuple[str, Callable[[Desk], bytes]]] = {
    "empty": ("NJT-SHT-1001", lambda _: b""),
    "a PDF called a workbook": ("NJT-SHT-1003", lambda _: b"%PDF-1.7 not a workbook"),
    "an old workbook": ("NJT-SHT-1004", lambda _: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
    "any archive": ("NJT-SHT-1022", lambda _: zipped({"a.txt": b"a"})),
    "a bomb": ("NJT-SHT-1012", lambda _: zipped({"xl/worksheets/sheet1.xml": _BOMB})),
    "macros": (
        "NJT-SHT-1020",
        lambda desk: rezipped(as_xlsx(INSTITUTIONS, [desk.record()]), {}, xl__vbaProject=b"x"),
    ),
    "another template": (
        "NJT-SHT-1030",
        lambda desk: typed(_row(desk), marks=_marked("filing.filings", 1)),
    ),
    "another version": (
        "NJT-SHT-1031",
        lambda desk: typed(_row(desk), marks=_marked("filing.institutions", 9)),
    ),
    "formulas": (
        "NJT-SHT-1038",
        lambda desk: typed([*_row(desk), ["=1+1"]], marks=_marked("filing.institutions", 1)),
    ),
    "UTF-16": ("NJT-SHT-1040", lambda desk: as_csv(INSTITUTIONS, [desk.record()], encoding="utf-16")),
    "other headers": ("NJT-SHT-1033", lambda _: "甲,乙\r\n1,2\r\n".encode()),
}


@pytest.mark.parametrize("name", _FILES)
async def test_a_file_that_cannot_be_taken_is_refused_with_its_code(desk: Desk, name: str) -> None:
    code, make = _FILES[name]
    answer = await desk.hand_in(INSTITUTIONS, make(desk), name="存量.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_more_rows_than_the_policy_allows_are_refused(desk: Desk) -> None:
    row = as_csv(INSTITUTIONS, [desk.record()]).split(b"\r\n", 1)
    answer = await desk.hand_in(INSTITUTIONS, row[0] + b"\r\n" + row[1] * 20_001)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-SHT-1035")


async def test_a_file_or_body_beyond_its_limit_is_refused(desk: Desk) -> None:
    most = 10 << 20
    answers = [await desk.hand_in(INSTITUTIONS, b"a" * size) for size in (most + 1, most + (1 << 20))]
    assert [answer.status_code for answer in answers] == [413, 413]
    assert answers[0].json()["code"] == "NJT-GEN-0413"


async def test_an_id_typed_as_a_number_is_a_finding_and_not_a_guess(desk: Desk) -> None:
    titles, row = _row(desk)
    row[1] = 91320115123456789
    row[7] = 20230001.0
    view = (
        await desk.hand_in(INSTITUTIONS, typed([titles, row], marks=_marked("filing.institutions", 1)))
    ).json()
    assert view["bad"] == 1
    assert {("uscc", "NJT-SHT-1102"), ("number", "NJT-SHT-1102")} <= set(await desk.codes(view))


async def test_a_cell_of_any_characters_is_kept_and_given_back(desk: Desk) -> None:
    long = "长" * 40_000
    view = await desk.previewed(INSTITUTIONS, desk.record(name="坏\u200b名"))
    assert (await desk.codes(view)) == [("name", "NJT-SHT-1104")]
    answer = await desk.hand_in(INSTITUTIONS, as_csv(INSTITUTIONS, [desk.record(address=long)]))
    assert await desk.codes(answer.json()) == [("address", "NJT-SHT-1103")]
    assert (await desk.read(answer.json(), "/errors.xlsx")).status_code == 200


async def test_a_request_without_a_file_is_invalid(desk: Desk) -> None:
    answer = await desk.interfaces.filing.post(
        f"/v1/imports?kind={INSTITUTIONS}", headers=desk.headers | {"Idempotency-Key": "12345678"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-0422")
