"""The Python sources that the laws and budgets speak of."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("services", "shared", "cli", "simulator", "tests")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One module: its path from the repository's root, its text and its syntax tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def module(self) -> str:
        """The dotted name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_package(self) -> bool:
        return self.path.endswith("/__init__.py")


def sources(root: Path) -> Iterator[Source]:
    """Every module below the checked folders, in the order of their paths."""
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            name = path.relative_to(root).as_posix()
            yield Source(path=name, text=text, tree=ast.parse(text, filename=name))
