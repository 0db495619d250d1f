"""证明材料 over HTTP: handed in by the claimant, checked by an officer of the handling organ."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, File, Form, Request, Response, UploadFile
from fastapi.responses import StreamingResponse

from services.subsidy.domain import evidence as rules
from services.subsidy.domain import refusals
from services.subsidy.domain.evidence import Document, EvidenceState
from services.subsidy.domain.fact import FactKind, FaultyFact, Value
from services.subsidy.handlers import Work
from services.subsidy.handlers import evidence as handling
from services.subsidy.handlers.evidence import HandInEvidence, OnEvidence
from services.subsidy.handlers.knowledge import FactInFuture
from services.subsidy.routes.callers import Claimant, CreateOnce, OpenWork, Reader, Reviewer, person
from services.subsidy.schemas.evidence import AcceptanceBody, EvidenceView, RejectionBody
from services.subsidy.schemas.parts import Body
from shared.clock import SHANGHAI, Clock
from shared.contracts.queries import (
    AnyNumber,
)
from shared.errors import Stale, TooLarge
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.uploads import uploaded
from shared.http.work import PageView, shown, shown_page
from shared.identity import NotYours, Principal
from shared.objects import Limits, NoSuchObject, ObjectStore, Tampered, examine, read_through
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import Policy

router = APIRouter(prefix="/v1/evidence", tags=["evidence · 证明材料"])

UPLOADS = r"/v1/evidence"
_A_FILE = {"schema": {"type": "string", "format": "binary"}}
_TRUTHS = {"true": True, "false": False}
_CHECKING = (
    rules.UnknownEvidence,
    rules.EvidenceSettled,
    refusals.NotTheHandlingOrgan,
    Stale,
    PreconditionMissing,
)


async def objects_of(request: Request) -> ObjectStore:
    """Where files are kept."""
    store: ObjectStore = request.app.state.objects
    return store


def most_bytes(policy: Policy, clock: Clock) -> int:
    """How large a document may be today."""
    return policy.number("material.max_bytes", clock.now().astimezone(SHANGHAI).date())


class Stated(Body):
    """What makes two pieces of evidence the same one."""

    certificate_number: AnyNumber
    kind: FactKind
    value: bool | int | str
    about: date
    sha256: str


Objects = Annotated[ObjectStore, Depends(objects_of)]


async def received(
    *,
    request: Request,
    file: Annotated[UploadFile, File(description="PDF、图片、XLSX 或 DOCX · the document itself")],
    certificate_number: Annotated[AnyNumber, Form()],
    kind: Annotated[FactKind, Form()],
    value: Annotated[str, Form(max_length=40, description="月数、true/false 或用工关系 · what it shows")],
    about: Annotated[date, Form(description="所属日期 · the day or month it is about")],
) -> tuple[Stated, Document, bytes]:
    """What is stated, what the file was found to be, and its content; raises TooLarge, or what `examine` does."""
    most = most_bytes(request.app.state.policy, request.app.state.clock)
    content = await uploaded(file, most=most)
    found = await asyncio.to_thread(
        examine, content, file_name=file.filename or "", limits=Limits(most_bytes=most)
    )
    stated = Stated(
        certificate_number=certificate_number,
        kind=kind,
        value=_value(kind, value),
        about=about,
        sha256=found.sha256,
    )
    document = Document(
        sha256=found.sha256, media_type=found.media_type, extension=found.extension, size=found.size
    )
    return stated, document, content


Received = Annotated[tuple[Stated, Document, bytes], Depends(received)]


@router.post(
    "",
    status_code=201,
    response_model=EvidenceView,
    responses=problems(refusals.UnknownCertificate, NotYours, FaultyFact, FactInFuture, TooLarge, KeyReused),
)
async def hand_in(*, handed_in: Received, caller: Claimant, once: CreateOnce, objects: Objects) -> Response:
    """提交证明 · State a fact about a holder and hand in the document; it counts once an officer accepts it."""
    stated, document, content = handed_in
    command = HandInEvidence(
        certificate_number=stated.certificate_number,
        kind=stated.kind,
        value=stated.value,
        about=stated.about,
        document=document,
        holder=caller.holder,
        by=person(caller),
    )

    async def make(work: Work) -> rules.Evidence:
        evidence = await handling.hand_in_evidence(command, work)
        await objects.put(document.sha256, content)
        return evidence

    return await once.create(caller, stated, make=make, show=EvidenceView.of)


@router.get("", response_model=PageView[EvidenceView], responses=problems(BadCursor))
async def list_evidence(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: EvidenceState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """证明列表 · Evidence in the order in which it came in."""
    async with open_work(caller) as work:
        page = await work.evidence.page(state=state, cursor=cursor, size=size)
    return shown_page(page, EvidenceView.of)


@router.get("/{evidence_id}", response_model=EvidenceView, responses=problems(rules.UnknownEvidence))
async def read_evidence(evidence_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """证明详情 · One document, what it is to show, and what became of it."""
    async with open_work(caller) as work:
        evidence = await work.evidence.get(evidence_id)
    return shown(EvidenceView.of(evidence))


@router.get(
    "/{evidence_id}/document",
    response_class=Response,
    responses={
        **problems(rules.UnknownEvidence, NoSuchObject, Tampered),
        200: {"description": "文件原样 · the file as it came", "content": {"application/pdf": _A_FILE}},
    },
)
async def read_document(
    *, evidence_id: UUID, caller: Reader, open_work: OpenWork, objects: Objects
) -> Response:
    """下载证明 · The file as it was handed in; refused when it no longer has the digest it had then."""
    async with open_work(caller) as work:
        document = (await work.evidence.get(evidence_id)).document
    await read_through(await objects.stream(document.sha256))  # whole and undamaged, before anything is sent
    name = f'attachment; filename="{evidence_id}.{document.extension}"'
    return StreamingResponse(
        await objects.stream(document.sha256),
        media_type=document.media_type,
        headers={"Content-Length": str(document.size), "Content-Disposition": name},
    )


@router.post(
    "/{evidence_id}/acceptance", response_model=EvidenceView, responses=problems(*_CHECKING, FaultyFact)
)
async def accept(
    *, evidence_id: UUID, body: AcceptanceBody, caller: Reviewer, seen: Seen, open_work: OpenWork
) -> Response:
    """采信 · The document shows the fact; claims that waited for it are decided again."""
    async with open_work(caller) as work:
        command = _on(evidence_id, caller, seen, reason=body.reason)
        evidence = await handling.accept_evidence(command, work, value=body.value)
    return shown(EvidenceView.of(evidence))


@router.post(
    "/{evidence_id}/rejection",
    response_model=EvidenceView,
    responses=problems(*_CHECKING, refusals.ReasonMissing),
)
async def reject(
    *, evidence_id: UUID, body: RejectionBody, caller: Reviewer, seen: Seen, open_work: OpenWork
) -> Response:
    """不予采信 · The document does not show the fact."""
    async with open_work(caller) as work:
        command = _on(evidence_id, caller, seen, reason=body.reason)
        evidence = await handling.reject_evidence(command, work)
    return shown(EvidenceView.of(evidence))


def _on(evidence_id: UUID, caller: Principal, seen: int, *, reason: str) -> OnEvidence:
    return OnEvidence(
        evidence_id=evidence_id, seen=seen, by=person(caller), organ=caller.organ or "", reason=reason
    )


def _value(kind: FactKind, text: str) -> Value:
    """What was typed, as its kind has it; raises FaultyFact."""
    if kind is FactKind.EMPLOYMENT:
        return text
    if kind is FactKind.INSURED_MONTHS:
        if not (text.isascii() and text.isdigit()):
            raise FaultyFact("月数须为非负整数 · Months are a whole number")
        return int(text)
    if text not in _TRUTHS:
        raise FaultyFact("须为 true 或 false · It must be true or false")
    return _TRUTHS[text]
