"""How the exchange says no."""

import pytest

from shared import province, service
from shared.errors import Refusal
from shared.province.reading import NotAccepted
from tests.tracing import TESTS, refusals_of, unproven

REFUSALS = [*refusals_of(province), *refusals_of(service)]


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in REFUSALS]
    assert len(set(codes)) == len(codes) >= 30
    assert {code[:8] for code in codes} == {"NJT-EXC-"}


@pytest.mark.parametrize("refusal", REFUSALS)
def test_every_refusal_reads_in_chinese_and_english(refusal: type[Refusal]) -> None:
    chinese, _, english = refusal.__new__(refusal).title.partition(" · ")
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    assert english.isascii()
    assert english


def test_every_refusal_is_demanded_by_a_test() -> None:
    answered = [refusal for refusal in REFUSALS if refusal is not NotAccepted]
    assert unproven(answered, [TESTS / "shared", TESTS / "cli" / "exchange", TESTS / "filing"]) == set()
    # What is not accepted of the other side's is a receipt to it, under that receipt's own reason code.
    assert all(issubclass(kind, NotAccepted) == (kind.code == "NJT-EXC-1002") for kind in REFUSALS)
