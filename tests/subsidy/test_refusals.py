"""How subsidy says no."""

import pytest

from services import subsidy
from shared.errors import Refusal
from tests.tracing import TESTS, refusals_of, unproven

REFUSALS = refusals_of(subsidy)


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
    assert unproven(REFUSALS, [TESTS / "subsidy", TESTS / "journeys"]) == set()
