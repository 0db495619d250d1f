"""`njt bench NAME`: our path, its peers and its limit measured in turn; only the ratios of one run mean anything.

`njt bench faults` measures nothing: it tries every fault of the exchange, and tells whether both registers end equal.
"""

import asyncio
import json as jsonlib
import logging
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.bench.contest import hold
from cli.bench.registry import BENCHES, FAULTS, QUICK_BENCHES, tried_faults
from cli.bench.results import Outcome
from shared.observability import configure_logging
from shared.settings import REPOSITORY

RESULTS = REPOSITORY / "bench-results"
_ROUNDS = 3
_WIDTH_OF_A_FILE = 160


def bench(
    name: Annotated[str, typer.Argument(help=f"测速 · one of: {', '.join((*BENCHES, FAULTS))}")],
    *,
    json: Annotated[
        bool, typer.Option("--json", help="只向标准输出打印一个 JSON 对象 · print one JSON object only")
    ] = False,
    rounds: Annotated[
        int | None,
        typer.Option(min=1, help="轮数，取中位数；默认 3，小规模时 1 · rounds, of which the median is taken"),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="小规模试跑，数字不作数 · in small, only to see that it runs")
    ] = False,
    story: Annotated[
        bool,
        typer.Option("--story", help="faults：大剧本，各种故障各百分之一 · the story at scale, 1 % of each"),
    ] = False,
) -> None:
    """测速：与对照轮流测量并给出比值 · Measure ours, its peers and its limit in turn, and the ratios.

    faults：逐一注入故障，核对双方登记一致 · inject every fault and compare both registers; exits 1 where they differ.
    """
    if name not in (*BENCHES, FAULTS):
        raise typer.BadParameter(f"{name}: {', '.join((*BENCHES, FAULTS))}")
    if story and name != FAULTS:
        raise typer.BadParameter("--story: njt bench faults")
    configure_logging("bench", "ERROR" if name == FAULTS else "WARNING", json=False, stream=sys.stderr)
    progress = Console(stderr=True, highlight=False)

    def say(text: str) -> None:
        progress.print(f"[dim]{text}[/]", soft_wrap=True)

    if name == FAULTS:
        logging.getLogger("aiormq").setLevel(logging.CRITICAL)  # the broker is stopped on purpose
        _tell(trial := asyncio.run(tried_faults(say, at_scale=story, quick=quick)), json=json)
        raise typer.Exit(code=0 if trial.ok else 1)
    contest = (QUICK_BENCHES if quick else BENCHES)[name]
    _tell(asyncio.run(hold(name, contest, rounds=rounds or (1 if quick else _ROUNDS), say=say)), json=json)


def _tell(result: Outcome, *, json: bool) -> None:
    """Keep it, and print it."""
    keep(result, RESULTS)
    if json:
        typer.echo(jsonlib.dumps(result.as_json(), ensure_ascii=False))
    else:
        width = None if sys.stdout.isatty() else _WIDTH_OF_A_FILE
        Console(highlight=False, width=width).print(result.as_table())


def keep(result: Outcome, folder: Path) -> Path:
    """Write what was found into `{folder}/{name}.json`."""
    folder.mkdir(exist_ok=True)
    place = folder / f"{result.name}.json"
    place.write_text(jsonlib.dumps(result.as_json(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return place
