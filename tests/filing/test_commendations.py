"""Outstanding institutions: who names them, who sees them, and when they are held up no more (N3.5)."""

import asyncio
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from services.filing.domain.commendation import (
    AlreadyCommended,
    BadPublication,
    Commendation,
    CommendationWithdrawn,
    NotCommendable,
    UnknownCommendation,
)
from services.filing.domain.institution import Institution, Standing, SuspendedBy
from services.filing.domain.lifecycle import ProvinceDecides
from services.filing.domain.refusals import NotTheHandlingOrgan
from services.filing.handlers import register
from services.filing.handlers.commendations import NameOutstanding, name_outstanding
from shared.clock import SHANGHAI
from shared.policy import Category
from tests.builders import AT, CITY, DISTRICT, OTHER_DISTRICT, a_uscc, an_institution, sanctioned, standing
from tests.filing.works import EVERYTHING, FilingWorks, holder, keep, within
from tests.interfaces import Interfaces, fresh_key

DAY, TODAY = timedelta(days=1), AT.date()
TITLE, EXPERIENCE = "技能人才自主评价先进典型", "以岗位练兵促评价，考核点与车间合一。"


def a_naming(institution: Institution, **changes: Any) -> NameOutstanding:
    given: dict[str, Any] = {
        "institution_id": institution.id,
        "organ": institution.filed_by,
        "title": TITLE,
        "experience": EXPERIENCE,
        "published_from": None,
        "published_until": None,
    }
    return NameOutstanding(**(given | changes))


async def named(works: FilingWorks, institution: Institution, **changes: Any) -> Commendation:
    command = a_naming(institution, **changes)
    async with works(within(institution.organ, command.organ)) as work:
        return await name_outstanding(command, work)


async def on_record(works: FilingWorks, **changes: Any) -> Institution:
    institution = an_institution(**changes)
    await keep(works, institution)
    return institution


async def open_of(works: FilingWorks, institution: Institution) -> Commendation | None:
    async with works(EVERYTHING) as work:
        return await work.commendations.open_of(institution.id)


async def test_n3_5_the_organ_that_filed_it_names_it_and_nobody_else(works: FilingWorks) -> None:
    ours = await on_record(works)
    citys = await on_record(works, filed_by=CITY, category=Category.KEY_TECHNICAL_SCHOOL)
    for institution, organ, other in ((ours, DISTRICT, CITY), (citys, CITY, DISTRICT)):
        with pytest.raises(NotTheHandlingOrgan):
            await named(works, institution, organ=other)
        given = await named(works, institution, organ=organ)
        assert (given.named_by, given.named_at, given.published_from) == (organ, AT, TODAY)
        assert (given.organ, given.uscc, given.basis) == (DISTRICT, institution.uscc, ("N3.5",))
        async with works(holder(institution.uscc)) as work:
            assert vars(await work.commendations.get(given.id)) == vars(given)
        async with works(within(OTHER_DISTRICT)) as work:
            with pytest.raises(UnknownCommendation):
                await work.commendations.get(given.id)


async def test_what_the_province_filed_is_not_ours_to_name(works: FilingWorks) -> None:
    institution = await on_record(works, filed_by="province", category=Category.CENTRAL_ENTERPRISE)
    with pytest.raises(ProvinceDecides):
        await named(works, institution, organ=DISTRICT)


@pytest.mark.parametrize(
    "changes",
    [
        {"standings": (standing(Standing.SUSPENDED, reason="督导"),)},
        {"standings": (standing(Standing.REVOKED, reason="承诺不实"),)},
        {"valid_from": TODAY + DAY},
        {"valid_from": date(2021, 3, 4), "valid_until": TODAY - DAY},
    ],
    ids=["suspended", "revoked", "not yet valid", "no longer valid"],
)
async def test_only_who_is_in_force_is_held_up(works: FilingWorks, changes: dict[str, Any]) -> None:
    institution = await on_record(works, **changes)
    with pytest.raises(NotCommendable) as caught:
        await named(works, institution)
    assert caught.value.basis == ("N3.5",)
    assert await open_of(works, institution) is None


async def test_an_institution_is_held_up_for_one_thing_at_a_time(works: FilingWorks) -> None:
    institution = await on_record(works)
    first = await named(works, institution, published_until=TODAY + DAY)
    with pytest.raises(AlreadyCommended):
        await named(works, institution)
    works.at = AT + 2 * DAY
    second = await named(works, institution)
    async with works(EVERYTHING) as work:
        over = await work.commendations.get(first.id)
        page = await work.commendations.page(institution_id=institution.id, cursor=None, size=1)
        rest = await work.commendations.page(institution_id=institution.id, cursor=page.next, size=1)
    assert (over.withdrawn_by, over.withdrawn_at) == ("register", works.at)
    assert ([each.id for each in page.items], page.next is None) == ([second.id], False)
    assert ([each.id for each in rest.items], rest.next) == ([first.id], None)


async def test_of_two_officers_who_name_it_at_the_same_moment_one_is_told_that_it_was(
    works: FilingWorks,
) -> None:
    institution = await on_record(works)
    answers = await asyncio.gather(
        named(works, institution), named(works, institution), return_exceptions=True
    )
    assert sorted(type(each) is AlreadyCommended for each in answers) == [False, True]


async def test_the_database_keeps_one_open_commendation_of_an_institution(works: FilingWorks) -> None:
    institution = await on_record(works)
    first = await named(works, institution)
    second = Commendation(
        **{name: value for name, value in vars(first).items() if name != "version"} | {"id": uuid4()}
    )
    with pytest.raises(AlreadyCommended):
        async with works(EVERYTHING) as work:
            work.commendations.add(second)


async def test_days_of_publication_come_in_their_order(works: FilingWorks) -> None:
    institution = await on_record(works)
    with pytest.raises(BadPublication):
        await named(works, institution, published_until=TODAY - DAY)
    assert (await named(works, institution, published_until=TODAY)).published_until == TODAY


@pytest.mark.parametrize("way", ["supervision", "organ", "expired", "revoked"])
async def test_n3_5_who_is_suspended_or_has_ended_is_held_up_no_more(works: FilingWorks, way: str) -> None:
    institution = await on_record(works)
    given = await named(works, institution)
    async with works(EVERYTHING) as work:
        found = await work.institutions.get(institution.id)
        if way == "supervision":
            await register.suspend_institution(sanctioned(found.id), work)
        elif way == "organ":
            await register.suspend(found, work, reason="考场失管", basis=("N3.3",), by=SuspendedBy.ORGAN)
        else:
            await register.end(found, Standing(way), work, reason="已终止", basis=("N2.2",))
    assert await open_of(works, institution) is None
    async with works(EVERYTHING) as work:
        withdrawn = await work.commendations.get(given.id)
    assert (withdrawn.withdrawn_by, withdrawn.withdrawn_at, withdrawn.version) == ("register", AT, 2)
    assert withdrawn.withdrawn_for.startswith(
        Standing("suspended" if way in {"supervision", "organ"} else way).label
    )
    with pytest.raises(CommendationWithdrawn):
        withdrawn.withdraw(by="officer:甲", because="再撤", at=AT)


async def test_named_while_supervision_suspends_it_it_is_not_held_up_in_the_end(works: FilingWorks) -> None:
    for _ in range(5):
        institution = await on_record(works)

        async def suspended(key: Institution = institution) -> None:
            async with works(EVERYTHING) as work:
                await register.suspend_institution(sanctioned(key.id), work)

        answers = await asyncio.gather(named(works, institution), suspended(), return_exceptions=True)
        assert answers[1] is None
        assert await open_of(works, institution) is None


class Desk:
    """An officer of the district who names and withdraws over HTTP, and the public that reads."""

    def __init__(self, interfaces: Interfaces) -> None:
        self.http = interfaces.filing
        self.officer = interfaces.bearer(organ=DISTRICT)
        self.other = interfaces.bearer(organ=OTHER_DISTRICT)
        self.works = interfaces.suite.runtimes["filing"].works

    async def name(self, institution: Institution, **changes: Any) -> httpx.Response:
        body = {"institution_id": str(institution.id), "title": TITLE, "experience": EXPERIENCE} | changes
        return await self.http.post("/v1/commendations", headers=self.officer | fresh_key(), json=body)

    async def public(self) -> dict[str, dict[str, Any]]:
        """All pages of what everybody sees, by number."""
        found: dict[str, dict[str, Any]] = {}
        asked: dict[str, str | int] = {"size": 100}
        while True:
            answer = await self.http.get("/v1/public/outstanding-institutions", params=asked)
            assert answer.status_code == 200, answer.text
            found |= {each["number"]: each for each in answer.json()["items"]}
            if answer.json()["next"] is None:
                return found
            asked["cursor"] = answer.json()["next"]


@pytest.fixture
def desk(interfaces: Interfaces) -> Desk:
    interfaces.suite.apps["filing"].state.rates._buckets.clear()  # noqa: SLF001 — no test waits for a minute
    return Desk(interfaces)


async def valid_today(desk: Desk, **changes: Any) -> Institution:
    institution = an_institution(valid_until=date(2099, 3, 3), **changes)
    await keep(desk.works, institution)
    return institution


async def test_n3_5_the_public_reads_whoever_is_outstanding_and_what_to_learn_from_it(
    desk: Desk, interfaces: Interfaces
) -> None:
    institution = await valid_today(desk, legal_representative="张三", address="某路1号")
    answer = await desk.name(institution)
    assert (answer.status_code, answer.json()["basis"]) == (201, ["N3.5"])
    shown = (await desk.public())[institution.number]
    assert shown == {
        "id": answer.json()["id"],
        "name": institution.name,
        "number": institution.number,
        "category": "municipal_enterprise",
        "audience": "own_staff",
        "office": "南京市江宁区人力资源和社会保障局",
        "title": TITLE,
        "experience": EXPERIENCE,
        "basis": ["N3.5"],
        "published_from": interfaces.clock.now().astimezone(SHANGHAI).date().isoformat(),
    }


async def test_the_public_reads_it_on_its_days_only(desk: Desk, interfaces: Interfaces) -> None:
    today = interfaces.clock.now().astimezone(SHANGHAI).date()
    begun, coming = await valid_today(desk), await valid_today(desk)
    assert (await desk.name(begun, published_until=today.isoformat())).status_code == 201
    assert (await desk.name(coming, published_from=(today + DAY).isoformat())).status_code == 201
    found = await desk.public()
    assert (begun.number in found, coming.number in found) == (True, False)


async def test_the_public_is_told_of_everybody_page_by_page(desk: Desk) -> None:
    several = [await valid_today(desk) for _ in range(3)]
    for each in several:
        assert (await desk.name(each)).status_code == 201
    first = (await desk.http.get("/v1/public/outstanding-institutions", params={"size": 2})).json()
    assert (len(first["items"]), first["next"] is None) == (2, False)
    assert {each.number for each in several} <= set(await desk.public())
    strange = await desk.http.get("/v1/public/outstanding-institutions", params={"cursor": "WyJ4IiwgInkiXQ"})
    assert strange.status_code == 422


async def test_an_officer_withdraws_it_with_a_reason_once(desk: Desk) -> None:
    institution = await valid_today(desk)
    made = await desk.name(institution)
    path, tag = f"/v1/commendations/{made.json()['id']}", {"If-Match": made.headers["etag"]}
    assert (await desk.http.get(path, headers=desk.other)).status_code == 404
    body = {"reason": "经验材料有误"}
    answer = await desk.http.post(f"{path}/withdrawal", headers=desk.officer | tag, json=body)
    assert (answer.status_code, answer.json()["withdrawn_for"]) == (200, "经验材料有误")
    assert institution.number not in await desk.public()
    tag = {"If-Match": answer.headers["etag"]}
    again = await desk.http.post(f"{path}/withdrawal", headers=desk.officer | tag, json=body)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1804")
    listed = await desk.http.get(
        "/v1/commendations", headers=desk.officer, params={"institution_id": str(institution.id)}
    )
    assert [each["withdrawn_by"] for each in listed.json()["items"]] == ["tester"]


async def test_what_another_organ_named_is_not_ours_to_withdraw(desk: Desk, interfaces: Interfaces) -> None:
    made = await desk.name(await valid_today(desk))
    answer = await desk.http.post(
        f"/v1/commendations/{made.json()['id']}/withdrawal",
        headers=interfaces.bearer(organ=CITY) | {"If-Match": made.headers["etag"]},
        json={"reason": "越级"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-FIL-1007")


async def test_over_http_too_it_is_refused_by_its_code(desk: Desk) -> None:
    institution = await valid_today(desk)
    wrong = await desk.name(institution, published_from="2024-03-05", published_until="2024-03-04")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "NJT-FIL-1805")
    assert (await desk.name(institution)).status_code == 201
    twice = await desk.name(institution)
    assert (twice.status_code, twice.json()["code"]) == (409, "NJT-FIL-1803")
    strange = await desk.http.get(f"/v1/commendations/{uuid4()}", headers=desk.officer)
    assert (strange.status_code, strange.json()["code"]) == (404, "NJT-FIL-1801")
    nobody = await desk.name(an_institution(uscc=a_uscc()))
    assert (nobody.status_code, nobody.json()["code"]) == (404, "NJT-FIL-1002")
