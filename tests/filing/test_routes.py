"""Filing over HTTP, on the assembled interface with a real database and real tokens."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from services.filing.handlers.register import suspend_institution
from shared.clock import StoryClock
from shared.identity import Permission, Scope
from tests.builders import (
    AT,
    CITY,
    DISTRICT,
    GUARD,
    OTHER_DISTRICT,
    TURNER,
    a_uscc,
    new_filing,
    sanctioned,
)
from tests.filing.casework import drafted, registered
from tests.interfaces import Interfaces, fresh_key


async def test_a_case_walks_from_draft_to_the_record(interfaces: Interfaces, story: StoryClock) -> None:
    story.set(AT)
    case = await drafted(interfaces, training=["new_apprenticeship"])
    incomplete = await case.ask("submission", case.applicant)
    assert incomplete.status_code == 409
    assert incomplete.json()["code"] == "NJT-FIL-1005"
    assert len(incomplete.json()["extra"]["missing"]) == 14
    await case.publicised()
    early = await case.ask("registration", case.officer())
    assert (early.status_code, early.json()["code"]) == (409, "NJT-FIL-1009")
    story.set(AT + timedelta(days=9))
    done = await case.done("registration", case.officer())
    assert done["state"] == "registered"
    assert done["priority"]
    assert done["basis"] == ["N2.2"]
    owed = {each["kind"]: (each["owner"], each["state"]) for each in done["obligations"]}
    assert owed == dict.fromkeys(("open_account", "hand_over", "tell_province"), (DISTRICT, "open"))
    assert not done["complete"]
    read = await case.read(case.applicant)
    assert (read.json(), read.headers["etag"]) == (done, case.tag)
    assert case.tag == f'"{done["version"]}"'


async def test_the_institution_on_record_shows_number_plaque_certificate_and_scope(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    case, view = await registered(interfaces)
    path = f"/v1/institutions/{view['institution_id']}"
    answer = await interfaces.filing.get(path, headers=case.applicant)
    shown = answer.json()
    assert answer.headers["etag"] == '"1"'
    assert shown["number"] == view["filing_number"]
    assert shown["plaque_number"].startswith(view["filing_number"])
    assert (shown["valid_from"], shown["valid_until"]) == ("2024-03-04", "2027-03-03")
    assert shown["station_codes"] == []
    items = [{"edition": "2015", "occupation": TURNER, "work_type": "", "level": 4}]
    for day, expected in (("2024-03-03", []), ("2024-03-04", items), ("2027-03-04", [])):
        scope = await interfaces.filing.get(f"{path}/scope", params={"on": day}, headers=case.officer())
        assert (scope.json()["on"], scope.json()["items"]) == (day, expected)
    story.set(AT + timedelta(days=10))
    today = await interfaces.filing.get(f"{path}/scope", headers=case.officer())
    assert (today.json()["on"], today.json()["items"]) == ("2024-03-14", items)


async def test_a_suspended_institution_shows_an_empty_scope(interfaces: Interfaces) -> None:
    case, view = await registered(interfaces)
    async with interfaces.suite.runtimes["filing"].works(Scope.of_service("filing", "test")) as work:
        await suspend_institution(sanctioned(view["institution_id"]), work)
    path = f"/v1/institutions/{view['institution_id']}"
    assert (await interfaces.filing.get(path, headers=case.officer())).json()["standing"] == "suspended"
    scope = await interfaces.filing.get(f"{path}/scope", headers=case.officer())
    assert (scope.json()["standing"], scope.json()["items"]) == ("suspended", [])


async def test_n2_5_the_city_handles_a_key_schools_case_and_its_district_only_reads(
    interfaces: Interfaces,
) -> None:
    case = await drafted(
        interfaces, category="key_technical_school", audience="public", evidence=["key_school_evidence"]
    )
    view = (await case.read(case.officer(DISTRICT))).json()
    assert (view["organ"], view["handled_by"]) == (DISTRICT, CITY)
    refused = await case.ask("acceptance", case.officer(DISTRICT))
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-FIL-1007")
    assert refused.json()["basis"] == ["N2.5"]


async def test_an_applicant_files_for_its_own_body_only(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.post(
        "/v1/filings",
        headers=interfaces.bearer(Permission.APPLY, holder=a_uscc()) | fresh_key(),
        json=new_filing(a_uscc()),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-IDN-0001")


@pytest.mark.parametrize("reach", [{}, {"organ": OTHER_DISTRICT}])
async def test_nobody_opens_a_case_beyond_their_reach(interfaces: Interfaces, reach: dict[str, Any]) -> None:
    answer = await interfaces.filing.post(
        "/v1/filings",
        headers=interfaces.bearer(Permission.APPLY, **reach) | fresh_key(),
        json=new_filing(a_uscc()),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-GEN-1004")


@pytest.mark.parametrize(
    ("changes", "refused"),
    [
        ({"category": "central_enterprise"}, (409, "NJT-FIL-1003", ["N2.1"])),
        ({"category": "provincial_association", "audience": "public"}, (409, "NJT-FIL-1003", ["N2.6"])),
        ({"audience": "public"}, (409, "NJT-POL-1005", ["N2.2", "N2.4"])),
        ({"organ": CITY}, (409, "NJT-FIL-1017", ["N2.0"])),
        ({"organ": "990000"}, (404, "NJT-POL-1001", ["N2.0"])),
        (
            {"scope": [{"edition": "2015", "occupation": GUARD, "level": 4}]},
            (409, "NJT-FIL-1004", ["N1.5", "OSTA-SCOPE"]),
        ),
        (
            {"scope": [{"edition": "1999", "occupation": TURNER, "level": 4}]},
            (409, "NJT-FIL-1004", ["N1.5"]),
        ),
    ],
)
async def test_what_cannot_be_filed_is_refused_by_its_clause(
    interfaces: Interfaces, changes: dict[str, Any], refused: tuple[int, str, list[str]]
) -> None:
    uscc = a_uscc()
    answer = await interfaces.filing.post(
        "/v1/filings",
        headers=interfaces.bearer(Permission.APPLY, holder=uscc) | fresh_key(),
        json=new_filing(uscc, **changes),
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["basis"]) == refused
    assert " · " in problem["title"]


async def test_a_routing_decision_names_every_duty_with_its_clause_and_how_sure_it_is(
    interfaces: Interfaces,
) -> None:
    answer = await interfaces.filing.post(
        "/v1/routing-decisions",
        headers=interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT),
        json={
            "category": "key_technical_school",
            "audience": "public",
            "evidence": ["key_school_evidence"],
        },
    )
    decided = answer.json()
    assert decided["basis"] == ["N2.5"]
    assert [(duty["kind"], duty["owner"], duty["status"]) for duty in decided["duties"]] == [
        ("assess", "city", "notice"),
        ("file", "city", "notice"),
        ("open_account", "district", "assumed"),
    ]


async def test_a_routing_that_nobody_owes_names_what_may_be_filed_instead(interfaces: Interfaces) -> None:
    answer = await interfaces.filing.post(
        "/v1/routing-decisions",
        headers=interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT),
        json={"category": "vocational_school", "audience": "public"},
    )
    assert answer.status_code == 409
    assert answer.json()["extra"]["alternatives"] == [
        {"category": "vocational_school", "audience": "own_students", "clause": "N2.3"}
    ]


async def test_a_routing_decision_on_an_occupation_that_is_in_no_catalogue_is_refused(
    interfaces: Interfaces,
) -> None:
    answer = await interfaces.filing.post(
        "/v1/routing-decisions",
        headers=interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT),
        json={
            "category": "municipal_association",
            "audience": "public",
            "scope": [{"edition": "2015", "occupation": "8-99-99-99", "level": 4}],
        },
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1004")


async def test_the_queue_is_shown_page_by_page(interfaces: Interfaces) -> None:
    uscc = a_uscc()
    cases = [await drafted(interfaces, uscc) for _ in range(3)]
    trained = await drafted(interfaces, uscc, training=["work_for_training"])
    headers = interfaces.bearer(Permission.READ_REGISTER, holder=uscc)
    first = (await interfaces.filing.get("/v1/filings", params={"size": 3}, headers=headers)).json()
    more = {"size": 3, "cursor": first["next"], "state": "draft"}
    rest = (await interfaces.filing.get("/v1/filings", params=more, headers=headers)).json()
    shown = [each["id"] for each in (*first["items"], *rest["items"])]
    assert shown == [trained.id, *(case.id for case in cases)]
    assert rest["next"] is None
    none = await interfaces.filing.get("/v1/filings", params={"state": "registered"}, headers=headers)
    assert none.json() == {"items": [], "next": None}


@pytest.mark.parametrize("path", ["/v1/filings", "/v1/institutions"])
@pytest.mark.parametrize(
    "query", [{"cursor": "nonsense"}, {"size": 0}, {"size": 201}, {"cursor": "x" * 301}, {"size": "many"}]
)
async def test_a_page_that_cannot_be_is_refused(
    interfaces: Interfaces, path: str, query: dict[str, str]
) -> None:
    headers = interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)
    answer = await interfaces.filing.get(path, params=query, headers=headers)
    assert answer.status_code == 422


async def test_the_register_shows_an_institution_to_its_district_and_itself(interfaces: Interfaces) -> None:
    case, view = await registered(interfaces)
    own = (await interfaces.filing.get("/v1/institutions", headers=case.applicant)).json()
    assert [each["id"] for each in own["items"]] == [view["institution_id"]]
    elsewhere = interfaces.bearer(Permission.READ_REGISTER, organ=OTHER_DISTRICT)
    path = f"/v1/institutions/{view['institution_id']}"
    for hidden in (path, f"{path}/scope"):
        answer = await interfaces.filing.get(hidden, headers=elsewhere)
        assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1002")


async def test_a_withdrawn_case_takes_no_more_steps(interfaces: Interfaces) -> None:
    case = await drafted(interfaces)
    assert (await case.done("withdrawal", case.applicant))["state"] == "withdrawn"
    answer = await case.ask("submission", case.applicant)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1006")


async def test_an_unknown_case_is_not_found(interfaces: Interfaces) -> None:
    case = await drafted(interfaces)
    case.id = str(uuid4())
    assert (await case.read(case.applicant)).json()["code"] == "NJT-FIL-1001"
    assert (await case.ask("submission", case.applicant)).status_code == 404
