"""Recoveries over HTTP: looked at, opened, noticed, cancelled, and read by everybody concerned."""

import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.subsidy.domain import recovery_faults as faults
from services.subsidy.domain import refusals
from services.subsidy.domain.item import UnknownItem
from services.subsidy.domain.recoverable import Evaluated
from services.subsidy.domain.recoveries import Wanted
from services.subsidy.domain.recovery_notice import NoticeContent
from services.subsidy.domain.recovery_terms import Cause, RecoveryState
from services.subsidy.handlers import recoveries
from services.subsidy.handlers.recoveries import OnRecovery, OpenRecovery
from services.subsidy.handlers.recovery_notices import read_notice
from services.subsidy.recovery_paper import draw_notice
from services.subsidy.routes.callers import CreateOnce, OpenWork, Payer, Reader, Reviewer, person
from services.subsidy.schemas.prospects import PreviewBody, ProspectsView, SanctionedList
from services.subsidy.schemas.recoveries import (
    NewRecovery,
    RecoveryView,
    WholeRecoveryView,
)
from services.subsidy.schemas.repayments import ReasonBody
from shared.documents import GlyphMissing
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

router = APIRouter(prefix="/v1/recoveries", tags=["recoveries · 追回"])

CHANGING = (
    faults.UnknownRecovery,
    faults.RecoveryOutOfTurn,
    refusals.NotTheHandlingOrgan,
    Stale,
    PreconditionMissing,
)
_OPENING = (
    UnknownItem,
    faults.SeveralDebtors,
    faults.CauseDoesNotHold,
    faults.AtTheBank,
    faults.AlreadyUnderRecovery,
    faults.AskedTooMuch,
    faults.NothingToRecover,
)
_PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


def _on(recovery_id: UUID, caller: Principal, seen: int) -> OnRecovery:
    return OnRecovery(recovery_id=recovery_id, seen=seen, by=person(caller), organ=caller.organ or "")


async def by_reviewer(recovery_id: UUID, caller: Reviewer, seen: Seen) -> OnRecovery:
    """The recovery an officer acts on, at the version seen."""
    return _on(recovery_id, caller, seen)


async def by_payer(recovery_id: UUID, caller: Payer, seen: Seen) -> OnRecovery:
    """The recovery an accountant acts on, at the version seen."""
    return _on(recovery_id, caller, seen)


ByReviewer = Annotated[OnRecovery, Depends(by_reviewer)]
ByPayer = Annotated[OnRecovery, Depends(by_payer)]


@router.post("/preview", response_model=ProspectsView, responses=problems(UnknownItem, faults.AskedTooMuch))
async def preview_recovery(body: PreviewBody, caller: Reviewer, open_work: OpenWork) -> Response:
    """追回试算 · What recovering these items would do, debtor by debtor; nothing is kept."""
    async with open_work(caller) as work:
        found = await recoveries.preview_recovery([each.made() for each in body.items], work)
    return Response(ProspectsView.of(found).model_dump_json(), media_type="application/json")


@router.get("/sanctioned", response_model=SanctionedList, responses=problems())
async def list_sanctioned(caller: Reviewer, open_work: OpenWork) -> Response:
    """被取消备案的机构 · Institutions revoked, with what was paid on their certificates and nobody asks back yet (N3.3)."""
    async with open_work(caller) as work:
        found = await recoveries.sanctioned_institutions(work)
    return Response(SanctionedList.of(found).model_dump_json(), media_type="application/json")


@router.get(
    "/sanctioned/{institution_id}",
    response_model=ProspectsView,
    responses=problems(refusals.UnknownInstitution),
)
async def preview_sanction(
    *,
    institution_id: UUID,
    caller: Reviewer,
    open_work: OpenWork,
    since: Annotated[date | None, Query(description="评价日起 · evaluated from this day on")] = None,
    until: Annotated[date | None, Query(description="评价日止 · evaluated until this day")] = None,
) -> Response:
    """被取消备案机构的追回试算 · What of an institution's certificates was or would be paid; nothing is kept (N3.3)."""
    asked = Evaluated(institution_id=institution_id, since=since, until=until)
    async with open_work(caller) as work:
        found = await recoveries.preview_sanction(asked, work)
    return Response(ProspectsView.of(found).model_dump_json(), media_type="application/json")


@router.post(
    "",
    status_code=201,
    response_model=RecoveryView,
    responses=problems(*_OPENING, refusals.NotTheHandlingOrgan, KeyReused),
)
async def open_recovery(body: NewRecovery, caller: Reviewer, once: CreateOnce) -> Response:
    """立案追回 · Propose what was paid for recovery and stop what was not; the debtor is told nothing yet."""
    command = OpenRecovery(
        cause=body.cause,
        asked=tuple(each.made() for each in body.items),
        reason=body.reason,
        evidence=body.evidence,
        by=person(caller),
        organ=caller.organ or "",
    )
    return await once.create(
        caller, body, make=lambda work: recoveries.open_recovery(command, work), show=RecoveryView.of
    )


@router.get("", response_model=PageView[RecoveryView], responses=problems(BadCursor))
async def list_recoveries(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: RecoveryState | None = None,
    cause: Cause | None = None,
    overdue: Annotated[bool, Query(description="只看分期逾期的 · with instalments overdue")] = False,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """追回列表 · Recoveries, the latest first; a debtor sees those it was told of."""
    wanted = Wanted(state=state, cause=cause, overdue=overdue, noticed=caller.holder is not None)
    async with open_work(caller) as work:
        page = await work.recoveries.page(wanted, cursor=cursor, size=size)
    return shown_page(page, RecoveryView.of)


@router.get("/{recovery_id}", response_model=WholeRecoveryView, responses=problems(faults.UnknownRecovery))
async def read_recovery(recovery_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """追回详情 · One recovery with its items, instalments and what came back."""
    async with open_work(caller) as work:
        found = await recoveries.read_recovery(recovery_id, work, holder=caller.holder)
    return shown(WholeRecoveryView.made(found))


@router.post("/{recovery_id}/cancellation", response_model=RecoveryView, responses=problems(*CHANGING))
async def cancel_recovery(
    body: ReasonBody, command: ByReviewer, caller: Reviewer, open_work: OpenWork
) -> Response:
    """撤销追回 · Cancel a proposal, before the notice; what was stopped stays so."""
    async with open_work(caller) as work:
        recovery = await recoveries.cancel_recovery(command, work, reason=body.reason)
    return shown(RecoveryView.of(recovery))


@router.post("/{recovery_id}/notice", response_model=RecoveryView, responses=problems(*CHANGING))
async def issue_notice(command: ByPayer, caller: Payer, open_work: OpenWork) -> Response:
    """发出追回通知 · Tell the debtor: from now on it is due back, and the debtor may state its case."""
    async with open_work(caller) as work:
        recovery = await recoveries.issue_notice(command, work)
    return shown(RecoveryView.of(recovery))


@router.get(
    "/{recovery_id}/notice",
    response_model=NoticeContent,
    responses=problems(faults.UnknownRecovery, faults.NoNotice),
)
async def show_notice(recovery_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """追回通知书 · The notice as it was issued."""
    async with open_work(caller) as work:
        content = await read_notice(recovery_id, work, holder=caller.holder)
    return Response(content.model_dump_json(), media_type="application/json")


@router.get(
    "/{recovery_id}/notice.pdf",
    response_class=Response,
    responses={**problems(faults.UnknownRecovery, faults.NoNotice, GlyphMissing), 200: _PDF},
)
async def print_notice(recovery_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """打印追回通知书 · The same on paper."""
    async with open_work(caller) as work:
        content = await read_notice(recovery_id, work, holder=caller.holder)
    pdf = await asyncio.to_thread(draw_notice, content)
    return Response(pdf, media_type="application/pdf")
