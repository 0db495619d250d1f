"""`njt policy routing`: the whole table, and one decision of it."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from cli.policy import app
from shared.policy import Audience, Category, DutyKind

runner = CliRunner()

TO_THE_PUBLIC = ("--category", "central_enterprise", "--audience", "public")


def printed(*options: str) -> str:
    result = runner.invoke(app, ["routing", *options])
    assert result.exit_code == 0, result.output
    return result.output


def decisions(*options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(printed(*options, "--json"))["decisions"]
    return found


def cells(*options: str) -> list[list[str]]:
    """The table as printed: for each decision its first line, cell by cell, and the English line below it."""
    lines = [line for line in printed(*options).splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def test_the_table_has_a_row_for_every_category_and_audience() -> None:
    rows = [(row[0], row[1].removesuffix(" *")) for row in cells()[::2]]
    assert rows == [(category.zh, audience.zh) for category in Category for audience in Audience]


def test_the_table_has_a_column_for_every_duty_and_for_clause_document_and_status() -> None:
    heading = next(line for line in printed().splitlines() if line.startswith("┃"))
    names = [cell.strip() for cell in heading.strip("┃").split("┃")]
    duties = [kind.zh for kind in DutyKind]
    assert names == ["机构类别", "对象", "条款", *duties, "文号", "依据", "注"]


def test_a_row_says_who_does_what_by_which_clause_of_which_document() -> None:
    central = cells("--category", "central_enterprise")
    assert central[0][2:11] == ["N2.1", "省", "省", "区", "区", "—", "—", "宁人社函〔2021〕22号", "通知载明"]
    assert central[4][2:11] == ["N2.4", "区", "区", "区", "—", "市", "—", "宁人社函〔2021〕22号", "通知载明"]


def test_what_is_assumed_is_marked_in_its_cell() -> None:
    school = cells("--category", "key_technical_school", "--audience", "public", "--json")
    assert school == []
    _, english = cells("--category", "key_technical_school")[-2:]
    assert english[3:6] == ["city", "city", "district *"]
    _, association = cells("--category", "provincial_association")[-2:]
    assert (association[1], association[8]) == ("The public *", "city and district")
    assert "* 假设，通知未载明 · assumed" in printed()


def test_a_refused_row_has_a_cross_and_its_reason_below() -> None:
    output = printed("--category", "vocational_school")
    refused = cells("--category", "vocational_school")[4]
    assert refused[2:6] == ["N2.3", "—", "✗", "—"]
    assert "职业院校只面向本院校学生，不开展社会化评价 · Vocational schools" in output
    assert "可改报 · could file: 职业院校 · Vocational school → 本院校学生 · Own students (N2.3)" in output


def test_the_table_can_be_asked_for_one_category_or_one_audience() -> None:
    assert {it["audience"] for it in decisions("--category", "central_enterprise")} == set(Audience)
    assert {it["category"] for it in decisions("--audience", "public")} == set(Category)


def test_as_json_every_combination_is_decided_with_clause_status_and_document() -> None:
    found = decisions()
    asked = {(it["category"], it["audience"]) for it in found}
    assert len(found) == len(asked) == len(Category) * len(Audience)
    assert all(("refusal" in it) is not ("duties" in it) for it in found)
    assert all(it["basis"] and it["status"] and it["documents"] for it in found)


def test_as_json_the_duties_the_notice_does_not_state_are_marked() -> None:
    by_clause = {it["basis"][0]: it for it in decisions() if "duties" in it}
    opening = [duty for duty in by_clause["N2.5"]["duties"] if duty["kind"] == "open_account"]
    assert [(duty["owner"], duty["status"]) for duty in opening] == [("district", "assumed")]
    assert by_clause["N2.6"]["audience_status"] == "assumed"
    assert [document["number"] for document in by_clause["N2.4"]["documents"]] == ["宁人社函〔2021〕22号"]


def test_one_decision_without_evidence_says_what_is_missing_and_what_could_be_filed() -> None:
    output = printed(*TO_THE_PUBLIC)
    assert "✗ 不予备案 · refused" in output
    assert "N2.4 央企单位、省属企业、地方龙头企业" in output
    assert "缺 · missing: 首次备案在效 · First filing in force" in output
    assert (
        "可改报 · could file: 中央企业驻宁单位 · Central enterprise → 本企业职工 · Own staff (N2.1)" in output
    )


def test_one_decision_with_evidence_names_each_duty_and_its_owner() -> None:
    output = printed(*TO_THE_PUBLIC, "--evidence", "first_filing_in_force")
    assert "予以备案 · filed" in output
    assert "评估 · assess → 区 · district" in output
    assert "抄报 · be copied → 市 · city" in output
    assert "宁人社函〔2021〕22号 市人社局关于支持服务企业" in output


def test_one_decision_as_json_rests_on_the_evidence_given() -> None:
    (refused,) = decisions(*TO_THE_PUBLIC)
    assert (refused["missing"], refused["status"]) == (["first_filing_in_force"], "notice")
    (filed,) = decisions(*TO_THE_PUBLIC, "--evidence", "first_filing_in_force")
    assert filed["basis"] == ["N2.4"]
    assert {duty["kind"] for duty in filed["duties"]} == {"assess", "file", "open_account", "be_copied"}


def test_a_decision_that_is_assumed_says_so() -> None:
    output = printed("--category", "leading_enterprise", "--audience", "own_staff")
    assert "依据 · status: 假设 · assumed *" in output
    assert "本产品的假设，无文件依据" in output


@pytest.mark.parametrize("options", [(), ("--category", "central_enterprise"), ("--audience", "public")])
def test_evidence_is_of_one_applicant_for_one_audience(options: tuple[str, ...]) -> None:
    result = runner.invoke(app, ["routing", *options, "--evidence", "first_filing_in_force"])
    assert result.exit_code == 2
    assert "--category" in result.output
