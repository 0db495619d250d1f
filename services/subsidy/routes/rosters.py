"""证书名册 over HTTP: an institution names its certificates; what is wrong comes back row by row."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, UploadFile

from services.subsidy.domain import refusals
from services.subsidy.domain.upload import NothingReturned, UnknownUpload, UploadKind
from services.subsidy.handlers.rosters import TakeRoster, read_upload, take_roster
from services.subsidy.routes.callers import Claimant, OpenWork, person
from services.subsidy.routes.sheets import A_WORKBOOK, UPLOADING, TakeOnce, empty, errors, received
from services.subsidy.schemas.uploads import SentFile, UploadView
from services.subsidy.sheets import ROSTER
from shared.http.problems import problems
from shared.http.work import shown
from shared.identity import NotYours

router = APIRouter(prefix="/v1/certificates/rosters", tags=["rosters · 证书名册"])

UPLOADS = r"/v1/certificates/rosters"


@router.get("/template", response_class=Response, responses={**problems(), **A_WORKBOOK})
async def read_roster_template(caller: Claimant) -> Response:
    """名册模板 · The spreadsheet to be filled in; its column keys are also the keys of a JSON roster."""
    del caller
    return await empty(ROSTER)


@router.post(
    "",
    status_code=201,
    response_model=UploadView,
    responses=problems(*UPLOADING, refusals.UnknownInstitution, NotYours),
)
async def take(
    *,
    institution_id: Annotated[UUID, Query(description="报送机构 · the institution that hands it in")],
    file: UploadFile,
    caller: Claimant,
    once: TakeOnce,
    request: Request,
) -> Response:
    """报送名册 · XLSX, CSV or JSON. Good rows are kept unverified, wrong ones come back; the rest goes on."""
    sheet = await received(file, ROSTER, request)
    command = TakeRoster(institution_id=institution_id, holder=caller.holder, by=person(caller), sheet=sheet)
    return await once.create(
        caller,
        SentFile(kind=UploadKind.ROSTER, about=str(institution_id), sha256=sheet.sha256),
        make=lambda work: take_roster(command, work),
        show=lambda taken: UploadView.of(*taken),
    )


@router.get("/{roster_id}", response_model=UploadView, responses=problems(UnknownUpload))
async def read_roster(roster_id: UUID, caller: Claimant, open_work: OpenWork) -> Response:
    """名册结果 · What became of a roster."""
    async with open_work(caller) as work:
        upload, returned = await read_upload(roster_id, UploadKind.ROSTER, work)
    return shown(UploadView.of(upload, returned))


@router.get(
    "/{roster_id}/errors.xlsx",
    response_class=Response,
    responses={**problems(UnknownUpload, NothingReturned), **A_WORKBOOK},
)
async def read_roster_errors(roster_id: UUID, caller: Claimant, open_work: OpenWork) -> Response:
    """退回的行 · The rows that were not taken, marked with the reasons."""
    async with open_work(caller) as work:
        _, returned = await read_upload(roster_id, UploadKind.ROSTER, work)
    return await errors(roster_id, ROSTER, returned)
