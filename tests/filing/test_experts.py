"""An organ keeps its own roster of experts; organs below it may call them too."""

from dataclasses import replace
from uuid import uuid4

import pytest

from services.filing.domain.expert import LoginTaken
from shared.errors import Stale
from shared.identity import Permission, Scope
from shared.values import Edition, Occupation, OccupationCode
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT, TURNER, a_uscc
from tests.filing.panelwork import an_expert, appointed, officer
from tests.filing.works import EVERYTHING, FilingWorks
from tests.interfaces import Interfaces, fresh_key

TURNING = {"edition": "2015", "code": TURNER}


async def names_seen(works: FilingWorks, scope: Scope, prefix: str) -> list[str]:
    async with works(scope) as work:
        page = await work.experts.page(active=None, cursor=None, size=200)
    return [each.name for each in page.items if each.name.startswith(prefix)]


async def test_what_is_kept_of_an_expert_comes_back(works: FilingWorks) -> None:
    expert = an_expert(
        employer="测试甲公司",
        employer_uscc=a_uscc(),
        subject=f"expert-{uuid4()}",
        occupations=frozenset({Occupation(Edition.Y2015, OccupationCode(TURNER))}),
        recused_from=frozenset({a_uscc(), a_uscc()}),
        active=False,
    )
    async with works(EVERYTHING) as work:
        work.experts.add(expert)
    async with works(EVERYTHING) as work:
        found = await work.experts.get(expert.id)
    assert vars(found) == vars(replace(expert, version=1))


async def test_a_login_is_one_experts_only(works: FilingWorks) -> None:
    subject = f"expert-{uuid4()}"

    async def appoint(organ: str) -> None:
        async with works(EVERYTHING) as work:
            work.experts.add(an_expert(subject=subject, organ=organ))

    await appoint(DISTRICT)
    with pytest.raises(LoginTaken):
        await appoint(OTHER_DISTRICT)


async def test_the_database_lends_a_citys_experts_to_its_districts_and_nobody_elses(
    works: FilingWorks,
) -> None:
    prefix = f"测试{uuid4()}"
    async with works(EVERYTHING) as work:
        for organ in (CITY, DISTRICT, OTHER_DISTRICT):
            work.experts.add(an_expert(organ=organ, name=f"{prefix}-{organ}"))
    district = Scope(actor="t", act="t", organs=frozenset({DISTRICT}), above=frozenset({CITY, "320000"}))
    assert await names_seen(works, district, prefix) == [f"{prefix}-{CITY}", f"{prefix}-{DISTRICT}"]
    assert await names_seen(works, Scope(actor="t", act="t", holder=a_uscc()), prefix) == []
    assert await names_seen(works, Scope(actor="t", act="t"), prefix) == []


async def test_what_is_lent_is_read_and_not_changed(works: FilingWorks) -> None:
    expert = an_expert(organ=CITY)
    async with works(EVERYTHING) as work:
        work.experts.add(expert)
    district = Scope(actor="t", act="t", organs=frozenset({DISTRICT}), above=frozenset({CITY}))

    async def rename() -> None:
        async with works(district) as work:
            (await work.experts.get(expert.id)).name = "测试专家乙"

    with pytest.raises(Stale):
        await rename()


async def test_an_officer_appoints_and_finds_experts_page_by_page(interfaces: Interfaces) -> None:
    made = [await appointed(interfaces, occupations=[TURNING], employer="测试丙公司") for _ in range(3)]
    found: list[str] = []
    query = "active=true&size=2"
    while query:
        answer = await interfaces.filing.get(f"/v1/experts?{query}", headers=officer(interfaces))
        page = answer.json()
        found += [each["id"] for each in page["items"]]
        query = f"active=true&size=2&cursor={page['next']}" if page["next"] else ""
    assert {each["id"] for each in made} <= set(found)
    assert len(found) == len(set(found))
    assert made[0]["occupations"] == [TURNING]


async def test_nobody_appoints_for_another_organ(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.post(
        "/v1/experts",
        headers=officer(interfaces, OTHER_DISTRICT) | fresh_key(),
        json={"organ": DISTRICT, "name": "测试专家甲"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")


async def test_only_the_appointing_organ_changes_an_expert(interfaces: Interfaces) -> None:
    expert = await appointed(interfaces, organ=CITY, employer="测试乙公司")
    path, change = f"/v1/experts/{expert['id']}", {"active": False, "employer_uscc": a_uscc()}
    seen = {"If-Match": '"1"'}
    read = await interfaces.filing.get(path, headers=officer(interfaces))
    assert read.status_code == 200
    refused = await interfaces.filing.patch(path, headers=officer(interfaces) | seen, json=change)
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1203")
    changed = await interfaces.filing.patch(path, headers=officer(interfaces, CITY) | seen, json=change)
    assert changed.json() == expert | change | {"version": 2}
    emptied = await interfaces.filing.patch(
        path, headers=officer(interfaces, CITY) | {"If-Match": '"2"'}, json={"employer_uscc": None}
    )
    assert emptied.json()["employer_uscc"] is None
    stale = await interfaces.filing.patch(path, headers=officer(interfaces, CITY) | seen, json=change)
    assert stale.status_code == 412


async def test_an_expert_of_another_district_does_not_exist(interfaces: Interfaces) -> None:
    expert = await appointed(interfaces, organ=OTHER_DISTRICT)
    answer = await interfaces.filing.get(f"/v1/experts/{expert['id']}", headers=officer(interfaces))
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1201")


async def test_a_login_that_is_taken_is_refused(interfaces: Interfaces) -> None:
    subject = f"expert-{uuid4()}"
    await appointed(interfaces, subject=subject)
    answer = await interfaces.filing.post(
        "/v1/experts",
        headers=officer(interfaces) | fresh_key(),
        json={"organ": DISTRICT, "name": "测试专家乙", "subject": subject},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1202")


async def test_an_occupation_must_be_in_the_catalogue(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.post(
        "/v1/experts",
        headers=officer(interfaces) | fresh_key(),
        json={"organ": DISTRICT, "name": "甲", "occupations": [{"edition": "2015", "code": "1-99-99-99"}]},
    )
    assert answer.status_code == 404


async def test_applicants_and_experts_do_not_read_the_roster(interfaces: Interfaces) -> None:
    applicant = interfaces.bearer(Permission.APPLY, Permission.READ_REGISTER, holder=a_uscc())
    expert = interfaces.bearer(Permission.SCORE, organ=DISTRICT)
    for who in (applicant, expert):
        answer = await interfaces.filing.get("/v1/experts", headers=who)
        assert answer.status_code == 403
