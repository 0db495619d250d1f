"""Documents of a case: files handed in and given out again, and what is still wanting."""

import asyncio
import unicodedata
from pathlib import PurePosixPath
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.filing.domain import materials as documents
from services.filing.domain import refusals
from services.filing.domain.terms import Material
from services.filing.handlers import materials
from services.filing.routes.callers import CHANGING, ApplicantCaller, ByApplicant, OpenWork, Reader
from services.filing.routes.cases import shown_case
from services.filing.schemas.cases import FilingView
from services.filing.schemas.materials import ChecklistView, MaterialKindId
from services.filing.schemas.parts import Day
from shared.clock import SHANGHAI, Clock
from shared.errors import TooLarge
from shared.http.problems import problems
from shared.http.uploads import uploaded
from shared.objects import Limits, NoSuchObject, ObjectStore, Tampered, examine, read_through
from shared.policy import Policy

router = APIRouter(prefix="/v1/filings", tags=["materials · 备案材料"])

UPLOADS = r"/v1/filings/[^/]+/materials/[^/]+"
"""The paths of larger bodies."""

_A_FILE = {"schema": {"type": "string", "format": "binary"}}
GIVEN_OUT: dict[str, Any] = {
    "description": "文件原样 · the file as it came",
    "content": dict.fromkeys(documents.FORMATS, _A_FILE),
}
"""How the answer with a file is documented."""
_SEPARATORS = str.maketrans("\\", "/")


async def objects_of(request: Request) -> ObjectStore:
    """Where files are kept."""
    store: ObjectStore = request.app.state.objects
    return store


def most_bytes(policy: Policy, clock: Clock) -> int:
    """How large a file may be today."""
    return policy.number("material.max_bytes", clock.now().astimezone(SHANGHAI).date())


async def received(
    request: Request,
    kind: MaterialKindId,
    file: Annotated[UploadFile, File(description="PDF、图片、XLSX 或 DOCX · the document itself")],
    issued_on: Annotated[Day | None, Form(description="出具日期 · its date")] = None,
) -> tuple[Material, bytes]:
    """A file as it came and what it was found to be; raises TooLarge, or what `examine` does."""
    most = most_bytes(request.app.state.policy, request.app.state.clock)
    content, name = await uploaded(file, most=most), _name_of(file)
    found = await asyncio.to_thread(examine, content, file_name=name, limits=Limits(most_bytes=most))
    material = Material(
        kind=kind,
        file_name=name,
        sha256=found.sha256,
        media_type=found.media_type,
        size=found.size,
        issued_on=issued_on,
    )
    return material, content


def _name_of(file: UploadFile) -> str:
    """The name alone, as some programs send the whole path; composed characters, so that it can be found again."""
    path = (file.filename or "").translate(_SEPARATORS)
    return unicodedata.normalize("NFC", PurePosixPath(path).name).strip()


Objects = Annotated[ObjectStore, Depends(objects_of)]
Received = Annotated[tuple[Material, bytes], Depends(received)]


@router.put(
    "/{filing_id}/materials/{kind}",
    response_model=FilingView,
    responses=problems(
        *CHANGING,
        TooLarge,
        refusals.UnknownMaterial,
        refusals.NotMarked,
        documents.WrongFormat,
        documents.NotYetIssued,
        documents.PledgeStands,
    ),
)
async def hand_in_material(
    *,
    command: ByApplicant,
    handed_in: Received,
    caller: ApplicantCaller,
    open_work: OpenWork,
    objects: Objects,
) -> Response:
    """提交材料 · Hand in one document, or replace it; the file is examined, then kept, then named in the case."""
    material, content = handed_in
    async with open_work(caller) as work:
        await materials.check_material(command, material, work)
    await objects.put(material.sha256, content)
    async with open_work(caller) as work:
        filing = await materials.hand_in_material(command, material, work)
    return await shown_case(filing, caller, open_work)


@router.get(
    "/{filing_id}/materials/{kind}",
    response_class=Response,
    responses={
        **problems(refusals.UnknownFiling, documents.NotHandedIn, NoSuchObject, Tampered),
        200: GIVEN_OUT,
    },
)
async def read_material(
    *, filing_id: UUID, kind: MaterialKindId, caller: Reader, open_work: OpenWork, objects: Objects
) -> Response:
    """下载材料 · The file as it was handed in; refused when it no longer has the digest it had then."""
    async with open_work(caller) as work:
        material = materials.file_of(await work.filings.get(filing_id), kind)
    return await streamed(material, objects)


async def streamed(material: Material, objects: ObjectStore) -> Response:
    """The file as an answer; raises NoSuchObject or Tampered before anything of it is sent."""
    size = await read_through(await objects.stream(material.sha256))  # whole and undamaged
    return StreamingResponse(
        await objects.stream(material.sha256),
        media_type=material.media_type,
        headers={"Content-Length": str(size), "Content-Disposition": _attached(material)},
    )


def _attached(material: Material) -> str:
    """For saving, never for showing; the name in the form of RFC 8187."""
    suffix = PurePosixPath(material.file_name).suffix
    plain = f"{material.kind}{suffix if suffix.isascii() else ''}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(material.file_name, safe='')}"


@router.delete(
    "/{filing_id}/materials/{kind}",
    response_model=FilingView,
    responses=problems(*CHANGING, refusals.NotMarked, documents.NotHandedIn, documents.PledgeStands),
)
async def take_material_back(
    command: ByApplicant, kind: MaterialKindId, caller: ApplicantCaller, open_work: OpenWork
) -> Response:
    """撤回材料 · Take one document out of the case."""
    async with open_work(caller) as work:
        filing = await materials.take_material_back(command, kind, work)
    return await shown_case(filing, caller, open_work)


@router.get(
    "/{filing_id}/checklist", response_model=ChecklistView, responses=problems(refusals.UnknownFiling)
)
async def read_checklist(filing_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """材料清单 · Every document asked for: how it stands, why, in which form, and whether it may be pledged."""
    async with open_work(caller) as work:
        filing = await work.filings.get(filing_id)
        checked = filing.checklist(work.policy, at=work.at)
    view = ChecklistView.of(filing, checked, work.policy)
    return Response(view.model_dump_json(), media_type="application/json")
