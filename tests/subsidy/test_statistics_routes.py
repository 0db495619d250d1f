"""N1.3 over HTTP: the same figures as JSON and as a workbook, and what is asked wrongly is told so."""

from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from services.subsidy.domain.statistic import NoSuchMonth, PeriodReversed, UnknownChain, UnknownDimension
from services.subsidy.handlers.statistics import StatisticsCount
from services.subsidy.routes.sheets import XLSX
from shared.errors import Refusal
from shared.identity import Permission
from tests.interfaces import Headers
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import ORGAN
from tests.subsidy.desk import Desk
from tests.subsidy.works import SubsidyWorks

PATH = "/v1/statistics"
PUBLIC = "/v1/public/statistics"


@pytest.fixture
async def counted(desk: Desk, works: SubsidyWorks) -> Desk:
    """Two certificates of one person, counted."""
    await desk.employer.certified(lathe(4), robot(3))
    count = StatisticsCount(lambda _: None, lambda _: None)
    async with works() as work:
        await count.run(work.new_id(), work)
    return desk


def reader(desk: Desk, organ: str | None = ORGAN) -> Headers:
    return desk.interfaces.bearer(Permission.READ_REGISTER, organ=organ)


def plain(cell: object) -> object:
    """A cell as JSON would say it."""
    if isinstance(cell, float):
        return int(cell)
    return int(cell) if isinstance(cell, str) and cell.isdecimal() else cell or None


async def asked(desk: Desk, query: str, who: Headers | None = None) -> dict[str, Any]:
    found: dict[str, Any] = await desk.read(f"{PATH}?{query}", who or reader(desk))
    return found


async def test_n1_3_figures_are_told_by_whatever_is_asked_for_with_where_they_come_from(
    counted: Desk,
) -> None:
    told = await asked(counted, "by=organ,level&from=2024-01&until=2024-12")
    assert told["basis"] == ["N1.3"]
    assert (told["from"], told["until"], told["territory"]) == ("2024-01", "2024-12", ORGAN)
    assert told["hidden_below"] is None
    assert {row["by"]["organ"]["code"] for row in told["rows"]} == {ORGAN}
    levels = {row["by"]["level"]["code"]: row["figures"]["valid"] for row in told["rows"]}
    assert levels[3] >= 1
    assert levels[4] >= 1
    assert told["totals"]["valid"] == sum(levels.values())
    assert told["totals"]["people"] <= told["totals"]["valid"]
    assert {each["key"] for each in told["measures"]} == told["totals"].keys()


@pytest.mark.parametrize("how", ["format", "accept"])
async def test_n1_3_the_workbook_holds_the_same_figures_and_says_what_they_count(
    counted: Desk, how: str
) -> None:
    query = "by=level&from=2024-01&until=2024-12"
    told = await asked(counted, query)
    path, headers = (
        (f"{PATH}?{query}&format=xlsx", {}) if how == "format" else (f"{PATH}?{query}", {"Accept": XLSX})
    )
    answer = await counted.client.get(path, headers=reader(counted) | headers)
    assert answer.headers["content-type"] == XLSX
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    shown = [list(map(plain, row)) for row in sheets[0]]
    codes = [line["by"]["level"]["code"] for line in told["rows"]]
    figures = [list(line["figures"].values()) for line in told["rows"]]
    assert [row[3:] for row in shown if row[1] in codes] == figures
    assert [row[3:] for row in shown if str(row[0]).startswith("合计")] == [list(told["totals"].values())]
    assert any("N1.3" in str(cell) for sheet in sheets for row in sheet for cell in row)


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("by=organ,colour", UnknownDimension),
        ("by=organ,organ", UnknownDimension),
        ("from=2024-13&until=2024-12", NoSuchMonth),
        ("from=2024-1", NoSuchMonth),
        ("from=2024-12&until=2024-01", PeriodReversed),
        ("until=2024-12&chain=no-such-chain", UnknownChain),
    ],
)
async def test_what_is_asked_wrongly_is_told_so_in_both_languages(
    counted: Desk, query: str, refusal: type[Refusal]
) -> None:
    answer = await counted.client.get(f"{PATH}?{query}", headers=reader(counted))
    problem = answer.json()
    assert problem["code"] == refusal.code
    assert " · " in problem["title"]


async def test_n1_3_everybody_is_told_the_city_s_figures_without_those_of_few_people(counted: Desk) -> None:
    answer = await counted.client.get(f"{PUBLIC}?by=month&from=2024-01&until=2024-12")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["hidden_below"] == 3
    people = [row["figures"]["people"] for row in told["rows"]]
    assert all(each == "<3" or each >= 3 or each == 0 for each in people if each is not None)


async def test_an_officer_is_not_told_another_organ_s_figures(counted: Desk) -> None:
    answer = await counted.client.get(f"{PATH}?organ=320106", headers=reader(counted))
    assert answer.status_code == 403
