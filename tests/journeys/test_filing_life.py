"""一家评价机构的一生: one institution over REST, from its first question until it leaves the record."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.suite.home import Home
from tests.builders import DISTRICT
from tests.journeys import being_on_record as then
from tests.journeys import getting_filed as first
from tests.journeys.life import Life, opened_life
from tests.shared.documents.pdf import Pdf

_VERIFY = re.compile(rb"/Alt *\([^)]*/v1/public/institutions/([A-Za-z0-9_-]+)\)")


@pytest.fixture(scope="module")
async def life(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Life]:
    async with opened_life(postgres_url, home.passwords, scratch / "filing-life") as life:
        yield life


async def test_n2_2_the_routing_says_beforehand_who_assesses_files_and_opens_the_account(life: Life) -> None:
    await life.through(first.routed)
    routing = life.kept["routing"]
    assert routing["basis"] == ["N2.2"]
    duties = {each["kind"]: (each["organ"], each["clause"]) for each in routing["duties"]}
    assert {duties[kind] for kind in ("assess", "file", "open_account")} == {(DISTRICT, "N2.2")}


async def test_n2_8_a_draft_is_saved_resumed_and_handed_in_with_one_pledge(life: Life) -> None:
    await life.through(first.routed, first.handed_in)
    assert "管理制度汇编 · Collected rules of management" in life.kept["missing"]
    case = life.kept["submitted"]
    assert (case["state"], case["priority"]) == ("submitted", True)
    assert [each["kind"] for each in case["materials"] if each["pledged"]] == ["full_time_staff"]


async def test_n3_2_a_named_officer_has_the_case_and_asks_once_for_what_is_to_be_corrected(
    life: Life,
) -> None:
    await life.through(*first.FILED[:4])
    case = await life.get(f"/v1/filings/{life.case.id}")
    assert (case["officer_id"], len(case["scope"])) == (life.kept["officer"], 3)
    assert case["correction"]["answered_at"] is not None
    assert (case["state"], case["deadline"]["paused_at"]) == ("accepted", None)


async def test_n1_2_experts_who_are_not_recused_assess_it_twice(life: Life) -> None:
    await life.through(*first.FILED[:5])
    recused = life.kept["recused"]
    assert (recused["status"], recused["code"], recused["basis"]) == (409, "NJT-FIL-1207", ["N1.2"])
    assert (life.kept["panel"]["round"], life.kept["panel"]["outcome"]) == (2, "passed")
    applicant = await life.get(f"/v1/filings/{life.case.id}/panels", life.own)
    assert [each["outcome"] for each in applicant["items"]] == ["mending", "passed"]


async def test_an_objection_of_the_public_is_answered_before_anything_is_decided(life: Life) -> None:
    await life.through(*first.FILED[:6])
    assert life.kept["early"]["code"] == "NJT-FIL-1021"
    assert life.kept["answer"] == {"state": "dismissed", "finding": "经核查，场地为自有"}


async def test_n2_8_registered_it_gets_one_plaque_and_one_certificate(life: Life) -> None:
    await life.through(*first.FILED[:7])
    case, record = life.kept["registered"], await life.record()
    owed = {each["kind"]: each["owner"] for each in case["obligations"]}
    assert owed.keys() == {"open_account", "tell_province", "hand_over", "check_pledge"}
    plaque, certificate = (Pdf(life.kept[paper]) for paper in ("plaque", "certificate"))
    assert record["plaque_number"] in plaque.text
    assert record["certificate_number"] in certificate.text
    assert (case["complete"], record["standing"]) == (False, "active")


async def test_the_case_is_complete_when_account_province_plaque_and_pledge_are_settled(life: Life) -> None:
    await life.through(*first.FILED)
    case, report = life.kept["complete"], life.kept["report"]
    assert {each["kind"]: each["state"] for each in case["obligations"]} == {
        "open_account": "done",
        "tell_province": "done",
        "hand_over": "done",
        "check_pledge": "done",
    }
    assert (report.filing_number, len(report.scope)) == (case["filing_number"], 3)


async def test_n3_3_anybody_verifies_it_by_the_code_on_its_plaque(life: Life) -> None:
    await life.through(*first.FILED)
    code = _code(life.kept["plaque"])
    assert code in Pdf(life.kept["certificate"]).text
    seen = await life.get(f"/v1/public/institutions/{code}", {})
    assert (seen["uscc"], seen["in_force"], seen["standing"]) == (life.case.uscc, True, "active")
    found = await life.get(f"/v1/public/institutions?number={seen['plaque_number']}", {})
    assert [each["number"] for each in found["items"]] == [seen["number"]]


async def test_n1_5_it_sets_its_own_post_levels_and_extends_its_scope(life: Life) -> None:
    await life.through(*first.FILED, then.graded, then.extended)
    levels = life.kept["graded"]["post_levels"]
    assert [(each["name"], each["held_as"]) for each in levels] == [("车工技术员", 3), ("班组带头人", None)]
    record = await life.record()
    assert [each["why"] for each in record["versions"]][:2] == ["filed", "extended"]
    assert len(record["versions"][1]["items"]) == 4


async def test_n3_3_supervision_suspends_it_everywhere_until_it_is_put_right(life: Life) -> None:
    await life.through(*first.FILED, *then.LIVED[:3])
    record, account, report, (status, refused) = life.kept["suspended"]
    assert (record["standing"], account["state"], report.standing) == ("suspended", "suspended", "suspended")
    assert (status, refused["basis"]) == (409, ["N3.3"])
    standings = [each["standing"] for each in (await life.record())["standings"]]
    assert standings[:3] == ["active", "suspended", "active"]


async def test_n3_6_the_campaign_narrows_its_scope_from_a_day_on_and_the_change_is_told(life: Life) -> None:
    await life.through(*first.FILED, *then.LIVED[:5])
    decided, (before, after) = life.kept["narrowed"]
    assert (decided["outcome"], decided["opinion"]) == ("narrowed", "同意核减五级")
    assert (len(before["items"]), len(after["items"])) == (4, 3)
    assert (await life.record())["name"] == then.ANOTHER_NAME


async def test_it_is_renewed_for_as_long_again(life: Life) -> None:
    await life.through(*first.FILED, *then.LIVED[:6])
    before, after, report = life.kept["renewed"]
    assert int(after["valid_until"][:4]) == int(before["valid_until"][:4]) + 3
    assert (after["batches"], f"{report.valid_until}") == (0, after["valid_until"])


async def test_it_leaves_the_record_at_its_own_request_and_anybody_sees_so(life: Life) -> None:
    await life.through(*first.FILED, *then.LIVED)
    assert life.kept["cancelled"]["standing"] == "cancelled"
    seen = await life.get(f"/v1/public/institutions/{_code(life.kept['plaque'])}", {})
    assert (seen["standing"], seen["in_force"]) == ("cancelled", False)
    paper = await life.interfaces.filing.get(
        f"/v1/institutions/{life.institution}/plaque.pdf", headers=life.officer
    )
    assert paper.status_code == 409
    left = await life.suite.rows("filing", "SELECT state FROM obligation")
    assert {each["state"] for each in left} <= {"done", "void"}


def _code(plaque: bytes) -> str:
    """What the picture of the plaque's QR code is said to show."""
    found = _VERIFY.search(plaque)
    assert found
    return found[1].decode()
