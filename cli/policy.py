"""政策包: `njt policy` checks a pack and prints who files what."""

import json
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from shared.policy import (
    Attribute,
    Audience,
    Category,
    Duty,
    NotRoutable,
    Policy,
    PolicyError,
    Routing,
    Status,
    load_policy,
)
from shared.settings import PolicySettings

app = typer.Typer(help="政策包 · The policy pack.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Argument(help="政策包目录 · its folder", show_default="policy/nanjing")]
_ROUTING_COLUMNS = (
    "机构类别 · category",
    "对象 · audience",
    "条款 · clause",
    "职责或理由 · duties, or why not",
    "依据 · status",
)
AsJson = Annotated[bool, typer.Option("--json", help="输出 JSON · print JSON")]


@app.command()
def check(path: Folder = None, as_json: AsJson = False) -> None:
    """检查政策包 · Check a pack: count its values by file and status, or name every problem."""
    policy = _load(path, as_json=as_json)
    counts = _counts(policy)
    if as_json:
        _print_json({"ok": True, "version": policy.version, "digest": policy.digest, "files": counts})
        return
    table = Table("文件 · file", *(status.label for status in Status), "合计 · all", title=policy.head.title)
    for file, by_status in counts.items():
        table.add_row(file, *(str(count) for count in by_status.values()), str(sum(by_status.values())))
    totals = [sum(by_status[status] for by_status in counts.values()) for status in Status]
    table.add_section()
    table.add_row("合计 · all", *map(str, totals), str(sum(totals)))
    console = Console()
    console.print(table)
    console.print(f"{policy.version} · sha256 {policy.digest}", soft_wrap=True)


@app.command()
def routing(path: Folder = None, as_json: AsJson = False) -> None:
    """备案管辖表 · Print who files: every category and audience with its duties, or why nobody does."""
    policy = _load(path, as_json=as_json)
    decisions = [_decision(policy, category, audience) for category, audience in product(Category, Audience)]
    if as_json:
        _print_json({"version": policy.version, "decisions": decisions})
        return
    table = Table(title=policy.head.title, show_lines=True)
    for heading in _ROUTING_COLUMNS:
        table.add_column(heading, overflow="fold")
    for category, audience in product(Category, Audience):
        table.add_row(category.label, audience.label, *_cells(policy, category, audience))
    Console().print(table)


def _counts(policy: Policy) -> dict[str, dict[Status, int]]:
    """Count the values of each file by status."""
    found = Counter((file, value.status) for file, _, value in policy.pack.values())
    return {file: {status: found[file, status] for status in Status} for file, _ in sorted(found)}


def _load(path: Path | None, *, as_json: bool) -> Policy:
    try:
        return load_policy(path or PolicySettings().folder)
    except PolicyError as error:
        if as_json:
            _print_json({"ok": False, "problems": [vars(problem) for problem in error.problems]})
        else:
            for problem in error.problems:
                typer.echo(str(problem), err=True)
        raise typer.Exit(1) from error


def _decide(policy: Policy, category: Category, audience: Audience) -> Routing | NotRoutable:
    """Decide for an applicant of whom every precondition is true."""
    try:
        return policy.decide_routing(category, audience, frozenset(Attribute))
    except NotRoutable as refusal:
        return refusal


def _decision(policy: Policy, category: Category, audience: Audience) -> dict[str, object]:
    decided = _decide(policy, category, audience)
    asked: dict[str, object] = {"category": category, "audience": audience, "basis": decided.basis}
    if isinstance(decided, NotRoutable):
        return asked | {"refusal": decided.detail, "alternatives": decided.extra["alternatives"]}
    return asked | {
        "status": decided.row.status,
        "audience_status": decided.row.audience_status or decided.row.status,
        "requires": sorted(decided.row.requires),
        "duties": [duty.model_dump(mode="json", exclude_defaults=True) for duty in decided.duties],
        "note": decided.row.note,
    }


def _cells(policy: Policy, category: Category, audience: Audience) -> tuple[str, str, str]:
    decided = _decide(policy, category, audience)
    clauses = " ".join(decided.basis)
    if isinstance(decided, NotRoutable):
        return clauses, decided.detail, "不予备案 · refused"
    lines = [_line(duty) for duty in decided.duties]
    lines += [f"须 · needs: {attribute.label}" for attribute in sorted(decided.row.requires)]
    lines += [decided.row.note] if decided.row.note else []
    return clauses, "\n".join(lines), decided.row.status.label


def _line(duty: Duty) -> str:
    line = f"{duty.kind.label} → {duty.owner.label}"
    return f"{line}（{duty.status.label}）" if duty.status is not Status.NOTICE else line


def _print_json(document: dict[str, object]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
