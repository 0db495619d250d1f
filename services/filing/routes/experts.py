"""An organ's roster of experts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.filing.domain.expert import LoginTaken, NotYourExpert, UnknownExpert
from services.filing.handlers import experts
from services.filing.handlers.experts import AppointExpert, ReviseExpert
from services.filing.routes.callers import CreateOnce, Officer, OpenWork
from services.filing.schemas.experts import ExpertChanges, ExpertView, NewExpert
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import UnknownOccupation

router = APIRouter(prefix="/v1/experts", tags=["experts · 专家"])

Active = Annotated[
    bool | None, Query(description="是否在聘 · only those who serve, or only those who do not")
]


@router.post(
    "",
    status_code=201,
    response_model=ExpertView,
    responses=problems(UnknownOccupation, LoginTaken, KeyReused, NotYours),
)
async def appoint_expert(body: NewExpert, caller: Officer, once: CreateOnce) -> Response:
    """聘请专家 · Put an expert on your organ's roster."""
    if caller.organ != body.organ:
        raise NotYours("只能聘请到本机关 · You may appoint for your own organ only")
    command = AppointExpert(**body.made())
    return await once.create(
        caller, body, make=lambda work: experts.appoint_expert(command, work), show=ExpertView.of
    )


@router.get("", response_model=PageView[ExpertView], responses=problems(BadCursor))
async def list_experts(
    *,
    caller: Officer,
    open_work: OpenWork,
    active: Active = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """专家名册 · Experts you may call: your organ's, those of organs below it, and the city's, by name."""
    async with open_work(caller) as work:
        page = await work.experts.page(active=active, cursor=cursor, size=size)
    return shown_page(page, ExpertView.of)


@router.get("/{expert_id}", response_model=ExpertView, responses=problems(UnknownExpert))
async def read_expert(expert_id: UUID, caller: Officer, open_work: OpenWork) -> Response:
    """专家详情 · One expert."""
    async with open_work(caller) as work:
        expert = await work.experts.get(expert_id)
    return shown(ExpertView.of(expert))


@router.patch(
    "/{expert_id}",
    response_model=ExpertView,
    responses=problems(
        UnknownExpert, NotYourExpert, UnknownOccupation, LoginTaken, Stale, PreconditionMissing
    ),
)
async def revise_expert(
    *, expert_id: UUID, body: ExpertChanges, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """更新专家 · Change what is known of an expert of your own organ."""
    command = ReviseExpert(expert_id=expert_id, seen=seen, organ=caller.organ or "", changes=body.made())
    async with open_work(caller) as work:
        expert = await experts.revise_expert(command, work)
    return shown(ExpertView.of(expert))
