"""岗位等级: the levels an enterprise sets for its own staff (N1.5); and sites, whose station codes are the province's."""

from typing import Any

import pytest

from services.filing.domain.terms import Particulars, Site
from shared.policy import Audience, Category
from shared.values import StationCode
from tests.builders import MILLER, TURNER, an_institution
from tests.filing.recordwork import Record, on_record
from tests.interfaces import Interfaces


def level(name: str = "首席车工", code: str = TURNER, **changes: Any) -> dict[str, Any]:
    return {"occupation": {"edition": "2015", "code": code}, "name": name} | changes


async def put(record: Record, *levels: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = await record.ask("post-levels", {"levels": levels}, who=record.own, method="PUT")
    return answer.status_code, answer.json()


@pytest.mark.parametrize("category", [Category.MUNICIPAL_ENTERPRISE, Category.CENTRAL_ENTERPRISE])
async def test_n1_5_an_enterprise_sets_post_levels_for_occupations_in_its_scope(
    interfaces: Interfaces, category: Category
) -> None:
    record = await on_record(interfaces, category=category)
    status, view = await put(record, level(held_as=1), level("带班车工"))
    assert status == 200
    assert [(each["name"], each["held_as"]) for each in view["post_levels"]] == [
        ("首席车工", 1),
        ("带班车工", None),
    ]
    status, view = await put(record)
    assert (status, view["post_levels"]) == (200, [])


@pytest.mark.parametrize(
    ("changes", "levels", "told"),
    [
        (
            {"category": Category.TECHNICAL_SCHOOL, "audience": Audience.OWN_STUDENTS},
            [level()],
            (409, "NJT-FIL-1104"),
        ),
        (
            {"category": Category.MUNICIPAL_ASSOCIATION, "audience": Audience.PUBLIC},
            [level()],
            (409, "NJT-FIL-1104"),
        ),
        (
            {"category": Category.LEADING_ENTERPRISE, "audience": Audience.PUBLIC},
            [level()],
            (409, "NJT-FIL-1104"),
        ),
        ({}, [level(f"第{place}等") for place in range(21)], (422, "NJT-FIL-1105")),
        ({}, [level(code=MILLER)], (409, "NJT-FIL-1106")),
        ({}, [level(), level(held_as=2)], (422, "NJT-FIL-1107")),
    ],
    ids=["school", "association", "for the public", "too many", "outside its scope", "one name twice"],
)
async def test_n1_5_nobody_else_and_nothing_else_is_set(
    interfaces: Interfaces, changes: dict[str, Any], levels: list[dict[str, Any]], told: tuple[int, str]
) -> None:
    record = await on_record(interfaces, **changes)
    status, problem = await put(record, *levels)
    assert (status, problem["code"]) == told
    assert problem["basis"] == ["N1.5"]


async def test_n1_5_an_officer_does_not_set_them_for_the_enterprise(interfaces: Interfaces) -> None:
    record = await on_record(interfaces)
    officer = interfaces.bearer(organ=record.institution.organ)
    refused = await record.ask("post-levels", {"levels": []}, who=officer, method="PUT")
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-IDN-0001")


def test_a_site_that_keeps_its_name_keeps_its_station_code_and_a_new_one_has_none() -> None:
    code = StationCode("Y000032000001")
    known = Site(name="一号考点", address="旧址", station_code=code)
    institution = an_institution(sites=(known,), station_codes=(code,))
    moved = Site(name="一号考点", address="新址")
    assert institution.amend(Particulars(sites=(moved, Site(name="二号考点", address="某路")))) == ("sites",)
    assert [each.station_code for each in institution.sites] == [code, None]
    assert institution.sites[0].address == "新址"
