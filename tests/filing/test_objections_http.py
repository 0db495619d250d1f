"""Publicity and objections over HTTP, with a login and without."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from services.filing.domain.objection import Statement
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Applicant
from services.filing.handlers.objections import raise_objection
from services.filing.worker import JOBS
from shared.clock import StoryClock
from shared.http.limits import Rates
from shared.identity import Permission
from shared.policy import Policy, Status
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT, a_filing, a_uscc
from tests.filing.casework import Case
from tests.filing.panelwork import officer
from tests.filing.works import EVERYTHING, keep
from tests.interfaces import Headers, Interfaces, fresh_key

LATE = datetime(2099, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_rates(interfaces: Interfaces) -> Iterator[None]:
    """Every test begins as somebody who has asked for nothing yet."""
    state = interfaces.suite.apps["filing"].state
    before, state.rates = state.rates, Rates()
    yield
    state.rates = before


async def publicised(interfaces: Interfaces, **changes: Any) -> Case:
    """A case that is publicised for five more days."""
    until = interfaces.clock.now() + timedelta(days=5)
    filing = a_filing(**{"state": FilingState.PUBLICITY, "publicity_until": until} | changes)
    await keep(interfaces.suite.runtimes["filing"].works, filing)
    return Case(interfaces=interfaces, uscc=filing.applicant.uscc, id=str(filing.id), tag='"1"')


async def objected(case: Case, organ: str = DISTRICT, **more: Any) -> httpx.Response:
    return await case.interfaces.filing.post(
        f"/v1/filings/{case.id}/objections",
        headers=officer(case.interfaces, organ) | fresh_key(),
        json={"text": "场地不符", "channel": "phone", **more},
    )


async def resolved(
    interfaces: Interfaces, objection: dict[str, Any], outcome: str, who: Headers | None = None
) -> httpx.Response:
    return await interfaces.filing.post(
        f"/v1/objections/{objection['id']}/resolution",
        headers=(who or officer(interfaces)) | {"If-Match": f'"{objection["version"]}"'},
        json={"outcome": outcome, "finding": "经核查，场地系借用"},
    )


async def public(interfaces: Interfaces, filing_id: str, text: str = "场地不符") -> httpx.Response:
    return await interfaces.filing.post(f"/v1/public/filings/{filing_id}/objections", json={"text": text})


async def test_anybody_objects_without_a_login_and_learns_later_what_became_of_it(
    interfaces: Interfaces,
) -> None:
    case = await publicised(interfaces)
    made = await public(interfaces, case.id)
    assert (made.status_code, list(made.json())) == (201, ["reference"])
    path = f"/v1/public/objections/{made.json()['reference']}"
    assert (await interfaces.filing.get(path)).json() == {"state": "open", "finding": ""}

    listed = await interfaces.filing.get(f"/v1/filings/{case.id}/objections", headers=officer(interfaces))
    (objection,) = listed.json()["items"]
    assert (objection["by"], objection["channel"], objection["received_by"]) == ("anonymous", "online", "")
    assert (await resolved(interfaces, objection, "dismissed")).status_code == 200
    answer = await interfaces.filing.get(path)
    assert answer.json() == {"state": "dismissed", "finding": "经核查，场地系借用"}


async def test_an_objection_asks_for_nothing_about_its_maker(interfaces: Interfaces) -> None:
    case = await publicised(interfaces)
    answer = await interfaces.filing.post(
        f"/v1/public/filings/{case.id}/objections", json={"text": "场地不符", "by": "测试员甲"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-0422")


@pytest.mark.parametrize("state", [FilingState.DRAFT, FilingState.PASSED, FilingState.REGISTERED])
async def test_what_is_not_publicised_is_not_there_for_the_public(
    interfaces: Interfaces, state: FilingState
) -> None:
    case = await publicised(interfaces, state=state)
    answer = await public(interfaces, case.id)
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1001")


async def test_after_the_end_of_publicity_nobody_objects_any_more(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case = await publicised(interfaces)
    story.set(datetime.now(UTC) + timedelta(days=6))
    assert (await public(interfaces, case.id)).status_code == 404
    answer = await objected(case)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1221")


async def test_who_objects_too_often_is_told_to_wait(interfaces: Interfaces) -> None:
    case = await publicised(interfaces)
    answers = [await public(interfaces, case.id) for _ in range(4)]
    assert [each.status_code for each in answers] == [201, 201, 201, 429]


async def test_beyond_so_many_anonymous_objections_only_an_officer_takes_more_down(
    interfaces: Interfaces, policy: Policy
) -> None:
    case = await publicised(interfaces)
    most = policy.parameter("filing.public_objections_max", interfaces.clock.now().date())
    assert most.status is Status.ASSUMED
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        for _ in range(policy.number(most.key, work.today)):
            await raise_objection(UUID(case.id), Statement(text="场地不符"), work)
    answer = await public(interfaces, case.id)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1223")
    assert answer.json()["extra"] == {"most": 100, "status_of_most": "assumed"}
    assert (await objected(case)).status_code == 201


async def test_objections_to_a_case_are_listed_page_by_page_the_earliest_first(
    interfaces: Interfaces,
) -> None:
    case = await publicised(interfaces)
    made = [(await objected(case)).json()["id"] for _ in range(3)]
    path, who = f"/v1/filings/{case.id}/objections", officer(interfaces)
    first = (await interfaces.filing.get(path, headers=who, params={"size": 2})).json()
    rest = await interfaces.filing.get(path, headers=who, params={"size": 2, "cursor": first["next"]})
    assert [each["id"] for each in (*first["items"], *rest.json()["items"])] == made
    assert rest.json()["next"] is None
    bad = await interfaces.filing.get(path, headers=who, params={"cursor": "WyJhIl0"})
    assert (bad.status_code, bad.json()["code"]) == (422, "NJT-GEN-1002")


async def test_a_reference_nobody_was_given_tells_nothing(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.get("/v1/public/objections/AAAAAAAAAAAAAAAA")
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1220")
    assert (await interfaces.filing.get("/v1/public/objections/short")).status_code == 422


async def test_what_is_publicised_is_listed_page_by_page_with_what_is_public_only(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(LATE)
    prefix = f"测试{uuid4()}"
    cases = [
        await publicised(
            interfaces,
            applicant=Applicant(
                name=f"{prefix}-{place}", uscc=a_uscc(), legal_representative="测试法人", address="测试路"
            ),
        )
        for place in range(3)
    ]
    found: list[dict[str, Any]] = []
    query = "size=2"
    while query:
        answer = await interfaces.filing.get(f"/v1/public/publicity?{query}")
        assert answer.status_code == 200
        for secret in ("测试法人", "测试路", cases[0].uscc):
            assert secret not in answer.text
        found += answer.json()["items"]
        query = f"size=2&cursor={answer.json()['next']}" if answer.json()["next"] else ""
    mine = [each for each in found if each["name"].startswith(prefix)]
    assert {each["id"] for each in mine} == {each.id for each in cases}
    assert len({each["id"] for each in found}) == len(found)
    assert set(mine[0]) == {"id", "name", "category", "audience", "scope", "organ", "handled_by", "until"}
    assert [each["until"] for each in found] == sorted(each["until"] for each in found)


async def test_a_cursor_of_somewhere_else_is_refused(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.get("/v1/public/publicity?cursor=WyJhIl0")
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-1002")


async def test_an_officer_of_the_city_takes_one_down_and_only_the_handling_organ_resolves_it(
    interfaces: Interfaces,
) -> None:
    case = await publicised(interfaces)
    made = await objected(case, CITY, by="测试员甲")
    assert made.status_code == 201, made.text
    assert (made.json()["by"], made.json()["received_by"]) == ("测试员甲", f"officer-{CITY}")
    refused = await resolved(interfaces, made.json(), "upheld", officer(interfaces, CITY))
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1007")
    answer = await resolved(interfaces, made.json(), "upheld")
    assert answer.json()["state"] == "upheld"
    filing = (await case.read(case.applicant)).json()
    assert filing["state"] == "refused"
    assert "场地系借用" in filing["refused_for"]
    again = await resolved(interfaces, answer.json(), "dismissed")
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1222")
    stale = await resolved(interfaces, made.json(), "dismissed")
    assert stale.status_code == 412


async def test_registration_waits_until_every_objection_is_resolved(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case = await publicised(interfaces)
    first, second = (await objected(case)).json(), (await objected(case)).json()
    story.set(datetime.now(UTC) + timedelta(days=7))
    await resolved(interfaces, first, "dismissed")
    case.tag = (await case.read(case.applicant)).headers["etag"]
    early = await case.ask("registration", case.officer())
    assert (early.status_code, early.json()["code"]) == (409, "NJT-FIL-1021")
    await resolved(interfaces, second, "dismissed")
    case.tag = (await case.read(case.applicant)).headers["etag"]
    assert (await case.done("registration", case.officer()))["state"] == "registered"


async def test_applicants_and_other_districts_do_not_read_objections(interfaces: Interfaces) -> None:
    case = await publicised(interfaces)
    made = (await objected(case)).json()
    path = f"/v1/filings/{case.id}/objections"
    assert (await interfaces.filing.get(path, headers=case.applicant)).status_code == 403
    own = interfaces.bearer(Permission.ASSESS, Permission.READ_REGISTER, holder=case.uscc)
    assert (await interfaces.filing.get(path, headers=own)).json() == {"items": [], "next": None}
    other = officer(interfaces, OTHER_DISTRICT)
    assert (await interfaces.filing.get(path, headers=other)).status_code == 404
    assert (await resolved(interfaces, made, "upheld", other)).status_code == 404


async def test_the_worker_watches_over_objections() -> None:
    assert "watch-objections" in {job.name for job in JOBS}
