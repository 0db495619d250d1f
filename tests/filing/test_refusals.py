"""How filing says no."""

import pytest

from services import filing
from shared.errors import Refusal
from tests.tracing import TESTS, refusals_of, unproven

REFUSALS = refusals_of(filing)


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 110
    assert {code[:8] for code in codes} == {"NJT-FIL-", "NJT-DOC-"}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_reads_in_chinese_and_english(refusal: type[Refusal]) -> None:
    chinese, _, english = refusal().title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()
    assert english


def test_every_refusal_is_demanded_by_a_test() -> None:
    assert unproven(REFUSALS, [TESTS / "filing", TESTS / "journeys"]) == set()
