"""政策包: `njt policy` checks a pack and prints who files what."""

import json
from collections import Counter
from itertools import product
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.policy_routing import decide, print_decision, print_table
from shared.policy import Attribute, Audience, Category, Policy, PolicyError, Status, load_policy
from shared.settings import PolicySettings

app = typer.Typer(help="政策包 · The policy pack.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Argument(help="政策包目录 · its folder", show_default="policy/nanjing")]
AskedCategory = Annotated[Category | None, typer.Option(help="机构类别 · category")]
AskedAudience = Annotated[Audience | None, typer.Option(help="评价对象 · audience")]
Evidence = Annotated[
    list[Attribute], typer.Option(help="已有证明的前提，可重复 · what is proved, repeatable")
]
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
def routing(
    path: Folder = None,
    *,
    category: AskedCategory = None,
    audience: AskedAudience = None,
    evidence: Evidence = [],  # noqa: B006 — typer's form of an empty list; it is only read
    as_json: AsJson = False,
) -> None:
    """备案管辖表 · Print who files: every category and audience with its duties, or why nobody does.

    With a category and an audience it is one decision, for an applicant of whom only the evidence given is true.
    """
    policy = _load(path, as_json=as_json)
    one = category is not None and audience is not None
    if evidence and not one:
        raise typer.BadParameter(
            "须同时给出类别和对象 · needs --category and --audience", param_hint="--evidence"
        )
    decisions = [
        decide(policy, *pair, evidence if one else Attribute)
        for pair in product(Category, Audience)
        if category in (None, pair[0]) and audience in (None, pair[1])
    ]
    if as_json:
        _print_json({"version": policy.version, "decisions": [decision.as_json() for decision in decisions]})
    elif one:
        print_decision(decisions[0], policy)
    else:
        print_table(decisions, title=f"{policy.head.title} · {policy.version}")


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


def _print_json(document: dict[str, object]) -> None:
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))
