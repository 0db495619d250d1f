"""Rosters typed badly, as real workbooks: a row that cannot be is given back with its reason, the rest is taken in."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import pytest

from services.subsidy.domain.item import ItemState
from services.subsidy.handlers.claims import OpenClaim, open_claim
from services.subsidy.sheets import FACTS, ROSTER
from shared.sheets.layout import SheetLayout
from shared.sheets.marks import NAME_LABEL, VERSION_LABEL
from shared.values import CertificateNumber
from tests.interfaces import fresh_key
from tests.shared.sheets.samples import typed
from tests.subsidy.knowing import named, sheet, values
from tests.subsidy.registry import EVERYTHING, Registry

LEAP = date(2024, 2, 29)


def workbook(layout: SheetLayout, rows: Sequence[dict[str, Any]]) -> bytes:
    """Cells of whatever kind they were typed as."""
    titles = [column.title for column in layout.columns]
    cells = [[row.get(column.key, "") for column in layout.columns] for row in rows]
    return typed([titles, *cells], marks=((NAME_LABEL, layout.name), (VERSION_LABEL, layout.version)))


def given_back(told: dict[str, Any]) -> list[tuple[str, str]]:
    """The first finding of each row, in their order: where and which; each told in both languages."""
    firsts = [each["findings"][0] for each in told["first_returned"]]
    assert all(" · " in each["message"] for each in firsts), firsts
    return [(each["column"], each["code"]) for each in firsts]


NUMBERS: dict[str, tuple[Any, str]] = {
    "typed as a number, its digits lost": (3.2e21, "NJT-SHT-1102"),
    "shown as a power": ("3.2E+21", "NJT-SHT-1102"),
    "a day": (date(2024, 3, 4), "NJT-SHT-1102"),
    "a Cyrillic letter": ("Y0000325О0001244000001", "NJT-SHT-1104"),
    "a letter of full width": ("Ｙ000032500001244000001", "NJT-SHT-1104"),
    "digits of full width": ("Y00００32500001244000001", "NJT-SHT-1104"),
    "a space nobody sees": ("Y000032500001244000001\u200b", "NJT-SHT-1103"),
    "the letter O": ("Y0000325O0001244000001", "NJT-VAL-1004"),
    "the letter l": ("Y00003250000l244000001", "NJT-VAL-1004"),
    "one too short": ("Y00003250000124400000", "NJT-VAL-1004"),
    "of a level there is not": ("Y000032500001246000001", "NJT-VAL-1004"),
    "an error": ("#N/A", "NJT-SHT-1110"),
    "nothing": ("", "NJT-SHT-1101"),
}
HOLDERS: dict[str, tuple[Any, str]] = {
    "typed as a number, its digits lost": (320102199001011234, "NJT-SHT-1102"),
    "shown as a power": ("3.20102E+17", "NJT-SHT-1102"),
    "a Cyrillic Х": ("11010519491231002Х", "NJT-SHT-1104"),
    "a wrong check digit": ("110105194912310021", "NJT-SUB-1416"),
    "born on 29 February of another year": ("320102199002291236", "NJT-SUB-1416"),
    "born after the evaluation": ("320102202501011234", "NJT-SUB-1416"),
    "a truth": (True, "NJT-SHT-1102"),
    "too long": ("1" * 31, "NJT-SHT-1103"),
}
DAYS: dict[str, tuple[dict[str, Any], str]] = {
    "29 February of another year": ({"evaluated_on": "2023-02-29"}, "NJT-SHT-1107"),
    "30 February": ({"evaluated_on": "2024/2/30"}, "NJT-SHT-1107"),
    "31 April": ({"issued_on": "2024年4月31日"}, "NJT-SHT-1107"),
    "a serial": ({"issued_on": 45_355}, "NJT-SHT-1106"),
    "with a time of day": ({"issued_on": datetime(2024, 3, 4, 8, 30)}, "NJT-SHT-1106"),  # noqa: DTZ001 — Excel has no zones
    "two digits of the year": ({"issued_on": "24-3-4"}, "NJT-SHT-1106"),
    "before there was a register": ({"issued_on": "1899-12-31"}, "NJT-SHT-1108"),
    "far ahead": ({"issued_on": "2201-01-01"}, "NJT-SHT-1108"),
    "before the evaluation": ({"issued_on": "2024-02-18"}, "NJT-SUB-1414"),
    "of another year than the number": ({"issued_on": "2025-03-04"}, "NJT-SUB-1412"),
    "none for the evaluation": ({"evaluated_on": ""}, "NJT-SUB-1405"),
}
OTHERS: dict[str, tuple[dict[str, Any], str]] = {
    "a level nobody holds": ({"level": "六级"}, "NJT-SHT-1109"),
    "half a level": ({"level": 3.5}, "NJT-SHT-1109"),
    "another level than the number": ({"level": "3"}, "NJT-SUB-1411"),
    "an occupation that is none": ({"occupation": "6-18-01"}, "NJT-VAL-1007"),
    "an edition there is not": ({"edition": "2019"}, "NJT-SHT-1109"),
    "no name": ({"holder_name": " "}, "NJT-SHT-1101"),
    "a name nobody has": ({"holder_name": "测" * 61}, "NJT-SHT-1103"),
    "a name with a line feed's cousin": ({"holder_name": "测试\u2028员"}, "NJT-SHT-1104"),
}


def spoilt(registry: Registry) -> list[tuple[dict[str, Any], str]]:
    """Every row of the tables, each wrong in one way, and the code it is given back with."""
    changes: list[tuple[dict[str, Any], str]] = [
        *(({"number": cell}, code) for cell, code in NUMBERS.values()),
        *(({"holder_id": cell}, code) for cell, code in HOLDERS.values()),
        *DAYS.values(),
        *OTHERS.values(),
    ]
    return [(registry.row(100 + place, **each), code) for place, (each, code) in enumerate(changes)]


async def test_every_bad_row_is_given_back_for_its_own_reason_and_the_good_one_is_taken(
    registry: Registry,
) -> None:
    rows = spoilt(registry)
    twice = registry.row(2)
    sent = [registry.row(1), *(row for row, _ in rows), twice, twice]
    answer = await registry.hand_in(workbook(ROSTER, sent))
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["rows"], told["taken"]) == (len(sent), 1)
    expected = [code for _, code in rows] + ["NJT-SUB-1417"] * 2
    assert len(told["first_returned"]) == len(expected)
    found = dict(zip([each["row"] for each in told["first_returned"]], given_back(told), strict=True))
    wrong = {
        row: (sent[row - 2], found[row], code)
        for row, code in enumerate(expected, start=3)
        if found[row][1] != code
    }
    assert wrong == {}
    assert (await registry.read(sent[0]["number"]))["state"] == "unverified"


@pytest.mark.parametrize("day", [LEAP, "2024-02-29", "2024/2/29", "2024年2月29日"])
async def test_29_february_and_the_ends_of_months_are_days_like_others(registry: Registry, day: Any) -> None:
    rows = [
        registry.row(1, evaluated_on=day, issued_on=day),
        registry.row(2, evaluated_on="2024-01-31", issued_on="2024-03-31"),
    ]
    answer = await registry.hand_in(workbook(ROSTER, rows))
    assert (answer.json()["taken"], answer.json()["returned"]) == (2, 0)
    assert (await registry.read(rows[0]["number"]))["issued_on"] == "2024-02-29"


@pytest.mark.parametrize(
    ("number", "mark"),
    [
        ("Y000044031005244000001", "other_province"),
        ("S000032999999244000001", "other_station"),
    ],
)
async def test_a_certificate_of_elsewhere_is_marked_and_nothing_is_paid_for_it(
    registry: Registry, number: str, mark: str
) -> None:
    serial = int(registry.station[7:]) % 999_999 + 1
    elsewhere = CertificateNumber(f"{number[:16]}{serial:06d}")
    told = await registry.name(registry.row(1), registry.row(2, number=str(elsewhere)))
    assert (told["taken"], told["marked"]) == (2, 1)
    assert (await registry.read(elsewhere))["marks"] == [mark]
    async with registry.works(EVERYTHING) as work:
        asked = OpenClaim(institution_id=registry.key, certificate_numbers=(elsewhere,), holder=registry.uscc)
        claim = await open_claim(asked, work)
        (item,) = await work.items.first(claim.id, most=2)
    assert (item.state, claim.total) == (ItemState.REFUSED, 0)


FACTS_SPOILT: dict[str, tuple[dict[str, Any], str]] = {
    "typed as a number, its digits lost": ({"holder_id": 320102199001011234}, "NJT-SHT-1102"),
    "a Cyrillic Х": ({"holder_id": "11010519491231002Х"}, "NJT-SHT-1104"),
    "a wrong check digit": ({"holder_id": "110105194912310021"}, "NJT-SUB-1506"),
    "fewer months than none": ({"insured_months": -1}, "NJT-SUB-1130"),
    "half a month": ({"insured_months": 11.5}, "NJT-SHT-1105"),
    "months beyond counting": ({"insured_months": 10**16}, "NJT-SHT-1105"),
    "more months than a life": ({"insured_months": 99_999}, "NJT-SUB-1130"),
    "months in words": ({"insured_months": "十二"}, "NJT-SHT-1105"),
    "29 February of another year": ({"about": "2023-02-29"}, "NJT-SHT-1107"),
    "a serial": ({"about": 45_355}, "NJT-SHT-1106"),
    "a day to come": ({"about": "2199-01-01"}, "NJT-SUB-1505"),
    "neither yes nor no": ({"insured_in_month": "maybe"}, "NJT-SHT-1109"),
    "a tie to nobody": ({"employment": "employee"}, "NJT-SUB-1503"),
    "a credit code that is none": (
        {"employment": "employee", "employer": "91320115MA0000001X"},
        "NJT-VAL-1001",
    ),
    "nothing about anybody": ({"insured_months": ""}, "NJT-SUB-1504"),
}


async def test_every_bad_row_of_facts_is_given_back_and_the_good_one_is_known(registry: Registry) -> None:
    row = await named(registry)
    plain = {"holder_id": row["holder_id"], "about": LEAP.replace(month=3, day=31), "insured_months": 13}
    sent = [plain, *(plain | changes for changes, _ in FACTS_SPOILT.values())]
    answer = await registry.client.post(
        "/v1/facts/files",
        files={"file": ("facts.xlsx", workbook(FACTS, sent))},
        headers=registry.officer | fresh_key(),
    )
    assert answer.status_code == 201, answer.text
    told = answer.json()
    found = dict(zip(FACTS_SPOILT, [code for _, code in given_back(told)], strict=True))
    assert found == {case: code for case, (_, code) in FACTS_SPOILT.items()}
    assert told["taken"] == 1
    assert values(await sheet(registry, row["number"])) == {"insured_months": 13}
