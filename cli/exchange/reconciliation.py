"""`njt exchange reconcile|differences|propose|carry-out|send-back`: days held against the province's record."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console

from cli.exchange.calling import AsJson, Calls, Service, SomeServices, Why, called, print_json
from cli.exchange.rounds import Round, go_over, over, placed
from cli.exchange.tables import Listing
from cli.exchange.words import kind, moment
from shared.province.reconciling.comparing import Cause, Repair
from shared.province.reconciling.differences import State

_PAUSE_SECONDS = 0.5
_PAGE = 200
_CAUSES: Mapping[Cause, str] = {
    Cause.LOST_THERE: "省级缺失",
    Cause.NO_RECEIPT: "未收到回执",
    Cause.NOT_OURS: "市级未报",
    Cause.REJECTED_THERE: "曾被省级退回",
    Cause.VOIDED_HERE: "市级已作废",
    Cause.NOT_ANSWERED: "省级未收到回执",
    Cause.NEVER_ARRIVED: "从未到达",
    Cause.NOT_TAKEN_HERE: "市级未接收",
    Cause.REJECTED_HERE: "市级已退回",
    Cause.ELSEWHERE: "记于另一日或另一机关",
    Cause.CONFLICT: "内容不同",
}
_REPAIRS: Mapping[Repair, str] = {
    Repair.TELL_AGAIN: "重报",
    Repair.TAKE_THEIR_WORD: "认可省级结果",
    Repair.ANSWER_AGAIN: "重发回执",
    Repair.ASK_AGAIN: "请省级重发",
    Repair.BY_HAND: "人工处理",
}
_STATES: Mapping[State, str] = {
    State.OPEN: "待处理",
    State.PROPOSED: "已提出",
    State.APPLIED: "已执行",
    State.CLOSED: "已关闭",
    State.HEALED: "已消除",
}

Ids = Annotated[
    list[UUID] | None,
    typer.Argument(help="差异标识，可多个 · ids that `differences` lists", show_default=False),
]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text}：日期写作 2026-11-22 · a day is written 2026-11-22") from None


OfDay = Annotated[
    date | None, typer.Option("--day", parser=_day, metavar="YYYY-MM-DD", help="签发日 · day of issue")
]
OfCause = Annotated[Cause | None, typer.Option("--cause", help="原因 · cause")]


def reconcile(
    context: typer.Context,
    day: Annotated[
        date, typer.Argument(parser=_day, metavar="YYYY-MM-DD", help="已结束的一日 · a day that is over")
    ],
    *,
    service: SomeServices = [],  # noqa: B006 — only read
    wait: Annotated[float, typer.Option(min=0, help="最多等待秒数 · seconds to wait for the answers")] = 30.0,
    as_json: AsJson = False,
) -> None:
    """对账 · Hold a day against the province's record.

    退出码 1 有差异或失败，3 尚在等候答复 · Ends with 1 when acts differ or it failed, else with 3 while answers are
    awaited.
    """
    names, body = placed(context, service), {"day": day.isoformat()}

    async def ask(calls: Calls) -> Round[Any]:
        with Console(stderr=True).status("等候省级答复 · waiting for the province's answers"):
            begun = await go_over(names, lambda name: calls.post(name, "/reconciliations", body))
            await _await(calls, begun, seconds=wait)
        return begun

    found = called(context, ask)
    if as_json:
        print_json(found.said)
    else:
        _print_reconciled(found.said)
    found.end()
    if any(each["differing"] or each.get("failure") for each in found.said.values()):
        raise typer.Exit(code=1)
    if any(each["concluded_at"] is None for each in found.said.values()):
        raise typer.Exit(code=3)


async def _await(calls: Calls, begun: Round[Any], *, seconds: float) -> None:
    """Look again at those without all answers; one that fails meanwhile stays as it was last seen, and has failed."""

    async def look(name: str) -> Any:
        return await calls.get(name, f"/reconciliations/{begun.said[name]['id']}")

    until = monotonic() + seconds
    while monotonic() < until:
        unanswered = [name for name, each in begun.said.items() if each["concluded_at"] is None]
        open_ones = [name for name in unanswered if name not in begun.failed]
        if not open_ones:
            return
        await asyncio.sleep(_PAUSE_SECONDS)
        seen = await go_over(open_ones, look)
        begun.said |= seen.said
        begun.failed |= seen.failed


def _print_reconciled(found: dict[str, Any]) -> None:
    listing = Listing(
        "服务\nservice",
        "日期\nday",
        "市级\nours",
        "省级\ntheirs",
        "提问\nasked",
        "差异\ndiffering",
        "完成\nconcluded",
    )
    for name, each in found.items():
        counts = [
            "—" if each[count] is None else str(each[count])
            for count in ("ours", "theirs", "asked", "differing")
        ]
        failure = each.get("failure")
        ended = f"未能对账 · failed: {failure}" if failure else moment(each["concluded_at"])
        listing.row(name, each["day"], *counts, ended)
    listing.print(answered=bool(found))


def differences(
    context: typer.Context,
    *,
    state: Annotated[State | None, typer.Option(help="状态 · state")] = None,
    day: OfDay = None,
    most: Annotated[
        int, typer.Option(min=1, max=_PAGE, help="每个服务最多几条 · at most, of each service")
    ] = 50,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """对账差异 · The acts that differ: why, what would mend them, and how far that is."""
    wanted = {"state": state and state.value, "day": day and day.isoformat(), "size": most}

    async def ask(calls: Calls, name: str) -> Any:
        return (await calls.get(name, "/differences", **wanted))["items"]

    found = over(context, service, ask)
    _print_differences(found.said, as_json=as_json)
    found.end()


def propose(
    context: typer.Context,
    ids: Ids = None,
    *,
    service: Service,
    reason: Why,
    repair: Annotated[
        Repair | None, typer.Option(help="修复方式，缺省为建议者 · as suggested unless given")
    ] = None,
    day: OfDay = None,
    cause: OfCause = None,
    as_json: AsJson = False,
) -> None:
    """提出修复 · Propose how these, or all open ones of a day and a cause, are to be mended."""

    def proposal(each: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        return "proposal", {"repair": repair.value if repair else each["repair"], "reason": reason}

    _each_of(context, service, (State.OPEN, ids or (), day, cause), proposal, as_json=as_json)


def carry_out(
    context: typer.Context,
    ids: Ids = None,
    *,
    service: Service,
    day: OfDay = None,
    cause: OfCause = None,
    as_json: AsJson = False,
) -> None:
    """批准并执行 · Have done what somebody else proposed: of these, or of all of a day and a cause."""
    which, decision = (State.PROPOSED, ids or (), day, cause), ("decision", {"decision": "carry_out"})
    _each_of(context, service, which, lambda _: decision, as_json=as_json)


def send_back(
    context: typer.Context,
    ids: Ids = None,
    *,
    service: Service,
    reason: Why,
    day: OfDay = None,
    cause: OfCause = None,
    as_json: AsJson = False,
) -> None:
    """退回 · Send proposals back; what differs is open again."""
    decision = "decision", {"decision": "send_back", "reason": reason}
    which = State.PROPOSED, ids or (), day, cause
    _each_of(context, service, which, lambda _: decision, as_json=as_json)


Which = tuple[State, Sequence[UUID], date | None, Cause | None]


def _each_of(
    context: typer.Context,
    service: str,
    which: Which,
    said_of: Callable[[Mapping[str, Any]], tuple[str, Mapping[str, Any]]],
    *,
    as_json: bool,
) -> None:
    """Say what is said of each difference (where, and what); those that were refused are told after the others."""
    (name,) = placed(context, [service])

    async def ask(calls: Calls) -> Round[dict[str, Any]]:
        wanted = {each["id"]: each for each in await _wanted(calls, name, which)}

        async def say(id_: str) -> Any:
            where, what = said_of(wanted[id_])
            return await calls.post(name, f"/differences/{id_}/{where}", what)

        return await go_over(wanted, say, of_one=True)

    done = called(context, ask)
    mended = {name: list(done.said.values())} if as_json or done.said or not done.failed else {}
    _print_differences(mended, as_json=as_json)
    done.end()


async def _wanted(calls: Calls, name: str, which: Which) -> list[dict[str, Any]]:
    """The differences named, or all in that state of a day and cause; raises BadParameter where neither is given."""
    state, ids, day, cause = which
    if not ids and day is None:
        raise typer.BadParameter("请指明差异，或 --day · name differences, or --day", param_hint="ids")
    found: list[dict[str, Any]] = []
    asked = {"size": _PAGE, "state": None if ids else state.value, "day": day and day.isoformat()}
    cursor = None
    while True:
        page = await calls.get(name, "/differences", **asked, cursor=cursor)
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    if not ids:
        return [each for each in found if cause in (None, each["cause"])]
    known = {each["id"]: each for each in found}
    return [known.get(str(each), {"id": str(each), "repair": Repair.BY_HAND.value}) for each in ids]


def _print_differences(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    listing = Listing(
        "服务 · service\n状态 · state",
        "报文 · message\n业务号 · key\n标识 · id",
        "日期 · day\n机关 · organ",
        "原因 · cause\n修复 · repair\n提出人 · proposed by",
        several=True,
    )
    for name, each in ((name, each) for name, items in found.items() for each in items):
        cause, repair, state = Cause(each["cause"]), Repair(each["repair"]), State(each["state"])
        listing.row(
            (name, f"{_STATES[state]} · {state}"),
            (kind(each["code"]), each["business_key"], each["id"]),
            (each["day"], each["organ"] or "—"),
            (f"{_CAUSES[cause]} · {cause}", f"{_REPAIRS[repair]} · {repair}", each["proposed_by"]),
        )
    listing.print(answered=bool(found))
