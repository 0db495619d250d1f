"""Ceremonies in which plaques and certificates are handed over (N3.5)."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.filing.domain import ceremony as rules
from services.filing.handlers import ceremonies
from services.filing.handlers.ceremonies import RecordCeremony
from services.filing.routes.callers import CreateOnce, Officer, OpenWork
from services.filing.schemas.ceremonies import CeremonyView, HeldView, NewCeremony
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

router = APIRouter(prefix="/v1/ceremonies", tags=["ceremonies · 挂牌授证仪式"])


@router.post(
    "",
    status_code=201,
    response_model=HeldView,
    responses=problems(rules.NotHeldYet, KeyReused, NotYours),
)
async def record_ceremony(body: NewCeremony, caller: Officer, once: CreateOnce) -> Response:
    """登记授证仪式 · Report many plaques and certificates as handed over; what cannot be is told row by row."""
    if caller.organ != body.organ:
        raise NotYours("只能登记本机关的仪式 · You may record your own organ's ceremonies only")
    command = RecordCeremony(**body.model_dump(), actor=caller.subject)
    return await once.create(
        caller, body, make=lambda work: ceremonies.record_ceremony(command, work), show=HeldView.whole
    )


@router.get("", response_model=PageView[CeremonyView], responses=problems(BadCursor))
async def list_ceremonies(
    *, caller: Officer, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """历次授证仪式 · Ceremonies within your reach, the latest recorded first."""
    async with open_work(caller) as work:
        page = await work.ceremonies.page(cursor=cursor, size=size)
    return shown_page(page, CeremonyView.of)


@router.get("/{ceremony_id}", response_model=CeremonyView, responses=problems(rules.UnknownCeremony))
async def read_ceremony(ceremony_id: UUID, caller: Officer, open_work: OpenWork) -> Response:
    """授证仪式详情 · One ceremony; the obligations it settled name it in their note."""
    async with open_work(caller) as work:
        ceremony = await work.ceremonies.get(ceremony_id)
    return shown(CeremonyView.of(ceremony))
