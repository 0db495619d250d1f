"""From a rule to the tests that show it: which refusals a service makes, and which tests bear a clause's name."""

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType

from shared.errors import Refusal
from tests.provoking import proven_in

TESTS = Path(__file__).parent
Test = ast.FunctionDef | ast.AsyncFunctionDef


def refusals_of(service: ModuleType) -> list[type[Refusal]]:
    """Every refusal that a module of a service makes, wherever in the service it stands."""
    found = walk_packages(service.__path__, f"{service.__name__}.")
    modules = [import_module(each.name) for each in found if "migrations" not in each.name]
    return [
        it
        for module in modules
        for it in vars(module).values()
        if isinstance(it, type) and it.__module__ == module.__name__ and issubclass(it, Refusal)
    ]


def unproven(refusals: Iterable[type[Refusal]], folders: Sequence[Path]) -> set[str]:
    """The refusals that no test in these folders demands; what is only listed to be looked for is no demand."""
    return undemanded({each.code: each.__name__ for each in refusals}, folders)


def undemanded(named: Mapping[str, str], folders: Sequence[Path]) -> set[str]:
    """The codes that no test in these folders demands, neither as they are nor by the names they go by in the source."""
    proven: set[str] = set()
    for each in (path for folder in folders for path in folder.rglob("test_*.py")):
        if each.name != "test_refusals.py":
            proven |= proven_in(each.read_text(encoding="utf-8"))
    return {f"{code} {name}" for code, name in named.items() if not {code, name} & proven}


def named_after(clause: str, folders: Sequence[Path]) -> list[Test]:
    """The tests whose name begins with a clause, or with several of which it is one."""
    place = clause.lower().replace(".", "_")
    name = re.compile(rf"test_(n\d_\d_)*{place}_")
    modules = [path for folder in folders for path in sorted(folder.rglob("test_*.py"))]
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in modules]
    return [
        node for tree in trees for node in ast.walk(tree) if isinstance(node, Test) and name.match(node.name)
    ]
