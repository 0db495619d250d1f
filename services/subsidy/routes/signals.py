"""Signals over HTTP, for officers: what looks wrong about the institutions, certificates and claims within reach."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.subsidy.domain import refusals
from services.subsidy.domain.signal import SignalKind, SignalState, Sought, UnknownSignal
from services.subsidy.routes.callers import OpenWork, Reviewer
from services.subsidy.schemas.parts import OrganCode
from services.subsidy.schemas.signals import SignalView
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor

router = APIRouter(prefix="/v1/signals", tags=["signals · 风险信号"])

Touching = Annotated[UUID | None, Query(description="只看涉及该申领的 · only what touches this claim")]


async def sought(
    kind: SignalKind | None = None,
    state: SignalState | None = None,
    institution_id: UUID | None = None,
    organ: OrganCode | None = None,
) -> Sought:
    """What a list is narrowed to."""
    return Sought(kind=kind, state=state, institution_id=institution_id, organ=organ)


@router.get("", response_model=PageView[SignalView], responses=problems(BadCursor, refusals.UnknownClaim))
async def list_signals(
    *,
    caller: Reviewer,
    open_work: OpenWork,
    wanted: Annotated[Sought, Depends(sought)],
    claim_id: Touching = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """风险信号列表 · What looks wrong, the latest first. It decides nothing; supervision looks into it (N3.3)."""
    async with open_work(caller) as work:
        touching = await work.claims.get(claim_id) if claim_id else None
        page = await work.signals.page(wanted.about(touching), cursor=cursor, size=size)
    return shown_page(page, SignalView.of)


@router.get("/{signal_id}", response_model=SignalView, responses=problems(UnknownSignal))
async def read_signal(signal_id: UUID, caller: Reviewer, open_work: OpenWork) -> Response:
    """风险信号详情 · One signal with its evidence, and what supervision found."""
    async with open_work(caller) as work:
        signal = await work.signals.get(signal_id)
    return shown(SignalView.of(signal))
