"""How large a file or function may grow before it must be split; an escape says why: `# budget: <why>`."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from json import loads
from pathlib import Path

from cli.check.sources import FOLDERS, Source, sources

FILE_LINES = 300
FUNCTION_LINES = 40
COMPLEXITY = 8
POSITIONAL = 4
ESCAPE_LINES = 5
ESCAPE = "# budget: "


def findings(root: Path) -> list[str]:
    """Every overrun below a root as `path:line: what`; migrations are written once and not budgeted."""
    counted = {it.path: it for it in sources(root) if "/migrations/" not in it.path}
    found = [words for source in counted.values() for words in (*_of_file(source), *_of_functions(source))]
    return [*found, *_of_complexity(root, counted)]


def _escapes(line: str) -> bool:
    return bool(line.partition(ESCAPE)[2].strip())


def _of_file(source: Source) -> Iterator[str]:
    lines = source.text.splitlines()
    if len(lines) > FILE_LINES and not any(map(_escapes, lines[:ESCAPE_LINES])):
        yield f"{source.path}:1: {len(lines)} lines, at most {FILE_LINES}"


def _of_functions(source: Source) -> Iterator[str]:
    lines = source.text.splitlines()
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _escapes(lines[node.lineno - 1]):
            where = f"{source.path}:{node.lineno}: {node.name}"
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > FUNCTION_LINES:
                yield f"{where} has {length} lines, at most {FUNCTION_LINES}"
            positional = _positional(node)
            if positional > POSITIONAL:
                yield f"{where} takes {positional} positional arguments, at most {POSITIONAL}"


def _positional(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """How many a caller may pass by position; the receiver of a method is not passed by the caller."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return len(names) - (names[:1] in (["self"], ["cls"]))


def _of_complexity(root: Path, counted: dict[str, Source]) -> Iterator[str]:
    """Ruff's count, whatever `noqa` says: only a stated reason lets one through."""
    folders = [folder for folder in FOLDERS if (root / folder).is_dir()]
    rule = ["--isolated", "--select", "C901", "--config", f"lint.mccabe.max-complexity={COMPLEXITY}"]
    command = [str(Path(sys.executable).with_name("ruff")), "check", *rule, "--ignore-noqa", "--no-cache"]
    output = ["--quiet", "--exit-zero", "--output-format", "json"]
    done = subprocess.run([*command, *output, *folders], cwd=root, capture_output=True, text=True, check=True)
    for breach in loads(done.stdout):
        path = Path(breach["filename"]).relative_to(root.resolve()).as_posix()
        line = breach["location"]["row"]
        if path in counted and not _escapes(counted[path].text.splitlines()[line - 1]):
            yield f"{path}:{line}: {breach['message']}"
