"""Imports up to their preview: what is found in rows, alone, together, and held against the register."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.filing.domain import vetting
from services.filing.domain.institution import Standing
from services.filing.domain.stages import FilingState
from shared.clock import StoryClock
from shared.policy import Audience, Category
from shared.values import Edition
from tests.builders import (
    CITY,
    DISTRICT,
    GUARD,
    MILLER,
    OTHER_DISTRICT,
    a_filing,
    a_uscc,
    an_applicant,
    an_institution,
    standing,
)
from tests.filing.importing import FILINGS, INSTITUTIONS, Desk, as_csv, as_xlsx, layout
from tests.filing.works import keep
from tests.interfaces import Interfaces


@pytest.fixture
def desk(interfaces: Interfaces, story: StoryClock) -> Desk:
    story.set(datetime.now(UTC))
    return Desk(interfaces)


async def test_good_rows_are_counted_and_nothing_is_in_the_register_yet(desk: Desk) -> None:
    row = desk.record()
    answer = await desk.hand_in(INSTITUTIONS, as_xlsx(INSTITUTIONS, [row]), name="C:\\表\\存量机构.xlsx")
    view = answer.json()
    assert (answer.status_code, answer.headers["etag"]) == (201, '"1"')
    counts = {name: view[name] for name in ("rows", "good", "bad", "groups", "done", "state", "source")}
    assert counts == {
        "rows": 1,
        "good": 1,
        "bad": 0,
        "groups": 1,
        "done": 0,
        "state": "previewed",
        "source": "XLSX",
    }
    assert view["file_name"] == "存量机构.xlsx"
    assert (await desk.read(view)).json() == {key: view[key] for key in (await desk.read(view)).json()}
    listed = await desk.interfaces.filing.get(f"/v1/institutions?q={row['uscc']}", headers=desk.headers)
    assert listed.json()["items"] == []


WRONG_ROWS: list[tuple[dict[str, Any], tuple[str, str]]] = [
    ({"uscc": "91320115MA00000019"}, ("uscc", "NJT-VAL-1001")),
    ({"name": None}, ("name", "NJT-SHT-1101")),
    ({"name": "测试甲\n公司"}, ("name", "NJT-FIL-1521")),
    ({"organ": OTHER_DISTRICT}, ("organ", "NJT-FIL-1511")),
    ({"audience": "own_students"}, ("audience", "NJT-POL-1005")),
    ({"category": "leading_enterprise", "audience": "public"}, ("audience", "NJT-POL-1005")),
    ({"occupation": GUARD}, ("occupation", "NJT-FIL-1004")),
    ({"edition": "2022", "occupation": MILLER}, ("occupation", "NJT-FIL-1004")),
    ({"occupation": "9-99-99-99"}, ("occupation", "NJT-SHT-1109")),
    ({"work_type": "没有的工种"}, ("occupation", "NJT-FIL-1004")),
    ({"lowest": "3", "highest": "5"}, ("highest", "NJT-FIL-1512")),
    ({"stations": "Y00003200000"}, ("stations", "NJT-VAL-1006")),
    ({"valid_from": "2024-03-04", "valid_until": "2024-03-03"}, ("valid_until", "NJT-FIL-1516")),
    ({"valid_until": "2024-12-31"}, ("valid_until", "NJT-FIL-1516")),
    ({"valid_from": "2190-01-01"}, ("valid_from", "NJT-FIL-1516")),
    ({"evaluated": "2190-01-01"}, ("evaluated", "NJT-FIL-1520")),
]


@pytest.mark.parametrize(("change", "found"), WRONG_ROWS, ids=[str(each[1]) for each in WRONG_ROWS])
async def test_a_row_that_the_rules_refuse_is_told_by_column_and_code(
    desk: Desk, change: Mapping[str, Any], found: tuple[str, str]
) -> None:
    view = await desk.previewed(INSTITUTIONS, {**desk.record(), **change})
    assert (view["good"], view["bad"], view["groups"]) == (0, 1, 0)
    assert found in await desk.codes(view)
    told = view["wrong"][0]["findings"][0]
    assert "·" in told["message"]


async def test_a_district_may_not_import_for_another_and_the_city_may(interfaces: Interfaces) -> None:
    city = Desk(interfaces, organ=CITY)
    view = await city.previewed(INSTITUTIONS, city.record(organ=DISTRICT), city.record(organ=OTHER_DISTRICT))
    assert view["good"] == 2


async def test_what_is_on_record_already_and_a_number_in_use_are_found_city_wide(desk: Desk) -> None:
    elsewhere = an_institution(organ=OTHER_DISTRICT, filed_by=OTHER_DISTRICT)
    today = desk.record()
    elsewhere.valid_from, elsewhere.valid_until = today["valid_from"], today["valid_until"]
    await keep(desk.interfaces.suite.runtimes["filing"].works, elsewhere)
    view = await desk.previewed(
        INSTITUTIONS, desk.record(uscc=str(elsewhere.uscc)), desk.record(number=elsewhere.number)
    )
    assert await desk.codes(view) == [("uscc", "NJT-FIL-1010"), ("number", "NJT-FIL-1517")]


async def test_one_body_under_two_numbers_goes_in_once(desk: Desk) -> None:
    first = desk.record()
    view = await desk.previewed(INSTITUTIONS, first, desk.record(uscc=first["uscc"]))
    assert (view["good"], await desk.codes(view)) == (1, [("uscc", "NJT-FIL-1010")])


async def test_rows_of_one_number_are_one_institution_and_must_agree(desk: Desk) -> None:
    first = desk.record()
    second = first | {"occupation": MILLER}
    view = await desk.previewed(INSTITUTIONS, first, second)
    assert (view["good"], view["groups"]) == (2, 1)
    other = desk.record()
    view = await desk.previewed(INSTITUTIONS, other, other | {"occupation": MILLER, "name": "测试乙公司"})
    assert await desk.codes(view) == [("", "NJT-FIL-1515"), ("name", "NJT-FIL-1514")]


async def test_an_occupation_and_level_listed_twice_is_found(desk: Desk) -> None:
    first = desk.record()
    view = await desk.previewed(INSTITUTIONS, first, first | {"lowest": "4", "highest": "4"})
    assert ("occupation", "NJT-FIL-1513") in await desk.codes(view)
    assert view["groups"] == 0


async def test_a_group_with_a_wrong_row_is_left_out_whole_and_the_others_go_on(desk: Desk) -> None:
    first, other = desk.record(), desk.record()
    view = await desk.previewed(INSTITUTIONS, first, first | {"occupation": GUARD}, other)
    assert (view["good"], view["bad"], view["groups"]) == (1, 2, 1)
    assert [row["number"] for row in await desk.rows(view, "&state=bad")] == [2, 3]
    assert [row["number"] for row in await desk.rows(view, "&state=waiting")] == [4]


async def test_a_row_that_does_not_say_where_it_belongs_holds_back_those_of_its_name(desk: Desk) -> None:
    first, other = desk.record(name="测试特定公司"), desk.record()
    view = await desk.previewed(INSTITUTIONS, first, first | {"number": None, "occupation": MILLER}, other)
    assert (view["good"], view["bad"]) == (1, 2)
    draft = desk.draft(name="测试特定公司")
    mistyped = draft | {"uscc": "91320115MA00000019", "occupation": MILLER}
    view = await desk.previewed(FILINGS, draft, mistyped)
    assert view["groups"] == 0


async def test_social_evaluation_needs_a_first_filing_on_record_or_in_the_same_sheet(desk: Desk) -> None:
    alone = desk.record(category="central_enterprise", audience="public")
    view = await desk.previewed(INSTITUTIONS, alone)
    assert await desk.codes(view) == [("audience", "NJT-POL-1005")]
    social = desk.record(category="central_enterprise", audience="public")
    own = desk.record(category="central_enterprise", uscc=social["uscc"])
    view = await desk.previewed(INSTITUTIONS, social, own)
    assert (view["good"], view["bad"]) == (2, 0)
    turns = {row["values"]["audience"]: row["group"] for row in await desk.rows(view)}
    assert turns == {"own_staff": 1, "public": 2}


async def test_an_association_is_held_against_who_covered_the_occupation_before_it(
    desk: Desk, uncovered: list[Any]
) -> None:
    free = uncovered[0]
    named = {
        "edition": free.edition.value,
        "occupation": str(free.occupation),
        "lowest": str(free.level.value),
        "highest": str(free.level.value),
    }
    association = desk.record(category="municipal_association", audience="public", **named)
    earlier = association["valid_from"] - timedelta(days=10)
    later = association["valid_from"] + timedelta(days=10)
    view = await desk.previewed(INSTITUTIONS, desk.record(valid_from=later, **named), association)
    assert view["bad"] == 0
    view = await desk.previewed(INSTITUTIONS, desk.record(valid_from=earlier, **named), association)
    assert await desk.codes(view) == [("audience", "NJT-POL-1005")]
    second = desk.record(category="municipal_association", audience="public", **named)
    view = await desk.previewed(INSTITUTIONS, association | {"address": "再次"}, second)
    assert await desk.codes(view) == [("occupation", "NJT-FIL-1030")]


async def test_drafts_that_the_district_does_not_take_are_found(desk: Desk) -> None:
    uscc = a_uscc()
    open_case = a_filing(applicant=an_applicant(uscc), state=FilingState.SUBMITTED)
    await keep(desk.interfaces.suite.runtimes["filing"].works, open_case)
    view = await desk.previewed(
        FILINGS,
        desk.draft(uscc=str(uscc)),
        desk.draft(category="central_enterprise"),
        desk.draft(category="key_technical_school", audience="public"),
        desk.draft(category="key_technical_school", audience="public", key_school="yes"),
    )
    assert await desk.codes(view) == [
        ("uscc", "NJT-FIL-1518"),
        ("category", "NJT-FIL-1003"),
        ("audience", "NJT-POL-1005"),
    ]


async def test_ten_thousand_rows_with_one_bad_cell_leave_the_others_good(desk: Desk) -> None:
    rows = [desk.record() for _ in range(10_000)]
    rows[4321]["uscc"] = 91320115123456.0
    answer = await desk.hand_in(INSTITUTIONS, as_xlsx(INSTITUTIONS, rows))
    view = answer.json()
    assert (view["rows"], view["good"], view["bad"], view["groups"]) == (10_000, 9_999, 1, 9_999)
    (wrong,) = view["wrong"]
    assert (wrong["number"], wrong["findings"][0]["code"]) == (4323, "NJT-SHT-1102")
    assert (await desk.say(view, "discard")).status_code == 200


async def test_gbk_is_read_and_named(desk: Desk) -> None:
    row = desk.record(name="测试镕基公司")
    answer = await desk.hand_in(INSTITUTIONS, as_csv(INSTITUTIONS, [row], encoding="gbk"), name="a.csv")
    view = answer.json()
    assert (view["source"], view["good"]) == ("CSV (GB18030)", 1)
    assert (await desk.rows(view))[0]["values"]["name"] == "测试镕基公司"


async def test_the_template_has_the_choices_of_the_policy_within_reach(desk: Desk) -> None:
    answer = await desk.interfaces.filing.get("/v1/imports/template?kind=institutions", headers=desk.headers)
    assert answer.status_code == 200
    assert answer.content.startswith(b"PK")
    refused = await desk.hand_in(INSTITUTIONS, answer.content)
    assert (refused.status_code, refused.json()["code"]) == (422, "NJT-SHT-1034")
    by_key = {column.key: column for column in layout(INSTITUTIONS).columns}
    assert {choice.value for choice in by_key["category"].choices} == {each.value for each in Category}
    assert {choice.value for choice in by_key["audience"].choices} == {each.value for each in Audience}
    assert {"2015", "2022"} <= {choice.value for choice in by_key["edition"].choices} <= set(Edition)
    assert by_key["uscc"].kind == by_key["stations"].kind == "code"


async def test_other_districts_see_nothing_of_it_and_the_city_sees_it(desk: Desk) -> None:
    view = await desk.previewed(INSTITUTIONS, desk.record(name=None))
    other = Desk(desk.interfaces, organ=OTHER_DISTRICT)
    for part in ("", "/rows", "/errors.xlsx"):
        answer = await other.read(view, part)
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1501")
    assert (await other.say(view, "commit")).status_code == 404
    listed = await desk.interfaces.filing.get("/v1/imports?size=200", headers=other.headers)
    assert view["id"] not in {each["id"] for each in listed.json()["items"]}
    city = Desk(desk.interfaces, organ=CITY)
    assert len(await city.rows(view)) == 1


async def test_only_officers_of_an_organ_import(desk: Desk) -> None:
    content = as_xlsx(INSTITUTIONS, [desk.record()])
    nowhere = await desk.hand_in(INSTITUTIONS, content, who=desk.interfaces.bearer())
    assert (nowhere.status_code, nowhere.json()["code"]) == (403, "NJT-IDN-0001")
    stranger = await desk.hand_in(INSTITUTIONS, content, who=desk.interfaces.stranger())
    assert stranger.json()["code"] == "NJT-IDN-0403"


async def test_imports_and_rows_are_read_page_by_page(desk: Desk) -> None:
    views = [await desk.previewed(INSTITUTIONS, desk.record(), desk.record()) for _ in range(2)]
    ask = desk.interfaces.filing.get
    first = (await ask("/v1/imports?size=1", headers=desk.headers)).json()
    second = (await ask(f"/v1/imports?size=1&cursor={first['next']}", headers=desk.headers)).json()
    assert [first["items"][0]["id"], second["items"][0]["id"]] == [views[1]["id"], views[0]["id"]]
    page = (await desk.read(views[0], "/rows?size=1")).json()
    rest = (await desk.read(views[0], f"/rows?size=1&cursor={page['next']}")).json()
    assert [page["items"][0]["number"], rest["items"][0]["number"], rest["next"]] == [2, 3, None]
    for cursor in ("nonsense", first["next"]):
        assert (await desk.read(views[0], f"/rows?cursor={cursor}")).json()["code"] == "NJT-GEN-1002"
    missing = await ask(f"/v1/imports/{uuid4()}", headers=desk.headers)
    assert missing.json()["code"] == "NJT-FIL-1501"


async def test_more_than_a_body_may_list_is_found(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vetting, "MOST_ITEMS", 5)
    first = desk.record()
    view = await desk.previewed(INSTITUTIONS, first, first | {"occupation": MILLER})
    assert ("occupation", "NJT-FIL-1519") in await desk.codes(view)


async def test_a_body_that_was_removed_too_recently_is_found(desk: Desk) -> None:
    today = desk.record()["valid_from"] + timedelta(days=365)
    removed = an_institution(standings=(standing(Standing.REMOVED, on=today - timedelta(days=30)),))
    await keep(desk.interfaces.suite.runtimes["filing"].works, removed)
    for kind, row in ((INSTITUTIONS, desk.record()), (FILINGS, desk.draft())):
        view = await desk.previewed(kind, row | {"uscc": str(removed.uscc)})
        assert await desk.codes(view) == [("uscc", "NJT-FIL-1028")]
