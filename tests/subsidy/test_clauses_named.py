"""Each clause that subsidy answers for has tests that bear its name."""

import pytest

from tests.tracing import TESTS, named_after

CLAUSES = ("N1.3", "N1.4", "N1.6", "N1.7")
FOLDERS = (TESTS / "subsidy", TESTS / "journeys")


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_shown_to_hold_by_tests_of_its_name(clause: str) -> None:
    assert named_after(clause, FOLDERS)
