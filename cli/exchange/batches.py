"""`njt exchange export|import|batches`: files that are carried where there is no line."""

import asyncio
import contextlib
import json
import os
import zipfile
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from cli.exchange.calling import (
    AsJson,
    CallRefused,
    Calls,
    Service,
    SomeServices,
    called,
    chosen,
    print_json,
)
from cli.exchange.rounds import Round, go_over, placed
from cli.exchange.tables import Listing
from cli.exchange.words import kind, moment, outcome
from cli.suite.database import SERVICES
from shared.contracts.batches import MANIFEST, BatchManifest, Form

_AS_MADE = "导出后即下载，送交省级 · downloaded as it was made, to be carried"
_WELL = {"done", "duplicate"}
_MOST_MANIFEST = 65_536
_NOTHING, _SHOWN = "NJT-EXC-1040", 50
_LONG_SECONDS, _LOOK_SECONDS, _LOOKED_AT = 1800.0, 0.5, 20

Out = Annotated[Path, typer.Option(file_okay=False, help="存放目录 · the folder for the files")]
Layout = Annotated[Form, typer.Option("--format", help="报文表格式 · how the messages are laid out")]
Again = Annotated[
    UUID | None, typer.Option(help="重新下载此批次，须同时指定 --service · download this batch once more")
]
WhyFetched = Annotated[
    str,
    typer.Option("--reason", help="下载事由，重新下载必填 · why it is downloaded; required with --again"),
]
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="省级批次文件 · a file of the province")
]
ForService = Annotated[
    str | None, typer.Option("--service", help="服务，缺省按清单 · as the manifest says unless given")
]


@dataclass(frozen=True, kw_only=True)
class _Made:
    """A file of one service; no batch where there was nothing to carry, no path while it is not saved."""

    service: str
    batch: dict[str, Any] | None = None
    path: Path | None = None
    why: str = ""

    def told(self) -> dict[str, Any] | None:
        """As JSON."""
        return self.batch and self.batch | {"path": self.path and str(self.path)}


def export(
    context: typer.Context,
    *,
    service: SomeServices = [],  # noqa: B006 — only read
    layout: Layout = Form.XLSX,
    out: Out = Path(),
    again: Again = None,
    reason: WhyFetched = "",
    as_json: AsJson = False,
) -> None:
    """导出批次 · Put what is due into signed files, one for each service, to be carried to the province."""
    names = placed(context, service)
    if again is not None:
        _check_again(names, reason)
    why = reason.strip() or _AS_MADE
    _make_folder(out)

    async def make(calls: Calls) -> Round[_Made]:
        with _progress("导出 · exporting", shown=not as_json) as progress:
            task = progress.add_task("", total=len(names))

            async def one(name: str) -> _Made:
                try:
                    return await _export(calls, name, layout, again=again)
                finally:
                    progress.advance(task)

            made = await go_over(names, one)
            saved = await go_over(made.said, lambda name: _saved(calls, made.said[name], out, why=why))
        made.said |= saved.said
        made.failed |= saved.failed
        return made

    made = called(context, make, seconds=_LONG_SECONDS)
    if as_json:
        print_json({name: it.told() for name, it in made.said.items()})
    else:
        _print_made(made.said)
    made.end()


def _check_again(names: Sequence[str], reason: str) -> None:
    if len(names) != 1:
        raise typer.BadParameter("重新下载须指定一个服务 · name one service", param_hint="--service")
    if not reason.strip():
        raise typer.BadParameter("重新下载须说明事由 · say why", param_hint="--reason")


def _print_made(made: Mapping[str, _Made]) -> None:
    for name, it in made.items():
        if it.batch is None:
            typer.echo(f"{name}　{it.why}")
            continue
        path = "未保存，请用 --again · not saved: --again" if it.path is None else str(it.path)
        typer.echo(f"{name}　{path}")
        more = "　还有待发，请再导出 · more is due: export again" if it.batch.get("more") else ""
        typer.echo(f"　{it.batch['rows']} 条报文 · messages　批次 · batch {it.batch['id']}{more}")


async def _export(calls: Calls, service: str, layout: Form, *, again: UUID | None) -> _Made:
    if again is not None:
        return _Made(service=service, batch=await calls.get(service, f"/batches/{again}"))
    try:
        return _Made(service=service, batch=await calls.post(service, "/batches", {"format": layout.value}))
    except CallRefused as refusal:
        if refusal.code != _NOTHING:
            raise
        return _Made(service=service, why=str(refusal))


async def _saved(calls: Calls, made: _Made, out: Path, *, why: str) -> _Made:
    if made.batch is None:
        return made
    content = await calls.fetch(made.service, f"/batches/{made.batch['id']}/file", reason=why)
    path = out / made.batch["name"]
    try:
        await asyncio.to_thread(path.write_bytes, content)
    except OSError as problem:
        raise CallRefused({"detail": f"未能保存 · it could not be saved: {problem}"}) from None
    return _Made(service=made.service, batch=made.batch, path=path)


def _make_folder(out: Path) -> None:
    """Before anything is made to be put there; raises BadParameter."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        usable = os.access(out, os.W_OK | os.X_OK)
    except OSError:
        usable = False
    if not usable:
        raise typer.BadParameter(f"{out} 不可写 · cannot be written to", param_hint="--out")


def take_in(
    context: typer.Context, file: File, *, service: ForService = None, as_json: AsJson = False
) -> None:
    """导入批次 · Take in a file of the province; ends with 1 unless every message is carried out, now or before."""
    content = file.read_bytes()
    manifest = _manifest(file)
    (name,) = chosen([service or _addressee(manifest)])

    async def hand_in(calls: Calls) -> Any:
        async with _watched(calls, name, manifest, shown=not as_json):
            return await calls.hand_in(name, "/batches/imports", name=file.name, content=content)

    taken = called(context, hand_in, seconds=_LONG_SECONDS)
    if as_json:
        print_json({name: taken})
    else:
        _tell(taken)
    if set(taken["outcomes"]) - _WELL:
        raise typer.Exit(code=1)


def _manifest(file: Path) -> BatchManifest | None:
    """What the file says of itself, believed only so far as to show how far its import is."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.getinfo(MANIFEST).file_size > _MOST_MANIFEST:
                return None
            return BatchManifest.model_validate(json.loads(archive.read(MANIFEST)))
    except Exception:  # whatever it is, the service says what is wrong with it
        return None


def _addressee(manifest: BatchManifest | None) -> str:
    name = manifest.receiver.rpartition("/")[2] if manifest else ""
    if name not in SERVICES:
        raise typer.BadParameter(
            "文件未指明服务，请给出 · the file names no service of ours; say which", param_hint="--service"
        )
    return name


@asynccontextmanager
async def _watched(
    calls: Calls, service: str, manifest: BatchManifest | None, *, shown: bool
) -> AsyncIterator[None]:
    """Shows how far the import is while it lasts."""
    with _progress("导入 · importing", shown=shown) as progress:
        task = progress.add_task("", total=manifest.rows if manifest else None)
        watch = asyncio.create_task(_watch(calls, service, manifest, progress)) if manifest else None
        try:
            yield
        finally:
            if watch:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
            progress.update(task, completed=manifest.rows if manifest else None)


async def _watch(calls: Calls, service: str, manifest: BatchManifest, progress: Progress) -> None:
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        with contextlib.suppress(Exception):  # it is only looked at
            page = await calls.get(service, "/batches", size=_LOOKED_AT)
            for batch in page["items"]:
                if batch["id"] == str(manifest.batch_id):
                    progress.update(progress.task_ids[0], completed=sum(batch["outcomes"].values()))


def _tell(taken: dict[str, Any]) -> None:
    if taken["before"]:
        before = moment(taken["before"])
        typer.echo(f"此文件曾于 {before} 导入，未重复办理 · imported before, nothing happened twice")
    odd = [line for line in taken["lines"] if line["outcome"] not in _WELL]
    if odd:
        _print_rows(odd)
    counted = Counter(line["outcome"] for line in taken["lines"])
    typer.echo(f"{taken['name']}　{taken['rows']} 行 · rows")
    for name, times in counted.most_common():
        typer.echo(f"　{outcome(name)}　{times}")


def _print_rows(lines: Sequence[dict[str, Any]]) -> None:
    listing = Listing("行\nrow", "报文 · message\n业务号 · key", "结果 · outcome", "原因 · why", several=True)
    for line in lines[:_SHOWN]:
        why = f"{line['reason_code']} {line['reason']}".strip()
        message = kind(line["code"]), line["business_key"]
        listing.row(str(line["number"]), message, outcome(line["outcome"]), why)
    listing.print()
    if len(lines) > _SHOWN:
        typer.echo(f"……另有 {len(lines) - _SHOWN} 行，用 --json 查看 · more rows: --json")


def list_batches(context: typer.Context, service: Service, *, as_json: AsJson = False) -> None:
    """批次记录 · The latest files of a service, made and handed in."""
    (name,) = chosen([service])
    found = called(context, lambda calls: calls.get(name, "/batches", size=_SHOWN))["items"]
    if as_json:
        print_json({name: found})
        return
    listing = Listing(
        "时间 · at\n方向 · way",
        "文件 · file\n批次 · batch\n经办 · by",
        "报文\nmessages",
        "结果 · outcomes",
        several=True,
    )
    for batch in found:
        way = "导出 → · out" if batch["direction"] == "out" else "导入 ← · in"
        counts = [f"{outcome(it)} {times}" for it, times in batch["outcomes"].items()]
        file = batch["name"], batch["id"], batch["by"]
        listing.row((moment(batch["at"]), way), file, str(batch["rows"]), counts or "进行中 · under way")
    listing.print()


def _progress(what: str, *, shown: bool) -> Progress:
    columns = SpinnerColumn(), TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not (shown and console.is_terminal))
