"""`njt check`: everything that can be checked without running the suite, in order, each with what it found.

A check is a function from the repository's root to its findings; none means it passed. Modules are loaded
only when their check runs, so that a production image without development tools still has a command line.
"""

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from json import dumps
from pathlib import Path
from time import monotonic
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

REPOSITORY = Path(__file__).resolve().parents[2]

Check = Callable[[Path], Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Result:
    """What one check found and how long it took."""

    name: str
    findings: tuple[str, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        return not self.findings


def tool(program: str, *arguments: str) -> Check:
    """A check done by a program installed beside this Python; its output is the finding when it fails."""

    def check(root: Path) -> Sequence[str]:
        command = [str(Path(sys.executable).with_name(program)), *arguments]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        return (
            []
            if done.returncode == 0
            else [f"{done.stdout}{done.stderr}".strip() or f"exit {done.returncode}"]
        )

    return check


def own(module: str) -> Check:
    """A check of this product: the function `findings` of a module, loaded when it is needed."""

    def check(root: Path) -> Sequence[str]:
        findings: Check = import_module(module).findings
        return findings(root)

    return check


CHECKS: dict[str, Check] = {
    "format": tool("ruff", "format", "--check", "."),
    "lint": tool("ruff", "check", "."),
    "types": tool("mypy"),
    "imports": tool("lint-imports", "--no-logo"),
    "laws": own("cli.check.laws"),
    "budgets": own("cli.check.budgets"),
    "manifests": own("cli.check.manifests"),
    "lock": own("cli.check.lock"),
    "policy": own("cli.check.policy"),
    "migrations": own("cli.check.migrations"),
}


def run(name: str, check: Check, root: Path) -> Result:
    """Runs one check; one that breaks down has not passed."""
    started = monotonic()
    try:
        findings = tuple(check(root))
    except Exception as fault:
        findings = (f"{type(fault).__name__}: {fault}",)
    return Result(name=name, findings=findings, seconds=monotonic() - started)


def check(
    only: Annotated[list[str] | None, typer.Option(help="只运行所列检查 · Run these checks only")] = None,
    *,
    json: Annotated[bool, typer.Option(help="以 JSON 输出 · Print JSON")] = False,
) -> None:
    """检查代码、分层、清单与依赖锁 · Check the code, its layers, the manifests and the lock."""
    unknown = sorted(set(only or ()) - CHECKS.keys())
    if unknown:
        names = f"{', '.join(unknown)}; {', '.join(CHECKS)}"
        raise typer.BadParameter(f"没有这项检查 · No such check: {names}", param_hint="--only")
    console = Console(stderr=json)
    results = []
    for name in only or CHECKS:
        with console.status(f"{name} …"):
            results.append(run(name, CHECKS[name], REPOSITORY))
    typer.echo(as_json(results)) if json else show(results, console)
    raise typer.Exit(code=0 if all(result.passed for result in results) else 1)


def as_json(results: Sequence[Result]) -> str:
    """A list of `{check, passed, seconds, findings}`."""
    rows = [
        {
            "check": it.name,
            "passed": it.passed,
            "seconds": round(it.seconds, 2),
            "findings": list(it.findings),
        }
        for it in results
    ]
    return dumps(rows, ensure_ascii=False, indent=2)


def show(results: Sequence[Result], console: Console) -> None:
    """Prints what failed in full, then the table."""
    table = Table("检查 check", "结果 result", "秒 s")
    for result in results:
        verdict = (
            "[green]通过 passed[/]" if result.passed else f"[red]{len(result.findings)} 项未过 failed[/]"
        )
        table.add_row(result.name, verdict, f"{result.seconds:.1f}")
        if not result.passed:
            console.rule(result.name)
            for finding in result.findings:
                console.print(finding, markup=False, highlight=False, soft_wrap=True)
    console.print(table)
