"""参保与用工情况 over HTTP: files of the insurance office."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response, UploadFile

from services.subsidy.domain.upload import NothingReturned, UnknownUpload, UploadKind
from services.subsidy.handlers.knowledge import TakeFacts, take_fact_sheet
from services.subsidy.handlers.rosters import read_upload
from services.subsidy.routes.callers import OpenWork, Reviewer, person
from services.subsidy.routes.sheets import A_WORKBOOK, UPLOADING, TakeOnce, empty, errors, received
from services.subsidy.schemas.uploads import SentFile, UploadView
from services.subsidy.sheets import FACTS
from shared.http.problems import problems
from shared.http.work import shown
from shared.identity import NotYours, Principal

router = APIRouter(prefix="/v1/facts/files", tags=["facts · 参保与用工情况"])

UPLOADS = r"/v1/facts/files"


async def of_organ(caller: Reviewer) -> Principal:
    """An officer of an organ; raises NotYours for anybody who belongs to none."""
    if caller.organ is None:
        raise NotYours("须为经办机关的人员 · For officers of an organ")
    return caller


Officer = Annotated[Principal, Depends(of_organ)]


@router.get("/template", response_class=Response, responses={**problems(NotYours), **A_WORKBOOK})
async def read_facts_template(caller: Officer) -> Response:
    """数据模板 · The spreadsheet to be filled in by the insurance office."""
    del caller
    return await empty(FACTS)


@router.post("", status_code=201, response_model=UploadView, responses=problems(*UPLOADING, NotYours))
async def take_facts_file(*, file: UploadFile, caller: Officer, once: TakeOnce, request: Request) -> Response:
    """导入数据 · Facts about holders by document number, which is sealed at once; wrong rows come back."""
    sheet = await received(file, FACTS, request)
    command = TakeFacts(organ=caller.organ or "", by=person(caller), sheet=sheet)
    return await once.create(
        caller,
        SentFile(kind=UploadKind.FACTS, about=command.organ, sha256=sheet.sha256),
        make=lambda work: take_fact_sheet(command, work),
        show=lambda taken: UploadView.of(*taken),
    )


@router.get("/{file_id}", response_model=UploadView, responses=problems(UnknownUpload))
async def read_facts_file(file_id: UUID, caller: Reviewer, open_work: OpenWork) -> Response:
    """导入结果 · What became of a file."""
    async with open_work(caller) as work:
        upload, returned = await read_upload(file_id, UploadKind.FACTS, work)
    return shown(UploadView.of(upload, returned))


@router.get(
    "/{file_id}/errors.xlsx",
    response_class=Response,
    responses={**problems(UnknownUpload, NothingReturned), **A_WORKBOOK},
)
async def read_facts_errors(file_id: UUID, caller: Reviewer, open_work: OpenWork) -> Response:
    """退回的行 · The rows that were not taken, marked with the reasons."""
    async with open_work(caller) as work:
        _, returned = await read_upload(file_id, UploadKind.FACTS, work)
    return await errors(file_id, FACTS, returned)
