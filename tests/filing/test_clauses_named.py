"""Each clause that filing answers for has tests that bear its name."""

import ast
import re
from pathlib import Path

import pytest

CLAUSES = (
    *("N1.1", "N1.2", "N1.3", "N1.5"),
    *("N2.0", "N2.1", "N2.2", "N2.3", "N2.4", "N2.5", "N2.6", "N2.7", "N2.8"),
    *("N3.2", "N3.3", "N3.4", "N3.5", "N3.6"),
)
FOLDERS = (Path(__file__).parent, Path(__file__).parents[1] / "journeys")
Test = ast.FunctionDef | ast.AsyncFunctionDef


def named_after(clause: str) -> list[Test]:
    """The tests whose name begins with a clause, or with several of which it is one."""
    place = clause.lower().replace(".", "_")
    name = re.compile(rf"test_(n\d_\d_)*{place}_")
    modules = [path for folder in FOLDERS for path in sorted(folder.rglob("test_*.py"))]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules]
    return [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, Test) and name.match(node.name)
    ]


@pytest.mark.parametrize("clause", CLAUSES)
def test_a_clause_is_shown_to_hold_by_tests_of_its_name(clause: str) -> None:
    assert named_after(clause)


def test_a_clause_that_is_none_has_no_tests() -> None:
    assert not named_after("N9.9")
