"""成批导入 over HTTP: template, preview, progress, rows given back, and the word to put them in."""

import asyncio
from hashlib import sha256
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response, UploadFile

from services.filing.domain import bulk as rules
from services.filing.domain.bulk import ImportKind
from services.filing.domain.line import LineState
from services.filing.handlers import imports
from services.filing.handlers.imports import OnImport, PreviewImport
from services.filing.routes.callers import CreateOnce, Officer, OpenWork
from services.filing.schemas.imports import ImportView, LinesView, LineView, PreviewView, SentFile
from services.filing.sheets import TEMPLATE_VERSION, given_back, layout_of, read_filled
from shared.clock import SHANGHAI, Clock
from shared.errors import Stale, TooLarge
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.uploads import uploaded
from shared.http.work import PageView, shown, shown_page
from shared.identity import NotYours, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import Policy
from shared.sheets import refusals as sheets
from shared.sheets.returning import with_errors
from shared.sheets.templates import template

router = APIRouter(prefix="/v1/imports", tags=["imports · 成批导入"])

UPLOADS = r"/v1/imports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FILE: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX: {"schema": {"type": "string", "format": "binary"}}}, "description": "XLSX"}
}
_LONGEST_NAME = 120
_UNREADABLE = tuple(
    kind for kind in vars(sheets).values() if isinstance(kind, type) and issubclass(kind, sheets.SheetRefused)
)
_CHANGING = (rules.UnknownImport, rules.ImportSettled, Stale, PreconditionMissing)


async def of_organ(caller: Officer) -> Principal:
    """An officer of an organ; raises NotYours for anybody who belongs to none."""
    if caller.organ is None:
        raise NotYours("须为经办机关的人员 · For officers of an organ")
    return caller


ImportOfficer = Annotated[Principal, Depends(of_organ)]


async def on_import(import_id: UUID, caller: Officer, seen: Seen) -> OnImport:
    """The import an officer decides on, at the version seen."""
    return OnImport(import_id=import_id, seen=seen, by=caller.subject)


Decided = Annotated[OnImport, Depends(on_import)]


def most_bytes(policy: Policy, clock: Clock) -> int:
    """How large a spreadsheet may be."""
    return policy.number("import.max_bytes", clock.now().astimezone(SHANGHAI).date())


@router.get("/template", response_class=Response, responses={**problems(NotYours), **_FILE})
async def read_template(kind: ImportKind, caller: ImportOfficer, request: Request) -> Response:
    """导入模板 · The spreadsheet to be filled in, with the choices of the policy."""
    policy: Policy = request.app.state.policy
    layout = layout_of(kind, policy, organs=policy.territory(caller.organ or ""))
    return _workbook(await asyncio.to_thread(template, layout), f"{layout.name}.xlsx")


@router.post(
    "",
    status_code=201,
    response_model=PreviewView,
    responses=problems(NotYours, KeyReused, rules.SameFile, TooLarge, *_UNREADABLE),
)
async def preview_import(
    *, kind: ImportKind, file: UploadFile, caller: ImportOfficer, once: CreateOnce, request: Request
) -> Response:
    """上传预览 · Check a filled-in spreadsheet (XLSX or CSV) row by row; nothing is put in yet."""
    policy, clock = request.app.state.policy, request.app.state.clock
    most = most_bytes(policy, clock)
    content = await uploaded(file, most=most)
    today = clock.now().astimezone(SHANGHAI).date()
    rows = policy.number("import.max_rows", today)
    filled = await asyncio.to_thread(
        read_filled, content, layout_of(kind, policy), most_rows=rows, most_bytes=most
    )
    command = PreviewImport(
        kind=kind,
        organ=caller.organ or "",
        by=caller.subject,
        file_name=_cleaned(file.filename or ""),
        sha256=sha256(content).hexdigest(),
        source=filled.source,
        template_version=TEMPLATE_VERSION,
        lines=filled.lines,
    )
    entries = await imports.read_entries(command, policy, today=today)
    return await once.create(
        caller,
        SentFile(kind=kind, sha256=command.sha256),
        make=lambda work: imports.preview_import(command, entries, work),
        show=lambda bulk: PreviewView.with_first(bulk, command.lines),
    )


@router.get("", response_model=PageView[ImportView], responses=problems(BadCursor))
async def list_imports(
    *, caller: Officer, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """导入记录 · Imports, the latest first."""
    async with open_work(caller) as work:
        page = await work.imports.page(cursor=cursor, size=size)
    return shown_page(page, ImportView.of)


@router.get("/{import_id}", response_model=ImportView, responses=problems(rules.UnknownImport))
async def read_import(import_id: UUID, caller: Officer, open_work: OpenWork) -> Response:
    """导入进度 · How an import stands."""
    async with open_work(caller) as work:
        bulk = await work.imports.get(import_id)
    return shown(ImportView.of(bulk))


@router.get("/{import_id}/rows", responses=problems(rules.UnknownImport, BadCursor))
async def list_rows(
    *,
    import_id: UUID,
    caller: Officer,
    open_work: OpenWork,
    state: Annotated[LineState | None, Query(description="行状态 · rows in this state only")] = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> LinesView:
    """导入明细 · Rows in the order of the sheet, with what was found and what became of them."""
    async with open_work(caller) as work:
        await work.imports.get(import_id)
        page = await work.imports.lines(import_id, state, cursor=cursor, size=size)
    return LinesView(items=[LineView.of(line) for line in page.items], next=page.next)


@router.get(
    "/{import_id}/errors.xlsx",
    response_class=Response,
    responses={**problems(rules.UnknownImport, rules.NothingWrong), **_FILE},
)
async def read_errors(import_id: UUID, caller: Officer, open_work: OpenWork, request: Request) -> Response:
    """错误行 · The rows that did not go in, marked; corrected, they can be sent again as they are."""
    async with open_work(caller) as work:
        bulk = await work.imports.get(import_id)
        wrong = await work.imports.wrong(import_id)
    if not wrong:
        raise rules.NothingWrong
    policy: Policy = request.app.state.policy
    layout = layout_of(bulk.kind, policy, organs=policy.territory(bulk.organ))
    content = await asyncio.to_thread(lambda: with_errors(layout, given_back(wrong, layout)))
    return _workbook(content, f"errors-{import_id}.xlsx")


@router.post(
    "/{import_id}/commit",
    response_model=ImportView,
    responses=problems(*_CHANGING, rules.NothingGood),
)
async def commit_import(command: Decided, caller: Officer, open_work: OpenWork) -> Response:
    """提交入库 · Put the good rows in; answered at once, done in the background, group by group."""
    async with open_work(caller) as work:
        bulk = await imports.commit_import(command, work)
    return shown(ImportView.of(bulk))


@router.post("/{import_id}/discard", response_model=ImportView, responses=problems(*_CHANGING))
async def discard_import(command: Decided, caller: Officer, open_work: OpenWork) -> Response:
    """作废 · Put nothing in and forget the rows."""
    async with open_work(caller) as work:
        bulk = await imports.discard_import(command, work)
    return shown(ImportView.of(bulk))


def _workbook(content: bytes, name: str) -> Response:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=XLSX, headers=disposition)


def _cleaned(name: str) -> str:
    """The file's own name, to be shown: no folders, nothing that cannot be seen."""
    own = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in own if char.isprintable())[:_LONGEST_NAME] or "upload"
