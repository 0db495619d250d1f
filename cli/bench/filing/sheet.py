"""A spreadsheet to be imported: institutions that nobody runs, four rows each."""

from collections.abc import Iterator
from datetime import date

from cli.bench.filing.serving import DISTRICT
from services.filing.domain.bulk import ImportKind
from services.filing.sheets import layout_of
from shared.policy import Policy
from shared.sheets.cells import Cell
from shared.sheets.exporting import workbook
from shared.values import Level, uscc_check_character

_ROWS_EACH = 4
_EDITION, _LEVEL = "2015", 4


def filled_in(policy: Policy, *, rows: int) -> bytes:
    """The template of an import of institutions with so many rows."""
    layout = layout_of(ImportKind.INSTITUTIONS, policy)
    keys = [column.key for column in layout.columns]
    lines = ([line.get(key) for key in keys] for line in _lines(policy, rows))
    return b"".join(workbook(layout, lines))


def _lines(policy: Policy, rows: int) -> Iterator[dict[str, Cell]]:
    offered = sorted(
        str(each.code)
        for each in policy.occupations.values()
        if each.edition.value == _EDITION and each.exclusion is None and Level(_LEVEL) in each.levels
    )
    for number in range(rows):
        body = f"91320115MC{number // _ROWS_EACH:07}"
        yield {
            "name": f"测速用虚构机构第 {number // _ROWS_EACH} 号",
            "uscc": body + uscc_check_character(body),
            "category": "municipal_enterprise",
            "audience": "own_staff",
            "organ": DISTRICT,
            "number": f"测速〔2024〕{number // _ROWS_EACH} 号",
            "valid_from": date(2024, 3, 4),
            "valid_until": date(2099, 12, 31),
            "edition": _EDITION,
            "occupation": offered[number % _ROWS_EACH],
            "lowest": str(_LEVEL),
            "highest": str(_LEVEL),
        }
