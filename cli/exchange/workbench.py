"""`njt exchange rejections|mend`: what the province sent back, by its cause, and telling it right."""

import json
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from cli.exchange.calling import (
    AsJson,
    Service,
    SomeServices,
    called,
    chosen,
    part,
    print_json,
)
from cli.exchange.listing import print_messages
from cli.exchange.rounds import over
from cli.exchange.tables import Listing
from cli.exchange.words import kind, moment

_NO_SUCH = "NJT-EXC-1051"


class How(StrEnum):
    """How far a patch is applied."""

    PREVIEW = "preview"
    ONE = "one"
    SOME = "some"
    ALL = "all"


def rejections(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(help="报文类型 · kind", show_default=False)] = None,
    reason_code: Annotated[
        str | None, typer.Argument(help="原因码，无则为 - · reason code, - for none", show_default=False)
    ] = None,
    *,
    service: SomeServices = [],  # noqa: B006 — only read
    as_json: AsJson = False,
) -> None:
    """退回与拒收 · Why messages came back that nobody has mended; with a kind and a reason, those messages."""
    causes = code is None or reason_code is None
    path = "/rejections" if causes else f"/rejections/{part(code)}/{part(reason_code)}"
    found = over(context, service, lambda calls, name: calls.get(name, path), none=_NO_SUCH)
    if causes and code is not None:
        found.said = {
            name: [it for it in groups if it["code"] == code] for name, groups in found.said.items()
        }
    if as_json:
        print_json(found.said)
    elif causes:
        _print_causes(found.said)
    elif found.said:
        print_messages({name: page["items"] for name, page in found.said.items()})
    found.end()


def _print_causes(found: dict[str, Any]) -> None:
    listing = Listing(
        "服务 · service\n最早 · oldest",
        "报文 · kind\n原因码 · reason code",
        "原因 · why",
        "拒收\nrefused",
        "退回\nrejected",
        "机关\norgans",
        several=True,
    )
    for name, group in ((name, group) for name, groups in found.items() for group in groups):
        listing.row(
            (name, moment(group["oldest"])),
            (kind(group["code"]), group["reason_code"] or "-"),
            group["reason"] or "",
            str(group["refused"]),
            str(group["rejected"]),
            [organ or "—" for organ in group["organs"]],
        )
    listing.print(answered=bool(found))


def mend(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="报文类型 · kind")],
    reason_code: Annotated[str, typer.Argument(help="原因码，无则为 - · reason code, - for none")],
    service: Service,
    *,
    values: Annotated[
        list[str], typer.Option("--set", help="字段=文本 或 字段:=JSON · field=text or field:=JSON")
    ] = [],  # noqa: B006 — only read
    mapped: Annotated[
        list[str], typer.Option("--map", help="字段:旧值=新值，可重复 · field:old=new, repeatable")
    ] = [],  # noqa: B006 — only read
    how: Annotated[
        How, typer.Option(help="先 preview，再 one，办结后 some 或 all · in this order")
    ] = How.PREVIEW,
    ids: Annotated[list[UUID], typer.Option("--id", help="指明的报文 · these messages")] = [],  # noqa: B006 — only read
    reason: Annotated[str, typer.Option(help="事由，预览之外必填 · required but for a preview")] = "",
    as_json: AsJson = False,
) -> None:
    """更正重报 · Change fields of what came back for one cause: look first, try one, then some or all."""
    (name,) = chosen([service])
    if not values and not mapped:
        raise typer.BadParameter("须说明改什么 · say what is to be changed", param_hint="--set, --map")
    body = {
        "code": code,
        "reason_code": "" if reason_code == "-" else reason_code,
        "changes": [*map(_value, values), *_mappings(mapped)],
        "how": how.value,
        "ids": [str(each) for each in ids],
        "reason": reason,
    }
    done = called(context, lambda calls: calls.post(name, "/rejections/mend", body))
    if as_json:
        print_json({name: done})
    else:
        _print_patched(done)


def _value(text: str) -> dict[str, Any]:
    """`field=text` or `field:=JSON` as a change."""
    field, sign, value = text.partition("=")
    if not sign:
        raise typer.BadParameter(f"{text}：应为 字段=值 · field=value", param_hint="--set")
    if not field.endswith(":"):
        return {"field": field, "to": value}
    try:
        return {"field": field.removesuffix(":"), "to": json.loads(value)}
    except ValueError:
        raise typer.BadParameter(f"{text}：不是 JSON · not JSON", param_hint="--set") from None


def _mappings(texts: Sequence[str]) -> list[dict[str, Any]]:
    """`field:old=new`, those of one field together, as changes."""
    fields: dict[str, dict[str, str]] = {}
    for text in texts:
        field, colon, pair = text.partition(":")
        before, sign, after = pair.partition("=")
        if not colon or not sign:
            raise typer.BadParameter(f"{text}：应为 字段:旧值=新值 · field:old=new", param_hint="--map")
        fields.setdefault(field, {})[before] = after
    return [{"field": field, "mapping": mapping} for field, mapping in fields.items()]


def _print_patched(done: dict[str, Any]) -> None:
    listing = Listing(
        "业务号 · key\n机关 · organ",
        "字段 · field",
        "原值 · old",
        "新值 · new",
        "问题 · problem",
        several=True,
    )
    for each in done["messages"]:
        changes = [_diff(change) for change in each["changes"]] or [("—", "—", "—")]
        for change in changes:
            listing.row((each["business_key"], each["organ"]), *change, each["problem"] or "")
    listing.print()
    said = "已重报 · sent again" if done["done"] else "仅预览 · only looked at"
    proven = "已有一条办结 · proven" if done["proven"] else "尚未试报 · not proven"
    typer.echo(f"{said}　{done['mended']} 条，不适用 {done['left']} 条 · left　（{proven}）")


def _diff(change: dict[str, Any]) -> tuple[str, str, str]:
    before, after = (json.dumps(change[when], ensure_ascii=False) for when in ("before", "after"))
    return change["field"], before, after
