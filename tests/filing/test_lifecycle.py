"""What an organ decides about an institution on record, and what the institution asks for itself."""

from datetime import date
from typing import Any

import pytest

from services.filing.domain.institution import Standing, SuspendedBy
from services.filing.domain.obligation import ObligationKind
from shared.identity import Permission
from shared.messaging.consumer import Incoming
from shared.policy import Category, DutyOwner
from tests.builders import CITY, DISTRICT, OTHER_DISTRICT, a_message, an_institution, lifted, sanctioned
from tests.filing.recordwork import Record, kept, on_record, owed
from tests.filing.works import EVERYTHING
from tests.interfaces import Interfaces

WHY = {"reason": "连续两次督导未整改到位"}


@pytest.fixture
async def record(interfaces: Interfaces) -> Record:
    return await on_record(interfaces)


async def test_the_organ_that_filed_it_suspends_and_resumes(record: Record) -> None:
    suspended = await record.done("suspension", WHY)
    assert (suspended["standing"], suspended["suspended_for"]) == ("suspended", WHY["reason"])
    assert suspended["standings"][-1]["held_by"] == ["organ"]
    assert (await record.read("/scope"))["items"] == []
    resumed = await record.done("resumption", {"basis": ["N3.3"]})
    assert (resumed["standing"], resumed["suspended_for"]) == ("active", "")


async def test_n3_3_what_supervision_holds_back_no_officer_resumes_and_the_other_way_round(
    interfaces: Interfaces, record: Record
) -> None:
    key, worker = record.institution.id, interfaces.suite.workers["filing"]
    await record.done("suspension", WHY)
    await worker.events.process([Incoming(body=a_message(sanctioned(key), sequence=1))])
    record.tag = (await record.interfaces.filing.get(record.path, headers=record.officer())).headers["etag"]
    resumed = await record.done("resumption", {})
    assert (resumed["standing"], resumed["standings"][-1]["held_by"]) == ("suspended", ["supervision"])
    refused = await record.ask("resumption", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1014")
    await worker.events.process([Incoming(body=a_message(lifted(key), sequence=2))])
    assert (await kept(interfaces, key)).standing is Standing.ACTIVE


@pytest.mark.parametrize(("step", "standing"), [("revocation", "revoked"), ("cancellation", "cancelled")])
async def test_an_end_is_for_good_and_voids_what_was_owed_but_not_what_the_province_is_told(
    interfaces: Interfaces, record: Record, step: str, standing: str
) -> None:
    async with interfaces.suite.runtimes["filing"].works(EVERYTHING) as work:
        work.obligations.add(owed(record.institution, ObligationKind.OPEN_ACCOUNT, work))
        work.obligations.add(owed(record.institution, ObligationKind.TELL_PROVINCE, work, subject="早先"))
    ended = await record.done(step, WHY)
    assert ended["standing"] == standing
    states = {(each["kind"], each["subject"]): each["state"] for each in ended["obligations"]}
    revision = ended["version"]
    assert states == {
        ("open_account", ""): "void",
        ("tell_province", "早先"): "open",
        ("tell_province", f"filing:{record.institution.number}:{revision}:ended"): "open",
    }
    again = await record.ask("suspension", WHY)
    assert (again.status_code, again.json()["code"]) == (409, "NJT-FIL-1025")


async def test_the_institution_cancels_itself_and_another_body_does_not_even_see_it(
    interfaces: Interfaces, record: Record
) -> None:
    stranger = await on_record(interfaces)
    refused = await record.ask("cancellation", {"reason": "不再开展"}, who=stranger.own)
    assert refused.status_code == 404
    assert (await record.done("cancellation", {"reason": "不再开展"}, who=record.own))[
        "standing"
    ] == "cancelled"


async def test_who_only_reads_the_register_cancels_nothing(interfaces: Interfaces, record: Record) -> None:
    reader = interfaces.bearer(Permission.READ_REGISTER, organ=DISTRICT)
    refused = await record.ask("cancellation", {"reason": "x"}, who=reader)
    assert (refused.status_code, refused.json()["code"]) == (403, "NJT-IDN-0403")


@pytest.mark.parametrize("step", ["suspension", "revocation", "removal", "cancellation"])
async def test_n2_0_only_the_organ_that_filed_it_decides(record: Record, step: str) -> None:
    elsewhere = await record.ask(step, WHY, who=record.officer(OTHER_DISTRICT))
    assert elsewhere.status_code == 404
    above = await record.ask(step, WHY, who=record.officer(CITY))
    assert (above.status_code, above.json()["code"]) == (403, "NJT-FIL-1007")


@pytest.mark.parametrize("step", ["suspension", "revocation", "removal", "cancellation"])
async def test_n2_1_what_the_province_filed_no_district_ends(interfaces: Interfaces, step: str) -> None:
    record = await on_record(
        interfaces, filed_by=DutyOwner.PROVINCE, category=Category.CENTRAL_ENTERPRISE, basis=("N2.1",)
    )
    refused = await record.ask(step, WHY)
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-FIL-1102")
    assert refused.json()["basis"] == ["N2.1"]


async def test_a_decision_names_clauses_that_the_policy_knows(record: Record) -> None:
    refused = await record.ask("revocation", WHY | {"basis": ["N9.9"]})
    assert refused.status_code == 404
    assert (await record.done("revocation", WHY | {"basis": ["N3.3"]}))["standing"] == "revoked"


@pytest.mark.parametrize("step", ["suspension", "revocation", "removal", "cancellation", "resumption"])
async def test_nothing_is_decided_on_a_version_nobody_saw(record: Record, step: str) -> None:
    body: dict[str, Any] = {} if step == "resumption" else WHY
    record.tag = '"7"'
    assert (await record.ask(step, body)).status_code == 412
    answer = await record.interfaces.filing.post(f"{record.path}/{step}", headers=record.officer(), json=body)
    assert answer.status_code == 428


async def test_the_history_tells_every_version_and_every_standing(record: Record) -> None:
    await record.done("suspension", WHY)
    await record.done("resumption", {})
    history = await record.read("/history")
    assert [each["standing"] for each in history["standings"]] == ["active", "suspended", "active"]
    assert [each["valid_from"] for each in history["versions"]] == ["2024-03-04"]


def test_two_who_suspend_it_both_have_to_let_it_go() -> None:
    institution, day = an_institution(), date(2024, 5, 6)
    first = institution.suspend(reason="督导", on=day)
    second = institution.suspend(reason="省级", on=day, by=SuspendedBy.PROVINCE)
    third = institution.suspend(reason="省级又一次", on=day, by=SuspendedBy.PROVINCE)
    assert (first, second, third) == (True, False, False)
    assert institution.held_by == (SuspendedBy.SUPERVISION, SuspendedBy.PROVINCE)
    assert not institution.resume(on=day)
    assert (institution.standing, institution.suspended_for) == (Standing.SUSPENDED, "省级")
    assert institution.resume(on=day, by=SuspendedBy.PROVINCE)
    assert institution.standing is Standing.ACTIVE
