"""Which words a test module proves: what its tests demand of an answer or of what is raised, traced to where it is named."""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

Function = ast.FunctionDef | ast.AsyncFunctionDef
Bound = Mapping[str, list[ast.expr]]
_DENIED = (ast.NotIn, ast.NotEq, ast.IsNot)


def proven_in(source: str) -> set[str]:
    """Names and texts that an `assert` or a `raises` of a test depends on.

    A name that stands there is followed to what it was bound to: by a loop, an assignment or `parametrize`, in the test
    or in its module. What is only imported, named in passing or denied is not proven.
    """
    module = ast.parse(source)
    tests = [
        each for each in ast.walk(module) if isinstance(each, Function) and each.name.startswith("test_")
    ]
    known = _bound_by(each for each in module.body if isinstance(each, ast.Assign | ast.AnnAssign))
    return {word for test in tests for word in _proven_by(test, known)}


def _proven_by(test: Function, known: Bound) -> Iterator[str]:
    bound = defaultdict(list, known)
    for name, values in _bound_by([test]).items():
        bound[name] = [*bound[name], *values]
    waiting, followed = list(_demands(test)), set[str]()
    while waiting:
        for node in _affirmed(waiting.pop()):
            if isinstance(node, ast.Name) and node.id in bound and node.id not in followed:
                followed.add(node.id)
                waiting += bound[node.id]
            yield from _words(node)


def _demands(test: Function) -> Iterator[ast.expr]:
    for node in ast.walk(test):
        if isinstance(node, ast.Assert):
            yield node.test
        elif isinstance(node, ast.Call) and _called(node) == "raises":
            yield from node.args


def _bound_by(nodes: Iterable[ast.stmt]) -> dict[str, list[ast.expr]]:
    """What each name in these is bound to."""
    bound: dict[str, list[ast.expr]] = defaultdict(list)
    for node in (inner for each in nodes for inner in ast.walk(each)):
        for target, value in _bindings(node):
            bound[target].append(value)
    return bound


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((name, node.value) for target in node.targets for name in _names(target))
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from ((name, node.value) for name in _names(node.target))
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from ((name, node.iter) for name in _names(node.target))
    elif isinstance(node, ast.Call) and _called(node) == "parametrize":
        names = ast.literal_eval(node.args[0])
        told = names.split(",") if isinstance(names, str) else names
        yield from ((name.strip(), node.args[1]) for name in told)


def _affirmed(node: ast.AST) -> Iterator[ast.AST]:
    """The node and what is in it, but for what is said not to be."""
    if isinstance(node, ast.Compare) and any(isinstance(each, _DENIED) for each in node.ops):
        return
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _affirmed(child)


def _words(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
        if isinstance(node.value, ast.Name):
            yield f"{node.value.id}.{node.attr}"
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value


def _names(target: ast.expr) -> Iterator[str]:
    return (each.id for each in ast.walk(target) if isinstance(each, ast.Name))


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
