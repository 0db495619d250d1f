"""Finds a ring of modules that import each other."""

import ast
from collections.abc import Iterator, Sequence
from graphlib import CycleError, TopologicalSorter

from cli.check.sources import Source


def import_cycle(known: Sequence[Source]) -> tuple[str, ...]:
    """The modules of one ring, first and last the same; empty when there is none."""
    modules = {source.module for source in known}
    graph = {source.module: set(_imports(source, modules)) - {source.module} for source in known}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as ring:
        return tuple(reversed(ring.args[1]))
    return ()


def _imports(source: Source, modules: set[str]) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom):
            parent = _parent(node, source)
            for alias in node.names:
                child = f"{parent}.{alias.name}"
                yield from {child if child in modules else parent} & modules


def _parent(node: ast.ImportFrom, source: Source) -> str:
    """The absolute name after `from`, dots resolved."""
    if node.level == 0:
        return node.module or ""
    parts = source.module.split(".")
    kept = parts[: len(parts) - node.level + source.is_package]
    return ".".join([*kept, *([node.module] if node.module else [])])
