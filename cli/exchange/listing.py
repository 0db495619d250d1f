"""`njt exchange messages`: messages of ours by how far they are, with their ids."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from cli.exchange.calling import AsJson, Calls, SomeServices, print_json
from cli.exchange.rounds import over
from cli.exchange.tables import Listing
from cli.exchange.words import kind, moment, state_of
from shared.province.intents import IntentState


def messages(
    context: typer.Context,
    *,
    state: Annotated[IntentState | None, typer.Option(help="状态 · how far they are")] = None,
    overdue: Annotated[
        bool | None, typer.Option("--overdue/--not-overdue", help="逾期 · asked after often, and no answer")
    ] = None,
    code: Annotated[str | None, typer.Option(help="报文类型 · kind")] = None,
    organ: Annotated[str | None, typer.Option(help="机关 · organ")] = None,
    lane: Annotated[str | None, typer.Option(help="通道 · lane")] = None,
    most: Annotated[int, typer.Option(min=1, max=200, help="每个服务最多几条 · at most, of each")] = 50,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """报送清单 · Messages of ours by how far they are, newest first; their ids are for show, resend, void."""
    wanted = {"state": state and state.value, "overdue": overdue, "code": code, "organ": organ, "lane": lane}

    async def ask(calls: Calls, name: str) -> Any:
        return await calls.get(name, "/intents", **wanted, size=most)

    found = over(context, service, ask)
    listed = {name: page["items"] for name, page in found.said.items()}
    if as_json:
        print_json(listed)
    else:
        print_messages(listed)
        for name, page in found.said.items():
            if page["next"]:
                typer.echo(f"{name}　还有更多，见 --most 等选项 · there are more: --most, or narrow it")
    found.end()


def print_messages(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Messages of ours, by service."""
    listing = Listing(
        "服务 · service\n状态 · state",
        "报文 · message\n业务号 · key\n标识 · id",
        "通道/序号 · lane\n机关 · organ\n应报 · owed since",
        "原因 · why",
        several=True,
    )
    for name, each in ((name, each) for name, items in found.items() for each in items):
        listing.row(
            (name, state_of(each)),
            (kind(each["code"]), each["business_key"], each["id"]),
            (f"{each['lane']} #{each['sequence']}", each["organ"] or "—", moment(each["at"])),
            f"{each['reason_code'] or ''} {each['reason'] or ''}".strip(),
        )
    listing.print(answered=bool(found))
