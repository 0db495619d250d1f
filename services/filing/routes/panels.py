"""Panels: convened and completed by the organ that handles the case, scored by their experts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.filing.domain import panel as panels_of
from services.filing.domain import refusals, seating, sheet
from services.filing.domain.expert import UnknownExpert
from services.filing.domain.officer import RecusedOfficer
from services.filing.domain.panel import Panel, UnknownPanel, Viewer
from services.filing.handlers import panels
from services.filing.handlers.panels import ConvenePanel, OnPanel
from services.filing.routes.callers import CreateOnce, Officer, OpenWork, Reader
from services.filing.schemas.panels import (
    AssignmentView,
    NewPanel,
    PanelsView,
    PanelView,
    PaperSheetBody,
    ReplacementBody,
    SheetBody,
)
from services.filing.schemas.parts import Reason
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import NoRubric, Policy

router = APIRouter(prefix="/v1", tags=["panels · 专家评估"])

ExpertCaller = Annotated[Principal, allowed(Permission.SCORE)]
Few = Annotated[int, Query(ge=1, le=20, description="每页条数 · items a page")]


async def on_panel_as_officer(panel_id: UUID, caller: Officer, seen: Seen) -> OnPanel:
    """The panel an officer acts on, at the version seen, in the name of the officer's organ."""
    return OnPanel(panel_id=panel_id, seen=seen, actor=caller.subject, organ=caller.organ or "")


async def on_panel_as_expert(panel_id: UUID, caller: ExpertCaller, seen: Seen) -> OnPanel:
    """The panel an expert scores on, at the version seen, under its own login."""
    return OnPanel(panel_id=panel_id, seen=seen, actor=caller.subject)


OfOfficer = Annotated[OnPanel, Depends(on_panel_as_officer)]
OfExpert = Annotated[OnPanel, Depends(on_panel_as_expert)]

_CHANGING = (UnknownPanel, panels_of.PanelConcluded, refusals.OutOfTurn, Stale, PreconditionMissing)
_SEATING = (
    UnknownExpert,
    RecusedOfficer,
    refusals.NotTheHandlingOrgan,
    panels_of.NamedTwice,
    panels_of.ExpertRecused,
    seating.ExpertNotAvailable,
    seating.UnknownRelation,
)
_SCORING = (
    RecusedOfficer,
    panels_of.NotOnPanel,
    panels_of.Declined,
    panels_of.AlreadyScored,
    sheet.MarksNotValid,
    sheet.NotAVetoItem,
    refusals.UnknownFiling,
    NoRubric,
)


def viewer_of(caller: Principal) -> Viewer:
    """As whom a caller looks at panels: an officer is one whose organ may assess."""
    official = caller.organ is not None and Permission.ASSESS in caller.permissions
    return Viewer(subject=caller.subject, official=official)


async def _policy(request: Request) -> Policy:
    policy: Policy = request.app.state.policy
    return policy


OfPolicy = Annotated[Policy, Depends(_policy)]


@router.post(
    "/filings/{filing_id}/panel",
    status_code=201,
    response_model=PanelView,
    responses=problems(
        *_SEATING,
        refusals.UnknownFiling,
        refusals.OutOfTurn,
        seating.PanelNotOdd,
        panels_of.AlreadyConvened,
        KeyReused,
    ),
)
async def convene_panel(
    *, filing_id: UUID, body: NewPanel, caller: Officer, once: CreateOnce, policy: OfPolicy
) -> Response:
    """组建评估组 · Call experts to assess an accepted case; one panel for each round."""
    calls = tuple(each.made() for each in body.members)
    command = ConvenePanel(filing_id=filing_id, organ=caller.organ or "", calls=calls)
    return await once.create(
        caller,
        body,
        make=lambda work: panels.convene_panel(command, work),
        show=lambda made: PanelView.seen_by(viewer_of(caller), made, policy),
    )


@router.get(
    "/filings/{filing_id}/panels", response_model=PanelsView, responses=problems(refusals.UnknownFiling)
)
async def list_panels(filing_id: UUID, caller: Reader, open_work: OpenWork, policy: OfPolicy) -> Response:
    """评估情况 · The panels of a case, round by round; marks are shown once all of them are in."""
    async with open_work(caller) as work:
        await work.filings.get(filing_id)
        found = await work.panels.of_filing(filing_id)
    viewer = viewer_of(caller)
    view = PanelsView(items=[PanelView.seen_by(viewer, each, policy) for each in found])
    return Response(view.model_dump_json(), media_type="application/json")


@router.get("/panels/mine", response_model=PageView[AssignmentView], responses=problems(BadCursor))
async def list_own_panels(
    *,
    caller: ExpertCaller,
    open_work: OpenWork,
    policy: OfPolicy,
    cursor: Cursor = None,
    size: Few = 10,
) -> Response:
    """我的评估 · The panels you are on, each with its rubric and what you need of the case."""
    async with open_work(caller) as work:
        page = await work.panels.of_subject(caller.subject, cursor=cursor, size=size)
        assigned = await panels.assigned(page.items, work)
    viewer = viewer_of(caller)
    return shown_page(page, lambda each: AssignmentView.shown(assigned[each.id], viewer, policy))


@router.get("/panels/{panel_id}", response_model=PanelView, responses=problems(UnknownPanel))
async def read_panel(panel_id: UUID, caller: Reader, open_work: OpenWork, policy: OfPolicy) -> Response:
    """评估组详情 · One panel; marks are shown once all of them are in."""
    async with open_work(caller) as work:
        panel = await work.panels.get(panel_id)
    return _shown(panel, caller, policy)


@router.post("/panels/{panel_id}/sheets", response_model=PanelView, responses=problems(*_CHANGING, *_SCORING))
async def enter_own_sheet(
    *, command: OfExpert, body: SheetBody, caller: ExpertCaller, open_work: OpenWork, policy: OfPolicy
) -> Response:
    """专家评分 · Enter your own marks; the last sheet of the panel concludes it and decides the case."""
    async with open_work(caller) as work:
        panel = await panels.enter_own_sheet(command, body.made(), work)
    return _shown(panel, caller, policy)


@router.post(
    "/panels/{panel_id}/paper-sheets",
    response_model=PanelView,
    responses=problems(*_CHANGING, *_SCORING, refusals.NotTheHandlingOrgan),
)
async def enter_paper_sheet(
    *, command: OfOfficer, body: PaperSheetBody, caller: Officer, open_work: OpenWork, policy: OfPolicy
) -> Response:
    """录入纸质评分表 · Enter what an expert has signed on paper."""
    async with open_work(caller) as work:
        panel = await panels.enter_paper_sheet(command, body.expert_id, body.made(), work)
    return _shown(panel, caller, policy)


@router.post(
    "/panels/{panel_id}/replacement",
    response_model=PanelView,
    responses=problems(
        *_CHANGING, *_SEATING, panels_of.NotOnPanel, panels_of.AlreadyScored, refusals.UnknownFiling
    ),
)
async def replace_member(
    *, command: OfOfficer, body: ReplacementBody, caller: Officer, open_work: OpenWork, policy: OfPolicy
) -> Response:
    """更换专家 · Let a member that has not scored step aside for another."""
    async with open_work(caller) as work:
        panel = await panels.replace_member(command, body.made(), work)
    return _shown(panel, caller, policy)


@router.post(
    "/panels/{panel_id}/voiding",
    response_model=PanelView,
    responses=problems(
        *_CHANGING, *_SEATING, panels_of.NotOnPanel, panels_of.NothingToVoid, refusals.UnknownFiling
    ),
)
async def void_sheet(
    *, command: OfOfficer, body: ReplacementBody, caller: Officer, open_work: OpenWork, policy: OfPolicy
) -> Response:
    """评分作废 · A member is found recused after it has scored: its sheet counts no more, another is called."""
    async with open_work(caller) as work:
        panel = await panels.void_sheet(command, body.made(), work)
    return _shown(panel, caller, policy)


@router.post(
    "/panels/{panel_id}/declining",
    response_model=PanelView,
    responses=problems(*_CHANGING, panels_of.NotOnPanel, panels_of.AlreadyScored, panels_of.Declined),
)
async def decline_assessment(
    *, command: OfExpert, body: Reason, caller: ExpertCaller, open_work: OpenWork, policy: OfPolicy
) -> Response:
    """谢绝评审 · Say before you have scored that you will not assess this case; an officer calls another."""
    async with open_work(caller) as work:
        panel = await panels.decline_assessment(command, body.reason, work)
    return _shown(panel, caller, policy)


def _shown(panel: Panel, caller: Principal, policy: Policy) -> Response:
    return shown(PanelView.seen_by(viewer_of(caller), panel, policy))
