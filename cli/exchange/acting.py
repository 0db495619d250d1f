"""`njt exchange resend|void|pause|resume|replay|discard`: what operators do, each with its reason in the ledger."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.exchange.calling import AsJson, Service, SomeServices, Why, called, chosen, print_json
from cli.exchange.rounds import Round, over
from cli.exchange.tables import Listing
from cli.exchange.words import kind, moment, state_of

Ids = Annotated[list[UUID], typer.Argument(help="报文标识，可多个 · ids of messages of ours")]
HeldId = Annotated[UUID, typer.Argument(help="njt exchange parked 所列标识 · an id that `parked` lists")]


def resend(
    context: typer.Context, ids: Ids, service: Service, reason: Why, *, as_json: AsJson = False
) -> None:
    """原样重报 · Send refused ones again as they are, tell rejected ones anew, ask after the others."""
    _print_repaired(service, _done(context, service, "/intents/resend", _these(ids, reason)), as_json=as_json)


def void(context: typer.Context, ids: Ids, service: Service, reason: Why, *, as_json: AsJson = False) -> None:
    """作废 · Give up refused ones: a VOID takes their numbers, and their lanes go on."""
    _print_repaired(service, _done(context, service, "/intents/void", _these(ids, reason)), as_json=as_json)


def _these(ids: Sequence[UUID], reason: str) -> dict[str, Any]:
    return {"ids": [str(each) for each in ids], "reason": reason}


def _done(context: typer.Context, service: str, path: str, body: dict[str, Any]) -> Any:
    """What one service answers to an act."""
    (name,) = chosen([service])
    return called(context, lambda calls: calls.post(name, path, body))


def _print_repaired(name: str, done: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json({name: done})
        return
    listing = Listing(
        "状态 · state", "报文 · message\n业务号 · key\n标识 · id", "通道/序号 · lane", several=True
    )
    for each in done:
        message = kind(each["code"]), each["business_key"], each["id"]
        listing.row(state_of(each), message, f"{each['lane']} #{each['sequence']}")
    listing.print()


def pause(
    context: typer.Context,
    reason: Why,
    *,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """暂停 · Let nothing leave for the province; what is owed piles up in its order."""
    done = over(context, service, lambda calls, name: calls.post(name, "/pause", {"reason": reason}))
    _told(done, as_json=as_json)


def resume(
    context: typer.Context,
    rate: Annotated[float, typer.Option(help="每秒放行条数 · messages a second")],
    *,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """恢复 · Let it leave again at this rate."""
    body = {"rate_per_second": rate}
    done = over(context, service, lambda calls, name: calls.post(name, "/resume", body))
    _told(done, as_json=as_json)


def _told(done: Round[Mapping[str, Any]], *, as_json: bool) -> None:
    if as_json:
        print_json(done.said)
    else:
        for name, pause in done.said.items():
            rate = pause["rate_per_second"]
            how = f"恢复，每秒 {rate:g} 条 · resumed" if rate else "已暂停 · paused"
            typer.echo(f"{name}　{how}　{moment(pause['resumed_at'] or pause['since'])}")
    done.end()


def replay(context: typer.Context, held: HeldId, service: Service, reason: Why) -> None:
    """重试 · Try a message that waits for a person again now."""
    _done(context, service, f"/parked/{held}/replay", {"reason": reason})
    typer.echo("将立即重试 · it is tried again now")


def discard(context: typer.Context, held: HeldId, service: Service, reason: Why) -> None:
    """弃置 · Give it up: its lane goes on, and the province is told that it was not carried out."""
    _done(context, service, f"/parked/{held}/discard", {"reason": reason})
    typer.echo("已弃置，通道继续 · given up; its lane goes on")
