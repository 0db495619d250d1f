"""A case over HTTP as its organ decides on it: corrected, refused, mended, amended, and what is owed settled."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.builders import CITY, DISTRICT, TURNER, a_verdict
from tests.filing.casework import Case, drafted, registered
from tests.interfaces import Interfaces, fresh_key


async def submitted(interfaces: Interfaces) -> Case:
    case = await drafted(interfaces)
    await case.hand_in_everything()
    await case.done("submission", case.applicant)
    return case


async def test_n1_2_a_case_is_corrected_once_in_what_was_marked(interfaces: Interfaces) -> None:
    case = await submitted(interfaces)
    notice = {"items": [{"field": "scope", "reason": "等级有误"}]}
    asked = await case.done("correction-notice", case.officer(), notice)
    assert (asked["state"], asked["correction"]["items"]) == ("correcting", notice["items"])
    assert asked["deadline"]["paused_at"] is not None
    better = {"scope": [{"edition": "2015", "occupation": TURNER, "level": 3}]}
    for body, expected in (
        ({"training": ["work_for_training"]}, (409, "NJT-FIL-1020")),
        (better, (200, None)),
    ):
        answer = await case.revise(body)
        assert (answer.status_code, answer.json().get("code")) == expected
    back = await case.done("correction", case.applicant)
    assert (back["state"], back["scope"][0]["level"], back["deadline"]["paused_at"]) == ("submitted", 3, None)
    again = await case.ask("correction-notice", case.officer(), notice)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1018")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": []},
        {"items": [{"field": "scope"}]},
        {"items": [{"field": "scope", "reason": ""}]},
        {"items": [{"field": "Scope", "reason": "等级有误"}]},
        {"items": [{"field": "scope", "reason": "等\u0000级"}]},
    ],
)
async def test_a_notice_that_cannot_be_is_refused_at_the_door(
    interfaces: Interfaces, body: dict[str, Any]
) -> None:
    case = await drafted(interfaces)
    answer = await case.ask("correction-notice", case.officer(), body)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-GEN-0422")


async def test_a_notice_of_what_there_is_not_names_what_there_is(interfaces: Interfaces) -> None:
    case = await submitted(interfaces)
    notice = {"items": [{"field": "colour", "reason": "不明"}]}
    answer = await case.ask("correction-notice", case.officer(), notice)
    assert (answer.status_code, answer.json()["code"]) == (422, "NJT-FIL-1019")
    assert "materials.application_form" in answer.json()["detail"]


async def test_a_refused_case_shows_its_reason_to_the_applicant(interfaces: Interfaces) -> None:
    case = await submitted(interfaces)
    await case.done("refusal", case.officer(), {"reason": "材料不实"})
    read = (await case.read(case.applicant)).json()
    assert (read["state"], read["refused_for"], read["registered_at"]) == ("refused", "材料不实", None)
    assert read["decided_at"] is not None


async def test_a_case_that_was_mended_is_assessed_once_more(interfaces: Interfaces) -> None:
    case = await submitted(interfaces)
    await case.done("acceptance", case.officer())
    await case.inside(lambda filing, work: filing.assess(a_verdict(200), work.policy, at=work.at))
    read = (await case.read(case.applicant)).json()
    assert (read["state"], read["applicant_due_at"]) == ("mending", read["deadline"]["due_at"])
    assert (await case.done("mending", case.applicant))["state"] == "accepted"
    await case.passed()
    assert (await case.read(case.officer())).json()["rounds"] == 2


async def test_an_amendment_is_drafted_and_decided_like_any_case(interfaces: Interfaces) -> None:
    case, view = await registered(interfaces)
    path = f"/v1/filings/of-institution/{view['institution_id']}"
    wanted = {"kind": "change", "particulars": {"name": "测试乙公司"}}
    answer = await interfaces.filing.post(path, headers=case.applicant | fresh_key(), json=wanted)
    assert answer.status_code == 201, answer.text
    change = Case(interfaces, case.uscc, answer.json()["id"], answer.headers["etag"])
    await change.hand_in_everything()
    await change.done("submission", change.applicant)
    await change.done("acceptance", change.officer())
    done = await change.done("registration", change.officer())
    assert (done["kind"], done["state"], done["filing_number"]) == ("change", "registered", None)
    register = f"/v1/institutions/{view['institution_id']}"
    shown = (await interfaces.filing.get(register, headers=case.officer())).json()
    assert shown["name"] == "测试乙公司"
    empty = await interfaces.filing.post(
        path, headers=case.applicant | fresh_key(), json={"kind": "extension"}
    )
    assert (empty.status_code, empty.json()["code"]) == (409, "NJT-FIL-1026")


async def settle(case: Case, owed: dict[str, Any], *, organ: str = DISTRICT) -> httpx.Response:
    return await case.interfaces.filing.post(
        f"/v1/obligations/{owed['id']}/settlement",
        headers=case.officer(organ) | {"If-Match": f'"{owed["version"]}"'},
        json={"note": "2024年3月20日挂牌授证仪式上发放"},
    )


async def test_n2_8_the_owing_organ_reports_plaque_and_certificate_as_handed_over(
    interfaces: Interfaces,
) -> None:
    case, view = await registered(interfaces)
    owed = {each["kind"]: each for each in view["obligations"]}
    by_another = await settle(case, owed["hand_over"], organ=CITY)
    assert (by_another.status_code, by_another.json()["code"]) == (403, "NJT-FIL-1023")
    by_hand = await settle(case, owed["open_account"])
    assert (by_hand.status_code, by_hand.json()["code"]) == (409, "NJT-FIL-1029")
    done = await settle(case, owed["hand_over"])
    assert (done.status_code, done.json()["state"], done.headers["etag"]) == (200, "done", '"2"')
    stale = await settle(case, owed["hand_over"])
    assert (stale.status_code, stale.json()["code"]) == (412, "NJT-GEN-0412")
    twice = await settle(case, done.json())
    assert (twice.status_code, twice.json()["code"]) == (409, "NJT-FIL-1024")
    unknown = await settle(case, done.json() | {"id": str(uuid4())})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "NJT-FIL-1022")


async def test_an_applicant_settles_nothing(interfaces: Interfaces) -> None:
    case, view = await registered(interfaces)
    answer = await interfaces.filing.post(
        f"/v1/obligations/{view['obligations'][0]['id']}/settlement",
        headers=case.applicant | {"If-Match": '"1"'},
        json={"note": "已领取"},
    )
    assert answer.status_code == 403
