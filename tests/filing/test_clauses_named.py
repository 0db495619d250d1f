"""Each clause that filing answers for has tests that bear its name."""

import pytest

from tests.tracing import TESTS, named_after

CLAUSES = (
    *("N1.1", "N1.2", "N1.3", "N1.5"),
    *("N2.0", "N2.1", "N2.2", "N2.3", "N2.4", "N2.5", "N2.6", "N2.7", "N2.8"),
    *("N3.2", "N3.3", "N3.4", "N3.5", "N3.6"),
)
FOLDERS = (TESTS / "filing", TESTS / "journeys")


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_shown_to_hold_by_tests_of_its_name(clause: str) -> None:
    assert named_after(clause, FOLDERS)


def test_a_clause_that_is_none_has_no_tests() -> None:
    assert not named_after("N9.9", FOLDERS)
