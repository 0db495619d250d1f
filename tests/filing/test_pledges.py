"""告知承诺: what may be pledged, by whom, how often, and what a pledge stands in the way of (N3.3)."""

from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.filing.domain.materials import PledgeStands
from services.filing.domain.pledge import Pledge, PledgeText
from services.filing.domain.stages import FilingState
from services.filing.handlers.cases import lapse_filing
from shared.clock import StoryClock
from shared.identity import Permission
from shared.policy import Audience
from tests.builders import AT, DISTRICT, OTHER_DISTRICT, a_uscc, an_institution, new_filing
from tests.filing.casework import Case, drafted
from tests.filing.pledgework import LICENCE, STAFF, entered, pledges_of, signed, submitted, text_version
from tests.filing.works import EVERYTHING, FilingWorks, keep
from tests.interfaces import Interfaces, fresh_key


@pytest.fixture
async def case(interfaces: Interfaces, story: StoryClock) -> Case:
    story.set(AT)
    return await drafted(interfaces)


async def test_n3_3_the_text_of_the_pledge_is_shown_with_its_version_and_is_said_to_be_assumed(
    case: Case,
) -> None:
    answer = await case.interfaces.filing.get("/v1/pledge-text", headers=case.applicant)
    shown = answer.json()
    assert shown["version"] == sha256(shown["text"].encode()).hexdigest()[:12]
    assert (shown["status"], shown["clause"]) == ("assumed", "PLEDGE-RECORD")
    assert " · " in shown["text"]
    assert shown["document"]


async def test_n3_3_a_pledge_stands_for_the_document_and_keeps_the_very_text_that_was_signed(
    case: Case,
) -> None:
    answer = await signed(case)
    assert answer.status_code == 200, answer.text
    (material,) = answer.json()["materials"]
    assert (material["kind"], material["pledged"], material["file_name"]) == (LICENCE, True, "")
    assert material["pledged_at"].startswith("2024-03-04")
    (pledge,) = await pledges_of(case)
    assert (pledge["state"], pledge["kind"], pledge["uscc"]) == ("standing", LICENCE, case.uscc)
    assert sha256(pledge["text"].encode()).hexdigest().startswith(pledge["text_version"])
    assert pledge["signed_by"] == "tester"
    checklist = await case.interfaces.filing.get(f"/v1/filings/{case.id}/checklist", headers=case.applicant)
    row = next(each for each in checklist.json()["items"] if each["kind"] == LICENCE)
    assert (row["state"], row["blocks"], row["pledge"]) == ("pledged", False, True)


@pytest.mark.parametrize(
    "who",
    [
        {"organ": DISTRICT},
        {"organ": DISTRICT, "act_for": "officer-7"},
        {"act_for": "agent-7"},
        {"organ": DISTRICT, "holder": "another"},
    ],
)
async def test_n3_3_nobody_signs_or_withdraws_in_the_applicants_place(
    case: Case, who: dict[str, Any]
) -> None:
    own = {"holder": case.uscc} | who
    if who.get("organ"):
        own = {**who, "holder": a_uscc() if "holder" in who else None}
    proxy = case.interfaces.bearer(Permission.APPLY, Permission.READ_REGISTER, **own)
    answer = await signed(case, who=proxy)
    assert (answer.status_code, answer.json()["code"]) == (403, "NJT-FIL-1711")
    assert answer.json()["basis"] == ["N3.3"]
    assert (await signed(case)).status_code == 200
    back = await case.ask(f"pledges/{LICENCE}/withdrawal", proxy)
    assert (back.status_code, back.json()["code"]) == (403, "NJT-FIL-1711")


async def test_another_body_does_not_even_find_the_case(case: Case) -> None:
    other = case.interfaces.bearer(Permission.APPLY, Permission.READ_REGISTER, holder=a_uscc())
    answer = await signed(case, who=other)
    assert (answer.status_code, answer.json()["code"]) == (404, "NJT-FIL-1001")


async def test_an_older_text_is_not_signed_any_more(case: Case) -> None:
    answer = await case.ask(f"pledges/{LICENCE}", case.applicant, {"text_version": "0" * 12})
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1712")
    assert answer.json()["extra"]["version"] == await text_version(case.interfaces)


@pytest.mark.parametrize(
    ("kind", "refused"),
    [("application_form", (409, "NJT-FIL-1013")), ("student_register", (422, "NJT-FIL-1012"))],
)
async def test_only_what_the_policy_lets_be_pledged_is_pledged(
    case: Case, kind: str, refused: tuple[int, str]
) -> None:
    answer = await signed(case, kind)
    assert (answer.status_code, answer.json()["code"]) == refused
    assert await pledges_of(case) == []


async def test_while_a_pledge_stands_no_file_and_no_second_pledge_takes_its_place(case: Case) -> None:
    await signed(case)
    again = await signed(case)
    file = await case.hand_in(LICENCE)
    path = f"/v1/filings/{case.id}/materials/{LICENCE}"
    taken = await case.interfaces.filing.delete(path, headers=case.applicant | {"If-Match": case.tag})
    for answer in (again, file, taken):
        assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1705")
    download = await case.interfaces.filing.get(path, headers=case.applicant)
    assert (download.status_code, download.json()["code"]) == (404, "NJT-FIL-1703")


async def test_the_database_keeps_one_pledge_for_each_document_of_a_case(works: FilingWorks) -> None:
    pledge = Pledge(
        id=uuid4(),
        filing_id=uuid4(),
        organ=DISTRICT,
        uscc=a_uscc(),
        kind=LICENCE,
        text=PledgeText(version="0" * 12, text="承诺"),
        signed_by="tester",
        signed_at=AT,
    )
    async with works(EVERYTHING) as work:
        work.pledges.add(pledge)
    with pytest.raises(PledgeStands):
        async with works(EVERYTHING) as work:
            work.pledges.add(replace(pledge, id=uuid4()))


async def test_s15_a_withdrawn_pledge_is_not_made_again_that_year_in_any_district(
    case: Case, story: StoryClock
) -> None:
    await signed(case)
    back = await case.ask(f"pledges/{LICENCE}/withdrawal", case.applicant)
    assert (back.status_code, back.json()["materials"]) == (200, [])
    elsewhere = await drafted(case.interfaces, case.uscc, organ=OTHER_DISTRICT)
    for place in (case, elsewhere):
        answer = await signed(place)
        assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1713")
    assert (await signed(elsewhere, STAFF)).status_code == 200
    assert (await case.hand_in(LICENCE)).status_code == 200
    story.set(AT.replace(month=12, day=31, hour=23, minute=59))
    assert (await signed(case)).status_code == 409
    story.set(AT.replace(year=2025, month=1, day=1, hour=0, minute=1))
    assert (await signed(case)).status_code == 200
    assert [each["state"] for each in await pledges_of(case)] == ["withdrawn", "standing"]


async def test_what_was_not_pledged_cannot_be_withdrawn_and_nothing_twice(case: Case) -> None:
    none = await case.ask(f"pledges/{LICENCE}/withdrawal", case.applicant)
    assert (none.status_code, none.json()["code"]) == (404, "NJT-FIL-1714")
    await signed(case)
    await case.done(f"pledges/{LICENCE}/withdrawal", case.applicant)
    twice = await case.ask(f"pledges/{LICENCE}/withdrawal", case.applicant)
    assert (twice.status_code, twice.json()["code"]) == (409, "NJT-FIL-1715")


async def test_after_the_submission_a_pledge_is_withdrawn_only_where_a_correction_marks_it(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    case = await submitted(interfaces, LICENCE, STAFF)
    early = await case.ask(f"pledges/{LICENCE}/withdrawal", case.applicant)
    assert (early.status_code, early.json()["code"]) == (409, "NJT-FIL-1006")
    items = [{"field": f"materials.{LICENCE}", "reason": "请提交原件"}]
    await case.done("correction-notice", case.officer(), {"items": items})
    other = await case.ask(f"pledges/{STAFF}/withdrawal", case.applicant)
    assert (other.status_code, other.json()["code"]) == (409, "NJT-FIL-1020")
    await case.done(f"pledges/{LICENCE}/withdrawal", case.applicant)
    missing = await case.ask("correction", case.applicant)
    assert (missing.status_code, missing.json()["code"]) == (409, "NJT-FIL-1005")
    await case.hand_in(LICENCE)
    assert (await case.done("correction", case.applicant))["state"] == "submitted"


async def test_whoever_takes_its_case_back_has_withdrawn_what_it_pledged_in_it(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    case = await submitted(interfaces, LICENCE)
    await case.done("withdrawal", case.applicant)
    assert [each["state"] for each in await pledges_of(case)] == ["withdrawn"]
    answer = await signed(await drafted(interfaces, case.uscc))
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1713")


async def test_whoever_lets_the_term_of_a_correction_pass_has_withdrawn_what_it_pledged_in_it(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    case = await submitted(interfaces, LICENCE)
    items = {"items": [{"field": "scope", "reason": "须写明工种"}]}
    due = (await case.done("correction-notice", case.officer(), items))["correction"]["due_at"]
    story.set(datetime.fromisoformat(due) + timedelta(seconds=1))
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        assert (await lapse_filing(UUID(case.id), work)).state is FilingState.WITHDRAWN
    assert [each["state"] for each in await pledges_of(case)] == ["withdrawn"]


async def test_nobody_is_put_in_the_place_of_the_body_that_pledged(case: Case) -> None:
    await signed(case)
    portal = case.interfaces.bearer(Permission.APPLY, organ=DISTRICT)
    answer = await case.interfaces.filing.patch(
        f"/v1/filings/{case.id}",
        headers=portal | {"If-Match": case.tag},
        json={"applicant": {"name": "测试乙公司", "uscc": a_uscc()}},
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1705")
    renamed = await case.interfaces.filing.patch(
        f"/v1/filings/{case.id}",
        headers=portal | {"If-Match": case.tag},
        json={"applicant": {"name": "测试乙公司", "uscc": case.uscc}},
    )
    assert renamed.status_code == 200


async def test_an_integrity_record_of_any_district_stands_in_the_way_until_it_has_run_out(
    case: Case, story: StoryClock
) -> None:
    made = await entered(case.interfaces, case.uscc, organ=OTHER_DISTRICT)
    assert made.status_code == 201, made.text
    assert (made.json()["valid_from"], made.json()["valid_until"]) == ("2024-03-04", "2025-03-04")
    answer = await signed(case)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1721")
    assert answer.json()["basis"] == ["N3.3", "PLEDGE-RECORD"]
    assert answer.json()["extra"]["until"] == "2025-03-04"
    story.set(AT.replace(year=2025))
    assert (await signed(case)).status_code == 409
    story.set(AT.replace(year=2025) + timedelta(days=1))
    assert (await signed(case)).status_code == 200


async def test_what_was_pledged_in_a_draft_is_not_submitted_once_a_record_was_entered(
    case: Case,
) -> None:
    await case.hand_in_everything()
    await signed(case)
    await entered(case.interfaces, case.uscc, organ=OTHER_DISTRICT)
    answer = await case.ask("submission", case.applicant)
    assert (answer.status_code, answer.json()["code"]) == (409, "NJT-FIL-1721")
    await case.done(f"pledges/{LICENCE}/withdrawal", case.applicant)
    await case.hand_in(LICENCE)
    assert (await case.done("submission", case.applicant))["state"] == "submitted"


async def test_the_channel_of_pledging_is_closed_to_who_has_a_record_the_others_are_not(
    interfaces: Interfaces, story: StoryClock
) -> None:
    story.set(AT)
    institution = an_institution(audience=Audience.PUBLIC)
    await keep(interfaces.suite.runtimes["filing"].works, institution)
    uscc = institution.uscc
    who = interfaces.bearer(Permission.APPLY, holder=uscc)
    path = f"/v1/filings/of-institution/{institution.id}"
    change = {"kind": "change", "particulars": {"address": "测试路2号"}}

    async def opened(channel: str) -> list[int]:
        fresh = new_filing(uscc, channel=channel)
        answers = [
            await interfaces.filing.post("/v1/filings", headers=who | fresh_key(), json=fresh),
            await interfaces.filing.post(
                path, headers=who | fresh_key(), json={**change, "channel": channel}
            ),
        ]
        return [each.status_code for each in answers]

    assert await opened("pledge") == [201, 201]
    await entered(interfaces, uscc)
    assert await opened("pledge") == [409, 409]
    assert await opened("online") == [201, 201]


async def test_pledges_are_read_by_who_sees_the_case_alone(case: Case) -> None:
    await signed(case)
    path = f"/v1/filings/{case.id}/pledges"
    for organ, status in ((DISTRICT, 200), (OTHER_DISTRICT, 404)):
        answer = await case.interfaces.filing.get(path, headers=case.officer(organ))
        assert answer.status_code == status
    async with case.interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        assert len(await work.pledges.of_filing(UUID(case.id))) == 1
