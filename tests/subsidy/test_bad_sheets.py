"""Sheets that were typed badly, at the door of claims: refused whole or row by row, and nothing is claimed wrongly."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from services.subsidy.claim_sheets import CLAIM, VERSION
from services.subsidy.domain.faults import Fault
from services.subsidy.sheets import read_sheet
from shared.sheets import refusals
from shared.sheets.cells import Fault as CellFault
from shared.sheets.marks import NAME_LABEL, VERSION_LABEL
from shared.sheets.refusals import SheetRefused
from tests.shared.sheets.samples import as_csv, typed
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.test_claim_sheets import drafted, faults, submitted

TITLES = [column.title for column in CLAIM.columns]
MARKS = ((NAME_LABEL, CLAIM.name), (VERSION_LABEL, VERSION))
Bad = Callable[[Sequence[Any]], bytes]


def workbook(*rows: Sequence[Any], marks: Sequence[tuple[str, Any]] = MARKS, more: Any = None) -> bytes:
    return typed([TITLES, *rows], marks=marks, more=more)


def other_sheet(book: Any, _: Any) -> None:
    book.add_worksheet("Sheet3").write(0, 0, "x")


WHOLE: list[tuple[str, type[SheetRefused], Bad]] = [
    ("a formula", refusals.Formulas, lambda row: workbook(row, ["=1+1", "测试员甲", "employee"])),
    (
        "merged cells",
        refusals.MergedCells,
        lambda row: workbook(row, more=lambda _, sheet: sheet.merge_range("A4:B4", "x")),
    ),
    ("two sheets", refusals.UnexpectedSheet, lambda row: workbook(row, more=other_sheet)),
    (
        "an old template",
        refusals.OtherVersion,
        lambda row: workbook(row, marks=(MARKS[0], (VERSION_LABEL, VERSION + 1))),
    ),
    (
        "another template",
        refusals.WrongTemplate,
        lambda row: workbook(row, marks=((NAME_LABEL, "subsidy.roster"), MARKS[1])),
    ),
    ("no rows", refusals.NoRows, lambda _: workbook()),
    ("no sheet at all", refusals.SheetRefused, lambda _: b"\x89PNG\r\n\x1a\n"),
    ("cut off", refusals.SheetRefused, lambda row: workbook(row)[:-200]),
    ("UTF-16 of half a character", refusals.SheetRefused, lambda row: as_csv([row], CLAIM) + b"\xff\xfe\xd8"),
]


@pytest.mark.parametrize(("refusal", "bad"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE])
async def test_a_sheet_that_cannot_be_trusted_is_refused_whole(
    employer: Claimant, refusal: type[SheetRefused], bad: Bad
) -> None:
    (number,) = await employer.certified(lathe(4))
    with pytest.raises(refusal) as caught:
        read_sheet(bad([number, "测试员甲", "employee"]), CLAIM, most_rows=100, most_bytes=10**6)
    assert " · " in caught.value.title


async def test_n1_6_wrong_cells_cost_their_own_row_only_and_the_rest_is_paid_right(
    employer: Claimant,
) -> None:
    first, second, third = await employer.certified(lathe(4), robot(3), lathe(5))
    wrong = {
        "a number as a number, its digits lost": (3.2e21, "测试员甲", "employee"),
        "a Cyrillic О for a nought": (str(first)[:-1] + "О", "测试员甲", "employee"),
        "an l for a 1": (str(first).replace("1", "l", 1), "测试员甲", "employee"),
        "another city's": (str(first).replace("Y0000320", "Y0000329", 1), "测试员甲", "employee"),
        "a tie nobody knows": (str(third), "测试员甲", "friend"),
        "no name": (str(third), "", "employee"),
        "the same again": (str(first), "测试员甲", "employee"),
    }
    content = workbook([first, "测试员甲", "employee"], *wrong.values(), [second, "测试员甲", "employee"])
    sheet = read_sheet(content, CLAIM, most_rows=100, most_bytes=10**6)
    claim = await drafted(employer, sheet)
    told = dict(await faults(employer, claim))
    assert told.keys() == set(range(3, 3 + len(wrong)))
    assert told[3] == CellFault.NOT_TEXT
    assert told[9] == Fault.REPEATED
    assert claim.faulty == len(wrong)
    decided = await submitted(employer, claim)
    assert (decided.tally.certificates, decided.total) == (2, 150_000 + 260_000)


async def test_letters_of_full_width_are_read_as_what_they_are_or_given_back(employer: Claimant) -> None:
    (number,) = await employer.certified(lathe(4))
    wide = "".join(chr(ord(each) + 0xFEE0) for each in str(number))
    content = workbook([wide, "测试员甲", "employee"], [number, "测试员甲", "employee"])
    claim = await drafted(employer, read_sheet(content, CLAIM, most_rows=100, most_bytes=10**6))
    assert (claim.tally.certificates, claim.faulty) == (1, 1)
