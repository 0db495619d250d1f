"""`njt exchange status|search|show|read|parked`: how the exchange stands, and what became of one message."""

import re
from operator import itemgetter
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
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
from cli.exchange.tables import Listing
from cli.exchange.words import STATES, kind, moment, outcome, state_of
from shared.province.intents import IntentState

_COUNTS = {name.value: words for name, words in STATES.items() if name is not IntentState.VOIDED} | {
    "overdue": "逾期"
}
_NOT_THERE = "NJT-EXC-1009"
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
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
    listing = Listing()
    listing.column("报文\nkind")
    listing.column("机关\norgan")
    for name, words in _COUNTS.items():
        listing.column(f"{words}\n{name}", justify="right")
    listing.column("最早未结\noldest")
    for name, one in found.items():
        listing.part(f"{name} → {one['counterpart']}", one["transport"])
        for each in one["kinds"]:
            counts = [str(each[count] or "·") for count in _COUNTS]
            if any(each[count] for count in _COUNTS):
                listing.row(each["code"], each["organ"] or "—", *counts, moment(each["oldest"]))
    listing.print(answered=bool(found))
    for name, one in found.items():
        for line in _troubles(one):
            typer.echo(f"{name}　{line}")


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
    listing = Listing(
        "服务 · service\n台账号 · place",
        "时间 · at\n方向 · way",
        "报文 · message\n业务号 · key\n标识 · id",
        "通道/序号 · lane\n结果 · outcome",
        several=True,
    )
    lines = [(line["at"], name, line) for name, lines in found.items() for line in lines]
    for at, name, line in sorted(lines, key=itemgetter(0), reverse=True):
        way = "→ 省 · out" if line["direction"] == "out" else "← 省 · in"
        result = f"{outcome(line['outcome'])} {line['reason_code']}".strip()
        listing.row(
            (name, str(line["place"])),
            (moment(at), way),
            (kind(line["code"]), line["business_key"], line["message_id"]),
            (f"{line['lane'] or '—'} #{line['sequence'] or 0}", result),
        )
    listing.print(answered=bool(found))


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
    told = escape(f"{walk['business_key']}　{state_of(walk)}")
    tree = Tree(f"[bold]{kind(walk['code'])}[/]　{told}", highlight=False)
    tree.add(
        f"服务 · service {name}　通道 · lane {walk['lane']} #{walk['sequence']}　机关 · organ {walk['organ'] or '—'}"
    )
    tree.add(f"事项 · case　{'、'.join(_case(walk)) or '—'}")
    tree.add(f"跟踪号 · trace　{walk['trace_id'] or '—'}")
    tree.add(f"{moment(walk['at'])}　应报 · owed")
    for line in walk["lines"]:
        arrow = "→" if line["direction"] == "out" else "←"
        came = escape(f"{outcome(line['outcome'])} {line['reason_code']}".strip())
        tree.add(
            f"{moment(line['at'])}　{arrow} {kind(line['code'])}　{came}　台账号 · place {line['place']}"
        )
    result = escape(f"{walk['reason_code'] or ''} {walk['reason'] or ''}".strip())
    end = tree.add(f"结果 · result　{state_of(walk)}{'：' + result if result else ''}")
    if walk["waits_for"]:
        end.add(f"被同通道 #{walk['waits_for']} 阻塞 · waits for the refused number {walk['waits_for']}")
    if walk["query_at"]:
        end.add(f"已查询去向 {walk['queries']} 次，下次 {moment(walk['query_at'])} · asked after")
    for label, other in (("更正自 · mends", walk["mends"]), ("后继 · followed by", walk["followed_by"])):
        if other:
            end.add(f"{label}　{other}")
    return tree


def _case(walk: dict[str, Any]) -> list[str]:
    """The numbers it is found by besides its own, those that people know first."""
    refs = {ref for line in walk["lines"] for ref in line["refs"]}
    return sorted(
        refs - {walk["trace_id"], walk["business_key"]}, key=lambda ref: (_ID.fullmatch(ref) is not None, ref)
    )


def read(
    context: typer.Context,
    place: Annotated[
        str,
        typer.Argument(
            help="台账号，或转人工报文的标识 · place in the exchange ledger, or an id that `parked` lists"
        ),
    ],
    service: Service,
    *,
    reason: Annotated[
        str | None, typer.Option(help="事由；给出才显示个人信息 · personal data is masked without it")
    ] = None,
) -> None:
    """报文内容 · What crossed, as JSON; that it was read is entered in the ledger."""
    (name,) = chosen([service])
    shelf = "messages" if place.isdecimal() else "parked"
    found = called(context, lambda calls: calls.get(name, f"/{shelf}/{part(place)}", reason=reason))
    print_json(found)
    if found["envelope"] is None and reason is None:
        typer.echo(
            "没有能读懂的内容，给出 --reason 显示原文（若有）· nothing understood; --reason shows the bytes, if kept",
            err=True,
        )


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
    listing = Listing(
        "服务 · service\n自 · since\n次数 · tries",
        "报文 · message\n业务号 · key\n标识 · id",
        "通道/序号（已到）· lane (taken)\n原因 · why",
        several=True,
    )
    for name, each in ((name, each) for name, items in found.items() for each in items):
        lane = f"{each['lane'] or '—'} #{each['sequence'] or 0}（{each['taken']}）"
        listing.row(
            (name, moment(each["first_at"]), f"{each['attempts']} 次"),
            (kind(each["topic"]), each["business_key"], each["id"]),
            (lane, f"{each['code']} {each['reason']}"),
        )
    listing.print(answered=bool(found))
