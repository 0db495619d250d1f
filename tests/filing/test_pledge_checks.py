"""核查承诺: what checking a pledge finds, and what becomes of case, institution and body when it was false (N3.3)."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.filing.domain.institution import Standing
from services.filing.handlers import register
from shared.clock import StoryClock
from shared.contracts.filing import InstitutionEnded
from shared.http.preconditions import etag
from shared.identity import Permission
from tests.builders import AT, CITY, OTHER_DISTRICT
from tests.filing.casework import Case, drafted
from tests.filing.pledgework import (
    LICENCE,
    STAFF,
    pledges_of,
    records_of,
    registered,
    signed,
    submitted,
)
from tests.filing.works import EVERYTHING
from tests.interfaces import Interfaces

KEPT = {"kept": True, "finding": "经核验，属实"}
FALSE = {"kept": False, "finding": "经核验，不实"}


def checks_owed(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["subject"]: each for each in view["obligations"] if each["kind"] == "check_pledge"}


async def settled(case: Case, owed: dict[str, Any], body: dict[str, Any], **who: Any) -> Any:
    """Report what the check after the decision found; the answer as it came."""
    headers = who.get("headers") or case.officer()
    return await case.interfaces.filing.post(
        f"/v1/obligations/{owed['id']}/pledge-check",
        headers=headers | {"If-Match": etag(owed["version"])},
        json=body,
    )


async def institution_of(case: Case, view: dict[str, Any]) -> dict[str, Any]:
    path = f"/v1/institutions/{view['institution_id']}"
    answer = await case.interfaces.filing.get(path, headers=case.officer())
    shown: dict[str, Any] = answer.json()
    return shown


async def test_n3_3_registration_makes_the_organ_check_each_pledge_within_the_policys_days(
    interfaces: Interfaces, story: StoryClock
) -> None:
    _, view = await registered(interfaces, story, LICENCE, STAFF)
    owed = checks_owed(view)
    assert set(owed) == {LICENCE, STAFF}
    for each in owed.values():
        assert (each["state"], each["owner"]) == ("open", view["handled_by"])
        assert each["due_at"].startswith("2024-04-25")


async def test_a_pledge_that_was_kept_leaves_everything_as_it_is(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE)
    owed = checks_owed(view)[LICENCE]
    answer = await settled(case, owed, KEPT)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["state"], answer.json()["note"]) == ("done", "经核验，属实")
    (pledge,) = await pledges_of(case)
    assert (pledge["state"], pledge["finding"]) == ("kept", "经核验，属实")
    assert pledge["institution_id"] == view["institution_id"]
    assert (await institution_of(case, view))["standing"] == "active"
    assert await records_of(interfaces, case.uscc) == []
    again = await settled(case, answer.json(), FALSE)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1024")


async def test_n3_3_a_false_pledge_voids_the_registration_and_bars_the_body_in_the_whole_city(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE, STAFF)
    answer = await settled(case, checks_owed(view)[LICENCE], FALSE)
    assert (answer.status_code, answer.json()["state"]) == (200, "done")
    institution = await institution_of(case, view)
    assert institution["standing"] == "revoked"
    (record,) = await records_of(interfaces, case.uscc, organ=OTHER_DISTRICT)
    states = {each["kind"]: each for each in await pledges_of(case)}
    assert (record["source"], record["pledge_id"]) == ("false_pledge", states[LICENCE]["id"])
    assert (record["valid_from"], record["valid_until"]) == ("2024-03-13", "2025-03-13")
    assert (states[LICENCE]["state"], states[STAFF]["state"]) == ("false", "standing")
    barred = await signed(await drafted(interfaces, case.uscc, organ=OTHER_DISTRICT))
    assert (barred.status_code, barred.json()["code"]) == (409, "NJT-FIL-1721")


async def test_the_end_of_the_institution_is_announced_with_its_reason(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE)
    await settled(case, checks_owed(view)[LICENCE], FALSE)
    runtime = interfaces.suite.runtimes["filing"]
    async with runtime.engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT data FROM outbox WHERE topic = $1 AND data::text LIKE $2",
            (InstitutionEnded.topic, f"%{view['institution_id']}%"),
        )
        (row,) = rows.all()
    event = InstitutionEnded.model_validate_json(row.data)
    assert (event.standing, event.basis) == ("revoked", ("N3.3",))


async def test_a_second_false_pledge_of_the_same_case_is_recorded_and_ends_nothing_twice(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE, STAFF)
    for kind in (LICENCE, STAFF):
        assert (await settled(case, checks_owed(view)[kind], FALSE)).status_code == 200
    assert (await institution_of(case, view))["standing"] == "revoked"
    assert {each["state"] for each in await pledges_of(case)} == {"false"}
    assert len(await records_of(interfaces, case.uscc)) == 2


async def test_nobody_gets_round_the_check_by_ending_and_stays_as_it_ended(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE)
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        institution = await work.institutions.get(UUID(view["institution_id"]))
        await register.end(institution, Standing.CANCELLED, work, reason="申请注销", basis=())
    assert (await settled(case, checks_owed(view)[LICENCE], FALSE)).status_code == 200
    assert (await institution_of(case, view))["standing"] == "cancelled"
    assert len(await records_of(interfaces, case.uscc)) == 1


async def test_only_the_owing_organ_settles_only_a_check_and_only_with_a_finding(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE)
    owed = checks_owed(view)[LICENCE]
    city = await settled(case, owed, KEPT, headers=case.officer(CITY))
    assert (city.status_code, city.json()["code"]) == (403, "NJT-FIL-1023")
    elsewhere = await settled(case, owed, KEPT, headers=case.officer(OTHER_DISTRICT))
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "NJT-FIL-1022")
    reader = interfaces.bearer(Permission.ACKNOWLEDGE, Permission.READ_REGISTER, organ=view["handled_by"])
    assert (await settled(case, owed, KEPT, headers=reader)).status_code == 403
    other = next(each for each in view["obligations"] if each["kind"] == "hand_over")
    wrong = await settled(case, other, KEPT)
    assert (wrong.status_code, wrong.json()["code"]) == (409, "NJT-FIL-1716")
    by_hand = await interfaces.filing.post(
        f"/v1/obligations/{owed['id']}/settlement",
        headers=case.officer() | {"If-Match": etag(owed["version"])},
        json={"note": "已核查"},
    )
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "NJT-FIL-1029")
    assert (await settled(case, owed, {"kept": True})).status_code == 422
    assert (await settled(case, owed, KEPT)).status_code == 200


async def test_of_two_officers_who_find_differently_at_the_same_moment_one_is_heard(
    interfaces: Interfaces, story: StoryClock
) -> None:
    case, view = await registered(interfaces, story, LICENCE)
    owed = checks_owed(view)[LICENCE]
    answers = await asyncio.gather(settled(case, owed, KEPT), settled(case, owed, FALSE))
    heard, not_heard = sorted(each.status_code for each in answers)
    assert heard == 200
    assert not_heard in {409, 412}
    found = (await pledges_of(case))[0]["state"]
    revoked = (await institution_of(case, view))["standing"] == "revoked"
    assert revoked == (found == "false") == bool(await records_of(interfaces, case.uscc))


async def test_what_was_found_kept_before_the_decision_need_not_be_checked_after_it(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    case = await submitted(interfaces, LICENCE, STAFF)
    view = await case.done(f"pledges/{LICENCE}/check", case.officer(), KEPT)
    checked = {each["kind"]: each["checked_at"] for each in view["materials"] if each["pledged"]}
    assert checked[LICENCE]
    assert checked[STAFF] is None
    await case.done("acceptance", case.officer())
    await case.passed()
    await case.done("publicity", case.officer())
    story.set(AT + timedelta(days=9))
    done = await case.done("registration", case.officer())
    assert set(checks_owed(done)) == {STAFF}


@pytest.mark.parametrize("steps", range(5))
async def test_n3_3_a_pledge_found_false_before_the_decision_refuses_the_case_at_whatever_stage(
    interfaces: Interfaces, story: StoryClock, steps: int
) -> None:
    story.set(AT)
    case = await submitted(interfaces, LICENCE)
    items = {"items": [{"field": "scope", "reason": "等级有误"}]}
    ways = [
        lambda: case.done("correction-notice", case.officer(), items),
        lambda: case.done("correction", case.applicant),
        lambda: case.done("acceptance", case.officer()),
        case.passed,
    ]
    for step in ways[:steps]:
        await step()
    before = (await case.read(case.officer())).json()["state"]
    assert before == ["submitted", "correcting", "submitted", "accepted", "passed"][steps]
    view = await case.done(f"pledges/{LICENCE}/check", case.officer(), FALSE)
    assert (view["state"], view["refused_for"]) == ("refused", "承诺不实 · false pledge：经核验，不实")
    (record,) = await records_of(interfaces, case.uscc)
    assert record["reason"] == view["refused_for"]
    assert [each["state"] for each in await pledges_of(case)] == ["false"]


async def test_before_the_decision_only_the_handling_organ_checks_and_only_what_stands(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    draft = await drafted(interfaces)
    await signed(draft)
    early = await draft.ask(f"pledges/{LICENCE}/check", draft.officer(), FALSE)
    assert (early.status_code, early.json()["code"]) == (409, "NJT-FIL-1006")
    kept_early = await draft.ask(f"pledges/{LICENCE}/check", draft.officer(), KEPT)
    assert (kept_early.status_code, kept_early.json()["code"]) == (409, "NJT-FIL-1006")
    case = await submitted(interfaces, LICENCE)
    for body in (KEPT, FALSE):
        city = await case.ask(f"pledges/{LICENCE}/check", case.officer(CITY), body)
        assert (city.status_code, city.json()["code"]) == (403, "NJT-FIL-1007")
    none = await case.ask(f"pledges/{STAFF}/check", case.officer(), FALSE)
    assert (none.status_code, none.json()["code"]) == (404, "NJT-FIL-1714")
    await case.done(f"pledges/{LICENCE}/check", case.officer(), KEPT)
    twice = await case.ask(f"pledges/{LICENCE}/check", case.officer(), FALSE)
    assert (twice.status_code, twice.json()["code"]) == (409, "NJT-FIL-1715")
    assert await records_of(interfaces, case.uscc) == []


async def test_of_a_check_and_a_withdrawal_at_the_same_moment_one_is_heard(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    case = await submitted(interfaces, LICENCE)
    items = [{"field": f"materials.{LICENCE}", "reason": "请提交原件"}]
    await case.done("correction-notice", case.officer(), {"items": items})
    tag = {"If-Match": case.tag}
    base, post = f"/v1/filings/{case.id}/pledges/{LICENCE}", interfaces.filing.post
    check, back = await asyncio.gather(
        post(f"{base}/check", headers=case.officer() | tag, json=FALSE),
        post(f"{base}/withdrawal", headers=case.applicant | tag),
    )
    heard, not_heard = sorted([check.status_code, back.status_code])
    assert heard == 200
    assert not_heard in {409, 412}
    (pledge,) = await pledges_of(case)
    false = check.status_code == 200
    assert pledge["state"] == ("false" if false else "withdrawn")
    assert bool(await records_of(interfaces, case.uscc)) == false
    state = (await case.read(case.officer())).json()["state"]
    assert state == ("refused" if false else "correcting")


async def test_with_a_case_that_is_refused_what_was_pledged_in_it_is_void(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    refused, false = await submitted(interfaces, LICENCE), await submitted(interfaces, LICENCE, STAFF)
    await refused.done("refusal", refused.officer(), {"reason": "不符合条件"})
    assert [each["state"] for each in await pledges_of(refused)] == ["void"]
    await false.done(f"pledges/{LICENCE}/check", false.officer(), FALSE)
    assert {each["kind"]: each["state"] for each in await pledges_of(false)} == {
        LICENCE: "false",
        STAFF: "void",
    }
