"""Supervision over HTTP: who asks, what they send, which handler, what they see."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.supervision import handlers
from services.supervision.domain import refusals
from services.supervision.domain.inspection import Visit
from services.supervision.domain.terms import Finding, RectificationState
from services.supervision.handlers import OnInspection, Work
from services.supervision.schemas import (
    CompletionBody,
    EvaluationBody,
    FindingsBody,
    InspectionView,
    NewInspection,
    NewPlan,
    PlanView,
    RectificationView,
    SampleView,
    SupervisedInstitutionView,
    VerificationBody,
)
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import Once, PageView, RequestWorks, once_of, shown, shown_page, works_of
from shared.identity import NotYours, Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

InstitutionCaller = Annotated[Principal, allowed(Permission.PLAN)]
Officer = Annotated[Principal, allowed(Permission.SUPERVISE)]
Reader = Annotated[Principal, allowed(Permission.READ_REGISTER)]
OpenWork = Annotated[RequestWorks[Work], Depends(works_of)]
CreateOnce = Annotated[Once[Work], Depends(once_of)]
Percent = Annotated[
    int | None,
    Query(ge=1, le=100, description="抽查比例，缺省为规定比例 · share; the policy's when not named"),
]
Seed = Annotated[
    str,
    Query(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$", description="随机种子 · repeats the draw"),
]

institutions = APIRouter(prefix="/v1/supervised-institutions", tags=["institutions · 被督导机构"])
plans = APIRouter(prefix="/v1/evaluation-plans", tags=["plans · 评价计划"])
samples = APIRouter(prefix="/v1/inspection-samples", tags=["samples · 双随机抽查"])
inspections = APIRouter(prefix="/v1/inspections", tags=["inspections · 质量督导"])
rectifications = APIRouter(prefix="/v1/rectifications", tags=["rectifications · 限期整改"])

_writes = (Stale, PreconditionMissing)
_inspecting = (*_writes, refusals.UnknownInspection, refusals.AlreadyOrdered, refusals.NotTheSupervisingOrgan)


@institutions.get(
    "/{institution_id}",
    response_model=SupervisedInstitutionView,
    responses=problems(refusals.UnknownInstitution),
)
async def read_supervised_institution(institution_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """机构督导档案 · One institution as supervision knows it."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    return shown(SupervisedInstitutionView.of(institution))


@plans.post(
    "",
    status_code=201,
    response_model=PlanView,
    responses=problems(
        refusals.UnknownInstitution,
        refusals.EvaluationSuspended,
        refusals.NoLongerOnRecord,
        refusals.OutsideScope,
        refusals.OutsideValidity,
        refusals.PlannedTooSoon,
        NotYours,
        KeyReused,
    ),
)
async def submit_plan(body: NewPlan, caller: InstitutionCaller, once: CreateOnce) -> Response:
    """提交评价计划 · Hand in what will be evaluated, and when (N3.3)."""
    command = handlers.SubmitPlan(
        institution_id=body.institution_id,
        holder=caller.holder,
        item=body.item,
        audience=body.audience,
        planned_on=body.planned_on,
    )
    return await once.create(
        caller, body, make=lambda work: handlers.submit_plan(command, work), show=PlanView.of
    )


@plans.get("", response_model=PageView[PlanView], responses=problems(BadCursor))
async def list_plans(
    *, caller: Reader, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """评价计划列表 · Plans by their day."""
    async with open_work(caller) as work:
        page = await work.plans.page(cursor=cursor, size=size)
    return shown_page(page, PlanView.of)


@plans.get("/{plan_id}", response_model=PlanView, responses=problems(refusals.UnknownPlan))
async def read_plan(plan_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """评价计划详情 · One plan."""
    async with open_work(caller) as work:
        plan = await work.plans.get(plan_id)
    return shown(PlanView.of(plan))


@plans.post(
    "/{plan_id}/evaluation",
    response_model=PlanView,
    responses=problems(refusals.UnknownPlan, refusals.AlreadyHeld, refusals.NotHeldThen, NotYours, *_writes),
)
async def hold_evaluation(
    *, plan_id: UUID, body: EvaluationBody, seen: Seen, caller: InstitutionCaller, open_work: OpenWork
) -> Response:
    """登记实施 · Report that the planned evaluation was held; it counts as a batch at renewal."""
    command = handlers.HoldEvaluation(
        plan_id=plan_id,
        seen=seen,
        holder=caller.holder,
        held_on=body.held_on,
        candidates=body.candidates,
    )
    async with open_work(caller) as work:
        plan = await handlers.hold_evaluation(command, work)
    return shown(PlanView.of(plan))


@samples.get("", response_model=SampleView, responses=problems(refusals.SampleTooSmall))
async def draw_sample(
    *, caller: Officer, open_work: OpenWork, seed: Seed, percent: Percent = None
) -> Response:
    """双随机抽取 · Which institutions in reach a seed draws; new and highly paid ones are likelier (N3.3)."""
    async with open_work(caller) as work:
        sample = await handlers.draw_sample(handlers.DrawSample(percent=percent, seed=seed), work)
    return Response(SampleView.of(sample).model_dump_json(), media_type="application/json")


@inspections.post(
    "",
    status_code=201,
    response_model=InspectionView,
    responses=problems(
        refusals.UnknownInstitution, refusals.TooFewSupervisors, refusals.NotTheSupervisingOrgan, KeyReused
    ),
)
async def record_inspection(body: NewInspection, caller: Officer, once: CreateOnce) -> Response:
    """登记督导 · Enter a visit, made or arranged (N3.3)."""
    visit = Visit(kind=body.kind, supervisors=body.supervisors, visited_on=body.visited_on)
    command = handlers.RecordInspection(
        institution_id=body.institution_id, organ=caller.organ or "", visit=visit
    )
    return await once.create(
        caller, body, make=lambda work: handlers.record_inspection(command, work), show=InspectionView.of
    )


@inspections.get(
    "/{inspection_id}", response_model=InspectionView, responses=problems(refusals.UnknownInspection)
)
async def read_inspection(inspection_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """督导详情 · One inspection, with what it found."""
    async with open_work(caller) as work:
        inspection = await work.inspections.get(inspection_id)
    return shown(InspectionView.of(inspection))


@inspections.post(
    "/{inspection_id}/findings",
    response_model=InspectionView,
    responses=problems(*_inspecting, refusals.NotYetVisited),
)
async def record_findings(
    *, inspection_id: UUID, body: FindingsBody, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """登记问题 · Add what the visit found."""
    found = tuple(Finding(**each.model_dump()) for each in body.findings)
    async with open_work(caller) as work:
        inspection = await handlers.record_findings(_on(caller, inspection_id, seen), found, work)
    return shown(InspectionView.of(inspection))


@inspections.post(
    "/{inspection_id}/rectification",
    status_code=201,
    response_model=RectificationView,
    responses=problems(*_inspecting, refusals.NoFindings),
)
async def order_rectification(
    inspection_id: UUID, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """下达整改 · Order the findings to be put right by a deadline (N3.3)."""
    async with open_work(caller) as work:
        ordered = await handlers.order_rectification(_on(caller, inspection_id, seen), work)
    answer = shown(RectificationView.of(ordered))
    answer.status_code = 201
    return answer


@rectifications.get("", response_model=PageView[RectificationView], responses=problems(BadCursor))
async def list_rectifications(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: RectificationState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """整改列表 · Rectifications by their deadline."""
    async with open_work(caller) as work:
        page = await work.rectifications.page(state=state, cursor=cursor, size=size)
    return shown_page(page, RectificationView.of)


@rectifications.get(
    "/{rectification_id}",
    response_model=RectificationView,
    responses=problems(refusals.UnknownRectification),
)
async def read_rectification(rectification_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """整改详情 · One rectification."""
    async with open_work(caller) as work:
        rectification = await work.rectifications.get(rectification_id)
    return shown(RectificationView.of(rectification))


_rectifying = (*_writes, refusals.UnknownRectification, refusals.OutOfTurn)


@rectifications.post(
    "/{rectification_id}/completion",
    response_model=RectificationView,
    responses=problems(*_rectifying, NotYours),
)
async def complete_rectification(
    *,
    rectification_id: UUID,
    body: CompletionBody,
    caller: InstitutionCaller,
    seen: Seen,
    open_work: OpenWork,
) -> Response:
    """提交整改报告 · Report what was done, before the deadline or after it."""
    command = handlers.CompleteRectification(
        rectification_id=rectification_id, seen=seen, holder=caller.holder, report=body.report
    )
    async with open_work(caller) as work:
        rectification = await handlers.complete_rectification(command, work)
    return shown(RectificationView.of(rectification))


@rectifications.post(
    "/{rectification_id}/verification",
    response_model=RectificationView,
    responses=problems(*_rectifying, refusals.NotTheSupervisingOrgan),
)
async def verify_rectification(
    *, rectification_id: UUID, body: VerificationBody, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """复查整改 · Find it put right, or not; passing ends the suspension it brought about (N3.3)."""
    command = handlers.VerifyRectification(
        rectification_id=rectification_id,
        seen=seen,
        organ=caller.organ or "",
        passed=body.passed,
        opinion=body.opinion,
    )
    async with open_work(caller) as work:
        rectification = await handlers.verify_rectification(command, work)
    return shown(RectificationView.of(rectification))


def _on(caller: Principal, inspection_id: UUID, seen: int) -> OnInspection:
    return OnInspection(inspection_id=inspection_id, seen=seen, organ=caller.organ or "")
