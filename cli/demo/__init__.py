"""`njt demo`: the notice played end to end through the public interfaces, every outcome checked."""

import asyncio
import json as jsonlib
import logging
import sys
from contextlib import ExitStack
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from cli.demo.stage import Venue
from cli.demo.story import play
from cli.demo.telling import Tale
from cli.servers.places import data_root, scratch_folder
from cli.servers.postgres import start_postgres
from cli.servers.rabbitmq import start_rabbitmq
from shared.observability import configure_logging

_TRACE_WIDTH = 32


def demo(
    *,
    rabbitmq: Annotated[
        bool,
        typer.Option("--rabbitmq", help="每个服务独立进程，经 RabbitMQ · every service its own processes"),
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="只向标准输出打印一个 JSON 对象 · print one JSON object only")
    ] = False,
) -> None:
    """演示：把通知从头到尾走一遍并逐项核对 · Play the notice end to end and check every outcome."""
    console = Console(stderr=json, highlight=False)
    configure_logging("demo", "ERROR", json=False, stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        venue = _venue(stack, console, rabbitmq=rabbitmq)
        tale = asyncio.run(play(venue, console))
    if json:
        typer.echo(jsonlib.dumps(tale.as_json(), ensure_ascii=False))
    else:
        _summary(tale, console)
    raise typer.Exit(code=0 if tale.ok else 1)


def _venue(stack: ExitStack, console: Console, *, rabbitmq: bool) -> Venue:
    """The servers of this demo: PostgreSQL kept between runs (its data made anew), RabbitMQ fresh for each."""

    def say(text: str) -> None:
        console.print(f"[dim]{text}[/]")

    folder = data_root() / "demo"
    postgres = start_postgres(folder / "postgres", durable=False, say=say)
    stack.callback(postgres.stop)
    home = folder / "home"
    if not rabbitmq:
        return Venue(postgres_url=postgres.url, folder=home)
    scratch = stack.enter_context(scratch_folder())
    broker = start_rabbitmq(scratch / "rabbitmq", say=say)
    stack.callback(broker.stop)
    return Venue(
        postgres_url=postgres.url, folder=home, broker_url=broker.url, province_url=broker.province_url
    )


def _summary(tale: Tale, console: Console) -> None:
    table = Table("", "步骤 · step", "核对", title="\n小结 · Summary")
    table.add_column("trace id", no_wrap=True, min_width=_TRACE_WIDTH)
    for step in tale.steps:
        mark = "[green]✓[/]" if step.ok else "[red]✗[/]"
        checked = f"{step.checks - len(step.failures)}/{step.checks}"
        table.add_row(
            mark,
            f"{step.id} {step.title} [cyan]{' '.join(step.clauses)}[/]",
            checked,
            step.trace_id,
        )
    console.print(table)
    verdict = (
        "[green]全部符合通知 · all as the notice says[/]" if tale.ok else "[red]有不符 · not as it says[/]"
    )
    console.print(
        f"{verdict}：账号 {tale.accounts_opened} 个，暂停 {tale.suspended} 次，"
        f"待人工消息 {tale.parked_messages} 条，{tale.seconds:.1f} 秒（{tale.bus}）"
    )
