"""`njt exchange status|search|show|read|parked`: how the exchange stands, and what became of one message."""

from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from rich.tree import Tree

from cli.exchange.calling import (
    AsJson,
    Calls,
    Service,
    SomeServices,
    called,
    chosen,
    part,
    print_json,
)
from cli.exchange.rounds import over
from cli.exchange.words import STATES, moment, state_of

_COUNTS = ("owed", "delivered", "accepted", "done", "rejected", "refused", "overdue")
_NOT_THERE = "NJT-EXC-1009"
Most = Annotated[int, typer.Option(min=1, max=200, help="最多几条 · at most")]


def status(context: typer.Context, *, service: SomeServices = [], as_json: AsJson = False) -> None:  # noqa: B006 — only read
    """交换概况 · What is owed, answered, sent back, overdue, missing, paused and parked."""
    found = over(context, service, lambda calls, name: calls.get(name, "/status"))
    if as_json:
        print_json(found.said)
    else:
        _print_status(found.said)
    found.end()


def _print_status(found: dict[str, Any]) -> None:
    console = Console()
    columns = [STATES.get(name, "逾期") for name in _COUNTS]
    table = Table("服务", "报文 · kind", "机关 · organ", *columns, "最早未结 · oldest")
    for name, one in found.items():
        for kind in one["kinds"]:
            counts = [str(kind[each] or "·") for each in _COUNTS]
            table.add_row(name, kind["code"], kind["organ"] or "—", *counts, moment(kind["oldest"]))
    console.print(table)
    for name, one in found.items():
        for line in _troubles(one):
            console.print(f"{name}  {line}", markup=False)


def _troubles(one: dict[str, Any]) -> list[str]:
    """What keeps one service's exchange from going on by itself."""
    lines = []
    if pause := one["pause"]:
        rate = pause["rate_per_second"]
        how = f"恢复中，每秒 {rate:g} 条 · draining" if rate else "已暂停 · paused"
        lines.append(f"{how}　{pause['by']}：{pause['reason']}（{moment(pause['since'])}）")
    lines += [
        f"缺号 · missing　{gap['lane']}　{gap['first']}–{gap['last']}，已催 {gap['asks']} 次 · asked for"
        for gap in one["missing"] or []
    ]
    if one["parked"]:
        lines.append(f"转人工 · parked　{one['parked']}")
    return lines


def search(
    context: typer.Context,
    ref: Annotated[
        str | None,
        typer.Argument(help="备案号、证书号、信用代码、业务号、通道 · a number", show_default=False),
    ] = None,
    *,
    message: Annotated[UUID | None, typer.Option("--id", help="报文标识 · message id")] = None,
    trace: Annotated[str | None, typer.Option(help="跟踪号 · trace id")] = None,
    most: Most = 50,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """查交换台账 · Lines of the exchange ledger about a number, a message or a trace, newest first."""
    asked = {"ref": ref, "message_id": message, "trace_id": trace, "size": most}

    async def ask(calls: Calls, name: str) -> Any:
        return (await calls.get(name, "/messages", **asked))["items"]

    found = over(context, service, ask)
    if as_json:
        print_json(found.said)
    else:
        _print_lines(found.said)
    found.end()


def _print_lines(found: dict[str, Any]) -> None:
    table = Table("服务", "台账号", "时间", "方向", "报文", "业务号", "通道/序号", "结果")
    table.add_column("报文标识 · id", no_wrap=True)
    for name, lines in found.items():
        for line in lines:
            place = f"{line['lane'] or ''} #{line['sequence'] or 0}"
            result = f"{line['outcome']} {line['reason_code']}".strip()
            table.add_row(
                name,
                str(line["place"]),
                moment(line["at"]),
                "→ 省" if line["direction"] == "out" else "← 省",
                line["code"] or "?",
                line["business_key"] or "",
                place,
                result,
                line["message_id"] or "",
            )
    Console().print(table)


def show(
    context: typer.Context,
    intent: Annotated[UUID, typer.Argument(help="报文标识 · id of a message of ours")],
    *,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """一条报送的全程 · One message's walk: sent, received, its result; ledger places, trace and case."""
    found = over(context, service, lambda calls, name: calls.get(name, f"/intents/{intent}"), none=_NOT_THERE)
    if as_json and found.said:
        print_json(found.said)
    for name, walk in found.said.items():
        if not as_json:
            Console().print(_drawn(name, walk))
    if not found.said:  # one service owes it: where it is found, nothing lacks
        found.end()


def _drawn(name: str, walk: dict[str, Any]) -> Tree:
    tree = Tree(f"[bold]{walk['code']}[/]  {walk['business_key']}  [{state_of(walk)}]", highlight=False)
    case = sorted({ref for line in walk["lines"] for ref in line["refs"]} - {walk["trace_id"]})
    tree.add(f"服务 {name}　通道 {walk['lane']} #{walk['sequence']}　机关 {walk['organ'] or '—'}")
    tree.add(f"事项 · case　{'、'.join(case) or '—'}")
    tree.add(f"跟踪号 · trace　{walk['trace_id'] or '—'}")
    tree.add(f"{moment(walk['at'])}　应报 · owed")
    for line in walk["lines"]:
        arrow = "→" if line["direction"] == "out" else "←"
        told = f"{line['outcome']} {line['reason_code']}".strip()
        tree.add(f"{moment(line['at'])}　{arrow} {line['code']}　{told}　台账号 {line['place']}")
    result = f"{walk['reason_code'] or ''} {walk['reason'] or ''}".strip()
    end = tree.add(f"结果 · result　{STATES[walk['state']]}{'：' + result if result else ''}")
    if walk["waits_for"]:
        end.add(f"被同通道 #{walk['waits_for']} 阻塞 · waits for the refused number {walk['waits_for']}")
    if walk["query_at"]:
        end.add(f"已查询去向 {walk['queries']} 次，下次 {moment(walk['query_at'])} · asked after")
    for label, other in (("更正自 · mends", walk["mends"]), ("后继 · followed by", walk["followed_by"])):
        if other:
            end.add(f"{label}　{other}")
    return tree


def read(
    context: typer.Context,
    place: Annotated[int, typer.Argument(min=1, help="台账号 · place in the exchange ledger")],
    service: Service,
    *,
    reason: Annotated[
        str | None, typer.Option(help="事由；给出才显示个人信息 · personal data is masked without it")
    ] = None,
) -> None:
    """报文内容 · What crossed, as JSON; that it was read is entered in the ledger."""
    (name,) = chosen([service])
    print_json(called(context, lambda calls: calls.get(name, f"/messages/{part(place)}", reason=reason)))


def parked(
    context: typer.Context,
    *,
    most: Most = 50,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """转人工的报文 · Messages of the province that wait for a person, oldest first."""

    async def ask(calls: Calls, name: str) -> Any:
        return (await calls.get(name, "/parked", size=most))["items"]

    found = over(context, service, ask)
    if as_json:
        print_json(found.said)
    else:
        _print_parked(found.said)
    found.end()


def _print_parked(found: dict[str, Any]) -> None:
    table = Table("服务", "标识 · id", "报文", "通道/序号（已到）", "原因", "次数", "自")
    for name, each in ((name, each) for name, items in found.items() for each in items):
        lane = f"{each['lane'] or ''} #{each['sequence'] or 0}（{each['taken']}）"
        why = f"{each['code']} {each['reason']}"
        tries, since = str(each["attempts"]), moment(each["first_at"])
        table.add_row(name, each["id"], each["topic"] or "?", lane, why, tries, since)
    Console().print(table)
