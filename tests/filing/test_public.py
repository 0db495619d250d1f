"""网络核验: what anybody may ask of the register without a login (N3.3)."""

from datetime import date
from typing import Any

import httpx
import pytest

from services.filing.domain.institution import Standing
from shared.contracts.scope import ScopeItem
from shared.identity import Scope
from tests.builders import TURNER, a_uscc, a_version, an_institution, an_item, standing
from tests.filing.works import keep
from tests.interfaces import Interfaces

NOBODY = Scope(actor="public", act="test")
SHOWN = {
    "name",
    "uscc",
    "number",
    "plaque_number",
    "certificate_number",
    "office",
    "category",
    "audience",
    "standing",
    "in_force",
    "valid_from",
    "valid_until",
    "ended_on",
    "scope",
}


@pytest.fixture(autouse=True)
def _fresh_buckets(interfaces: Interfaces) -> None:
    """Each test asks as if from an address of its own."""
    interfaces.suite.apps["filing"].state.rates._buckets.clear()  # noqa: SLF001 — no test waits for a minute


async def ask(interfaces: Interfaces, tail: str = "", **query: str) -> httpx.Response:
    return await interfaces.filing.get(f"/v1/public/institutions{tail}", params=query)


async def found(interfaces: Interfaces, **query: str) -> list[str]:
    answer = await ask(interfaces, **query)
    assert answer.status_code == 200, answer.text
    return [each["number"] for each in answer.json()["items"]]


async def test_n3_3_the_code_on_a_plaque_tells_who_it_is_and_how_it_stands(interfaces: Interfaces) -> None:
    institution = an_institution(
        valid_until=date(2099, 3, 3),
        legal_representative="张三",
        address="某路1号",
        plaque_number="牌1",
        certificate_number="证1",
    )
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    answer = await ask(interfaces, f"/{institution.verification}")
    assert answer.status_code == 200
    view = answer.json()
    assert set(view) == SHOWN
    assert (view["office"], view["in_force"]) == ("南京市江宁区人力资源和社会保障局", True)
    assert [(each["occupation"], each["name"], each["level"]) for each in view["scope"]] == [
        (TURNER, "车工", 4)
    ]
    assert "张三" not in answer.text
    assert "某路1号" not in answer.text


async def test_what_is_off_the_record_is_shown_as_such(interfaces: Interfaces) -> None:
    revoked = standing(Standing.REVOKED, on=date(2025, 1, 2), reason="内部理由")
    institution = an_institution(standings=(revoked,))
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    answer = await ask(interfaces, f"/{institution.verification}")
    view = answer.json()
    assert (view["standing"], view["in_force"], view["ended_on"]) == ("revoked", False, "2025-01-02")
    assert "内部理由" not in answer.text


async def test_the_scope_shown_is_todays_not_one_that_is_yet_to_come(interfaces: Interfaces) -> None:
    versions = (a_version(an_item(level=4)), a_version(an_item(level=3), on=date(2098, 1, 1)))
    institution = an_institution(versions=versions, valid_until=date(2099, 3, 3))
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    view = (await ask(interfaces, f"/{institution.verification}")).json()
    assert [each["level"] for each in view["scope"]] == [4]


@pytest.mark.parametrize("code", ["0" * 16, "x" * 64])
async def test_an_unknown_code_is_said_to_be_unknown(interfaces: Interfaces, code: str) -> None:
    answer = await ask(interfaces, f"/{code}")
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1002")


async def test_an_institution_is_found_by_its_whole_numbers_or_the_beginning_of_its_name(
    interfaces: Interfaces,
) -> None:
    uscc, name = a_uscc(), f"核验{a_uscc()}公司"
    institution = an_institution(
        uscc=uscc, name=name, plaque_number=f"牌{uscc}", certificate_number=f"证{uscc}"
    )
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    whole: tuple[dict[str, str], ...] = (
        {"uscc": uscc},
        {"number": institution.number},
        {"number": f"牌{uscc}"},
        {"number": f"证{uscc}"},
        {"name": name},
        {"name": name[:-2]},
    )
    for query in whole:
        assert await found(interfaces, **query) == [institution.number]
    for query in ({"number": institution.number[:-1]}, {"name": name[1:]}, {"number": f"牌{uscc}"[:-1]}):
        assert await found(interfaces, **query) == []


async def test_a_name_that_many_begin_with_shows_twenty_of_them(interfaces: Interfaces) -> None:
    beginning = f"众多{a_uscc()}"
    many = [an_institution(name=f"{beginning}{place:02}") for place in range(22)]
    await keep(interfaces.suite.runtimes["filing"].works, *many)
    assert await found(interfaces, name=beginning) == [each.number for each in many[:20]]


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"name": "测试甲公司", "number": "测试备案"},
        {"name": "    "},
        {"name": "测试甲"},
        {"uscc": "不是代码"},
    ],
    ids=["nothing", "two things", "blank", "too short", "no code"],
)
async def test_a_question_that_is_none_is_refused(interfaces: Interfaces, query: dict[str, str]) -> None:
    assert (await ask(interfaces, **query)).status_code == 422


async def test_by_none_or_by_two_at_once_nobody_is_found(interfaces: Interfaces) -> None:
    for query in ({}, {"name": "测试甲公司", "number": "测试备案"}, {"name": "    "}):
        answer = await ask(interfaces, **query)
        assert (answer.status_code, answer.json()["code"]) == (422, "NJT-FIL-1114")


async def test_one_address_asks_as_often_as_the_policy_says(interfaces: Interfaces) -> None:
    policy = interfaces.suite.runtimes["filing"].policy
    most = policy.number("public.verify_per_minute", date(2026, 1, 1))
    answers = [await ask(interfaces, f"/{'0' * 16}") for _ in range(most + 1)]
    assert [each.status_code for each in answers] == [404] * most + [429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-1].json()["code"] == "NJT-GEN-0429"


async def test_somebody_without_a_login_reaches_no_row_of_any_other_table(interfaces: Interfaces) -> None:
    institution = an_institution()
    works = interfaces.suite.runtimes["filing"].works
    await keep(works, institution)
    async with works(NOBODY) as work:
        assert await work.public.verified(institution.verification) is not None
        page = await work.institutions.page(cursor=None, size=5)
        assert list(page.items) == []


async def test_the_catalogue_shows_its_editions_side_by_side_and_why_a_trade_is_not_evaluated(
    interfaces: Interfaces,
) -> None:
    answer = await interfaces.filing.get("/v1/occupations", headers=interfaces.bearer())
    families: list[dict[str, Any]] = answer.json()["items"]
    several = [each for each in families if len(each["editions"]) > 1]
    assert several
    assert all(
        [entry["edition"] for entry in each["editions"]] == sorted(e["edition"] for e in each["editions"])
        for each in several
    )
    entries = [entry for each in families for entry in each["editions"]]
    policy = interfaces.suite.runtimes["filing"].policy
    assert len(entries) == len(policy.occupations)
    licensed = [entry for entry in entries if not entry["evaluable"]]
    assert licensed
    assert all(entry["exclusion"] and entry["status"] for entry in licensed)
    newer = await interfaces.filing.get(
        "/v1/occupations", headers=interfaces.bearer(), params={"edition": "2022"}
    )
    assert all("2022" in {entry["edition"] for entry in each["editions"]} for each in newer.json()["items"])


async def test_n2_7_what_nobody_covers_is_listed_until_somebody_does(interfaces: Interfaces) -> None:
    async def uncovered() -> list[dict[str, Any]]:
        answer = await interfaces.filing.get("/v1/occupations/uncovered", headers=interfaces.bearer())
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    before = await uncovered()
    taken = next(
        entry for each in before for entry in each["editions"] if entry["evaluable"] and entry["levels"]
    )
    told = {"edition": taken["edition"], "occupation": taken["code"], "level": taken["levels"][0]}
    item = ScopeItem.model_validate(told)
    institution = an_institution(scope=(item,), valid_until=date(2099, 3, 3))
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    after = await uncovered()
    assert len(after) == len(before) - 1
    assert taken not in [entry for each in after for entry in each["editions"]]


@pytest.mark.parametrize("paper", ["plaque", "certificate"])
async def test_n2_8_plaque_and_certificate_are_printed_for_whoever_sees_the_institution(
    interfaces: Interfaces, paper: str
) -> None:
    institution = an_institution(plaque_number="牌1", certificate_number="证1")
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    path = f"/v1/institutions/{institution.id}/{paper}.pdf"
    own = await interfaces.filing.get(path, headers=interfaces.bearer(holder=institution.uscc))
    assert own.status_code == 200
    assert (own.headers["content-type"], own.content[:5]) == ("application/pdf", b"%PDF-")
    other = await interfaces.filing.get(path, headers=interfaces.bearer(holder=a_uscc()))
    assert other.status_code == 404


async def test_what_is_on_record_no_more_gets_no_paper(interfaces: Interfaces) -> None:
    institution = an_institution(standings=(standing(Standing.CANCELLED),))
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    path = f"/v1/institutions/{institution.id}/plaque.pdf"
    answer = await interfaces.filing.get(path, headers=interfaces.bearer(holder=institution.uscc))
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1025")
