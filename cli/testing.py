"""`njt test`: every test of the product, with real PostgreSQL and real RabbitMQ that it provides itself."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from cli.servers.rabbitmq import find_broker, require_rabbitmq
from cli.servers.rabbitmq_node import BrokerUnavailable
from shared.settings import REPOSITORY

_PYTEST = (sys.executable, "-m", "pytest")
_FIRST = ("filing", "shared", "simulator", "subsidy", "supervision")
"""Folders of the first half; every other is of the second. Both take about as long."""
_LONGEST_LINE = 1 << 24


def test(context: typer.Context) -> None:
    """运行全部测试；其余参数交给 pytest · Run all tests, in two halves at once; further arguments go to one pytest."""
    if context.args or not _may_part():
        command = [*_PYTEST, *context.args]
        raise typer.Exit(code=subprocess.run(command, cwd=REPOSITORY, check=False).returncode)
    console = Console(highlight=False)
    with suppress(BrokerUnavailable):  # each test that needs it says so
        require_rabbitmq(lambda text: console.print(f"[dim]{text}[/]"))
    raise typer.Exit(code=asyncio.run(_both(halves(REPOSITORY / "tests"), console)))


def halves(tests: Path) -> tuple[list[str], list[str]]:
    """All tests in two halves: folders and files."""
    found = [each for each in sorted(tests.iterdir()) if _holds_tests(each)]
    first = [str(each) for each in found if each.name in _FIRST]
    return first, [str(each) for each in found if each.name not in _FIRST]


def _holds_tests(each: Path) -> bool:
    return (each / "__init__.py").exists() or each.match("test_*.py")


def _may_part() -> bool:
    """Servers that were given are one for both halves, which would be in each other's way."""
    return not os.environ.get("DATABASE_URL") and find_broker() is None


async def _both(parts: Sequence[Sequence[str]], console: Console) -> int:
    """Run them at once, each on servers of its own; what each prints bears its number."""
    ends = await asyncio.gather(*(_half(f"{place}│", part) for place, part in enumerate(parts, 1)))
    table = Table("半 half", "结果 result", "秒 s")
    for place, (code, seconds, said) in enumerate(ends, 1):
        table.add_row(str(place), said if code == 0 else f"[red]{said}[/]", f"{seconds:.0f}")
    console.print(table)
    return max(code for code, _, _ in ends)


async def _half(mark: str, part: Sequence[str]) -> tuple[int, float, str]:
    """Exit code, seconds, and what pytest said last."""
    began, said = time.monotonic(), ""
    process = await asyncio.create_subprocess_exec(
        *_PYTEST,
        "-p",
        "no:cacheprovider",
        *part,
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=_LONGEST_LINE,
    )
    if process.stdout is None:
        raise OSError("没有管道 · no pipe")
    async for line in process.stdout:
        said = line.decode(errors="replace").rstrip() or said
        typer.echo(f"{mark} {line.decode(errors='replace').rstrip()}")
    return await process.wait(), time.monotonic() - began, said.strip("= ")
