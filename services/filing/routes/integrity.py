"""失信记录: who may not pledge for a time, in the whole city (N3.3)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.filing.domain.integrity import (
    AlreadyAnnulled,
    IntegrityRecord,
    NotYetDishonest,
    NotYourRecord,
    UnknownIntegrityRecord,
)
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers.integrity import AnnulRecord, EnterRecord, annul_record, enter_record
from services.filing.routes.callers import CreateOnce, Officer, OpenWork, Reader
from services.filing.schemas.pledges import AnnulmentBody, IntegrityRecordView, NewIntegrityRecord
from shared.errors import Stale
from shared.http.auth import NotPermitted
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Principal
from shared.paging import BadCursor, Page
from shared.persistence.idempotency import KeyReused
from shared.values import Uscc

router = APIRouter(prefix="/v1/integrity-records", tags=["integrity · 失信记录"])


@router.post(
    "",
    status_code=201,
    response_model=IntegrityRecordView,
    responses=problems(NotYetDishonest, NotPermitted, RecusedOfficer, KeyReused),
)
async def enter_integrity_record(body: NewIntegrityRecord, caller: Officer, once: CreateOnce) -> Response:
    """记入失信 · Enter a body that may not pledge until the record has run out."""
    command = EnterRecord(**body.model_dump(), organ=_organ_of(caller))
    return await once.create(
        caller, body, make=lambda work: enter_record(command, work), show=IntegrityRecordView.of
    )


@router.post(
    "/{record_id}/annulment",
    response_model=IntegrityRecordView,
    responses=problems(
        UnknownIntegrityRecord,
        NotYourRecord,
        AlreadyAnnulled,
        NotPermitted,
        RecusedOfficer,
        Stale,
        PreconditionMissing,
    ),
)
async def annul_integrity_record(
    *, record_id: UUID, body: AnnulmentBody, seen: Seen, caller: Officer, open_work: OpenWork
) -> Response:
    """撤销失信记录 · Annul what was entered by mistake; it stays visible as annulled."""
    command = AnnulRecord(record_id=record_id, seen=seen, reason=body.reason, organ=_organ_of(caller))
    async with open_work(caller) as work:
        record = await annul_record(command, work)
    return shown(IntegrityRecordView.of(record))


@router.get("", response_model=PageView[IntegrityRecordView], responses=problems(BadCursor))
async def list_integrity_records(
    *,
    caller: Reader,
    open_work: OpenWork,
    uscc: Annotated[Uscc | None, Query(description="仅此单位 · of this body only")] = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """失信记录 · Every record in the city, the latest first; a body sees its own only."""
    own = Uscc(caller.holder) if caller.holder else None
    if caller.organ is None and own is None:
        return shown_page(Page[IntegrityRecord](items=[], next=None), IntegrityRecordView.of)
    async with open_work(caller) as work:
        page = await work.integrity.page(uscc=uscc if caller.organ else own, cursor=cursor, size=size)
    return shown_page(page, IntegrityRecordView.of)


@router.get(
    "/{record_id}",
    response_model=IntegrityRecordView,
    responses=problems(UnknownIntegrityRecord, NotPermitted),
)
async def read_integrity_record(record_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """失信记录详情 · One record; a body reads its own only."""
    async with open_work(caller) as work:
        record = await work.integrity.get(record_id)
    if caller.organ is None and caller.holder != record.uscc:
        raise UnknownIntegrityRecord(str(record_id))
    return shown(IntegrityRecordView.of(record))


def _organ_of(caller: Principal) -> str:
    """Raises NotPermitted for whoever belongs to no organ."""
    if caller.organ is None:
        raise NotPermitted("须为经办机关 · for organs")
    return caller.organ
