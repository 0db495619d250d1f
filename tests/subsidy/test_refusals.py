"""How subsidy says no."""

import re
from pathlib import Path

import pytest

from services import subsidy
from services.subsidy.domain import faults, vetting
from services.subsidy.domain.terms import Rule
from shared.errors import Refusal
from tests.tracing import TESTS, refusals_of, undemanded, unproven

REFUSALS = refusals_of(subsidy)
CODE = re.compile(r"NJT-SUB-\d{4}")
FOLDERS = [TESTS / "subsidy", TESTS / "journeys"]
FINDINGS = {
    **{each.value: f"Fault.{each.name}" for each in faults.Fault},
    **{each.code: f"Fault.{each.name}" for each in vetting.Fault},
    **{each.code: f"Rule.{each.name}" for each in Rule},
}
"""What is told of a row, and why an item is not paid, by the same kind of code."""


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 60
    assert {code[:8] for code in codes} == {"NJT-SUB-"}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_reads_in_chinese_and_english(refusal: type[Refusal]) -> None:
    chinese, _, english = refusal.__new__(refusal).title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()
    assert english


def test_every_refusal_is_demanded_by_a_test() -> None:
    assert unproven(REFUSALS, FOLDERS) == set()


def test_every_code_in_the_source_is_a_refusals_or_a_findings_and_of_one_of_them_only() -> None:
    refused = {refusal.code for refusal in REFUSALS}
    assert refused & FINDINGS.keys() == set()
    sources = Path(subsidy.__file__).parent.rglob("*.py")
    written = {code for each in sources for code in CODE.findall(each.read_text(encoding="utf-8"))}
    assert written <= refused | FINDINGS.keys()


def test_every_finding_is_demanded_by_a_test() -> None:
    assert undemanded(FINDINGS, FOLDERS) == set()


def test_a_code_nobody_demands_is_found() -> None:
    assert undemanded({"NJT-SUB-0000": "Fault.NONE"}, FOLDERS) == {"NJT-SUB-0000 Fault.NONE"}
