"""What callers may ask of supervision: one message type, one function each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from services.supervision.domain.inspection import Inspection, Inspections, Visit, inspect
from services.supervision.domain.institution import SupervisedInstitutions
from services.supervision.domain.lead import Leads
from services.supervision.domain.plan import EvaluationPlan, EvaluationPlans, check_plan
from services.supervision.domain.provincial import ProvincialOrders, ProvincialTasks
from services.supervision.domain.rectification import Rectification, Rectifications
from services.supervision.domain.refusals import EvaluationSuspended
from services.supervision.domain.sampling import Sample, draw
from services.supervision.domain.sanction import BASIS, Sanctions, impose
from services.supervision.domain.terms import Finding
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.contracts.supervision import (
    EvaluationHeld,
    FindingFact,
    InstitutionSanctioned,
    JointlySupervised,
    SanctionLifted,
)
from shared.identity import NotYours
from shared.messaging.outbox import Outbox
from shared.observability import current_traceparent
from shared.policy import Audience, Policy
from shared.values import Uscc


@dataclass(frozen=True, kw_only=True)
class Work:
    """What one unit of work of supervision holds."""

    at: datetime
    new_id: Callable[[], UUID]
    policy: Policy
    institutions: SupervisedInstitutions
    plans: EvaluationPlans
    inspections: Inspections
    rectifications: Rectifications
    sanctions: Sanctions
    leads: Leads
    tasks: ProvincialTasks
    orders: ProvincialOrders
    outbox: Outbox

    @property
    def today(self) -> date:
        return self.at.astimezone(SHANGHAI).date()


@dataclass(frozen=True, kw_only=True)
class SubmitPlan:
    """What an institution will evaluate; `holder` is the USCC of whoever asks."""

    institution_id: UUID
    holder: str | None
    item: ScopeItem
    audience: Audience
    planned_on: date


async def submit_plan(command: SubmitPlan, work: Work) -> EvaluationPlan:
    """Take in a plan, or refuse what may not be evaluated (N3.3, N3.6); raises NotYours for somebody else's."""
    institution = await work.institutions.get(command.institution_id)
    _expect_own(institution.uscc, command.holder)
    # The register hears of a sanction a moment later; nothing may be planned in between.
    if await work.sanctions.in_force(institution.id) is not None:
        raise EvaluationSuspended(basis=BASIS)
    wanted = (command.item, command.audience, command.planned_on)
    check_plan(institution, work.policy, wanted=wanted, at=work.at)
    plan = EvaluationPlan(
        id=work.new_id(),
        institution_id=institution.id,
        organ=institution.organ,
        uscc=institution.uscc,
        item=command.item,
        audience=command.audience,
        planned_on=command.planned_on,
        submitted_at=work.at,
    )
    work.plans.add(plan)
    return plan


@dataclass(frozen=True, kw_only=True)
class HoldEvaluation:
    """When a planned evaluation was held and how many came; `holder` is the USCC of whoever says so."""

    plan_id: UUID
    seen: int
    holder: str | None
    held_on: date
    candidates: int


async def hold_evaluation(command: HoldEvaluation, work: Work) -> EvaluationPlan:
    """Note that it was held, which counts as a batch at renewal; raises NotYours, AlreadyHeld or NotHeldThen."""
    plan = await work.plans.get(command.plan_id, seen=command.seen)
    _expect_own(plan.uscc, command.holder)
    plan.hold(on=command.held_on, candidates=command.candidates, today=work.today)
    work.outbox.add(
        EvaluationHeld(
            plan_id=plan.id,
            institution_id=plan.institution_id,
            organ=plan.organ,
            basis=("N3.3",),
            uscc=plan.uscc,
            item=plan.item,
            held_on=command.held_on,
            candidates=command.candidates,
        )
    )
    return plan


@dataclass(frozen=True, kw_only=True)
class DrawSample:
    """A share of the institutions in reach, the policy's own when none is named; `seed` makes it repeatable."""

    percent: int | None
    seed: str


async def draw_sample(query: DrawSample, work: Work) -> Sample:
    """双随机: which institutions are to be inspected; raises SampleTooSmall below the policy's share."""
    required = work.policy.number("supervise.sample_percent", work.today)
    percent = required if query.percent is None else query.percent
    institutions = await work.institutions.in_force(on=work.today)
    return draw(institutions, percent=percent, at_least=required, seed=query.seed, on=work.today)


@dataclass(frozen=True, kw_only=True)
class RecordInspection:
    """A visit to an institution, entered by an officer of this organ."""

    institution_id: UUID
    organ: str
    visit: Visit


async def record_inspection(command: RecordInspection, work: Work) -> Inspection:
    institution = await work.institutions.get(command.institution_id)
    inspection = inspect(
        institution, command.visit, work.policy, organ=command.organ, at=work.at, new_id=work.new_id()
    )
    work.inspections.add(inspection)
    return inspection


@dataclass(frozen=True, kw_only=True)
class OnInspection:
    """Names the inspection, the version the caller saw, and the officer's organ."""

    inspection_id: UUID
    seen: int
    organ: str


async def record_findings(command: OnInspection, findings: Sequence[Finding], work: Work) -> Inspection:
    inspection = await work.inspections.get(command.inspection_id, seen=command.seen)
    inspection.record(findings, work.policy, organ=command.organ, at=work.at)
    await _tell_jointly(inspection, "found", work, nth=len(inspection.findings), findings=findings)
    return inspection


async def order_rectification(command: OnInspection, work: Work) -> Rectification:
    """Order the findings to be put right; the order's trace goes with it to its deadline."""
    inspection = await work.inspections.get(command.inspection_id, seen=command.seen)
    rectification = inspection.order_rectification(
        work.policy, organ=command.organ, at=work.at, as_=(work.new_id(), current_traceparent())
    )
    work.rectifications.add(rectification)
    await _tell_jointly(inspection, "rectification_ordered", work, nth=1, findings=inspection.findings)
    return rectification


@dataclass(frozen=True, kw_only=True)
class CompleteRectification:
    """The institution's report; `holder` is the USCC of whoever hands it in."""

    rectification_id: UUID
    seen: int
    holder: str | None
    report: str


async def complete_rectification(command: CompleteRectification, work: Work) -> Rectification:
    """Take in the report, late or not; raises NotYours for somebody else's."""
    rectification = await work.rectifications.get(command.rectification_id, seen=command.seen)
    _expect_own(rectification.uscc, command.holder)
    rectification.complete(command.report, at=work.at)
    return rectification


@dataclass(frozen=True, kw_only=True)
class VerifyRectification:
    """Whether an officer of this organ finds that it was put right."""

    rectification_id: UUID
    seen: int
    organ: str
    passed: bool
    opinion: str


async def verify_rectification(command: VerifyRectification, work: Work) -> Rectification:
    """Verify the report; the suspension ends when nothing overdue is left of it (N3.3)."""
    rectification = await work.rectifications.get(command.rectification_id, seen=command.seen)
    rectification.verify(command.opinion, work.policy, passed=command.passed, organ=command.organ, at=work.at)
    if command.passed and rectification.overdue_at is not None:
        await _settle(rectification, work)
    if command.passed:
        inspection = await work.inspections.known(rectification.inspection_id)
        if inspection is not None:
            await _tell_jointly(inspection, "rectified", work, nth=1, reason=command.opinion)
    return rectification


async def suspend_overdue(rectification_id: UUID, work: Work) -> Rectification:
    """Nobody reported in time: the institution is suspended, unless it is so already (N3.3)."""
    rectification = await work.rectifications.get(rectification_id)
    rectification.fall_overdue(at=work.at)
    sanction = await work.sanctions.in_force(rectification.institution_id)
    if sanction is not None:
        sanction.join(rectification.id)
        return rectification
    sanction = impose(rectification, at=work.at, new_id=work.new_id())
    work.sanctions.add(sanction)
    work.outbox.add(
        InstitutionSanctioned(
            institution_id=sanction.institution_id,
            uscc=sanction.uscc,
            organ=sanction.organ,
            basis=sanction.basis,
            rectification_id=sanction.rectification_id,
            reason=sanction.reason,
        )
    )
    return rectification


async def _settle(rectification: Rectification, work: Work) -> None:
    sanction = await work.sanctions.in_force(rectification.institution_id)
    if sanction is not None and sanction.settle(rectification.id, at=work.at):
        work.outbox.add(
            SanctionLifted(
                institution_id=sanction.institution_id,
                uscc=sanction.uscc,
                organ=sanction.organ,
                basis=sanction.basis,
                rectification_id=sanction.rectification_id,
            )
        )


async def _tell_jointly(
    inspection: Inspection,
    step: Literal["found", "rectification_ordered", "rectified"],
    work: Work,
    *,
    nth: int,
    findings: Sequence[Finding] = (),
    reason: str = "",
) -> None:
    """联合督导: the province hears of what it supervises as well (N2.6); `nth` is the number of findings so far."""
    institution = await work.institutions.known(inspection.institution_id)
    if institution is not None and institution.joint:
        work.outbox.add(
            JointlySupervised(
                institution_id=institution.id,
                uscc=institution.uscc,
                organ=institution.organ,
                basis=institution.joint,
                inspection_id=inspection.id,
                step=step,
                nth=nth,
                findings=facts_of(findings),
                reason=reason,
            )
        )


def facts_of(findings: Sequence[Finding]) -> tuple[FindingFact, ...]:
    """Findings as others hear of them."""
    return tuple(FindingFact.model_validate(each) for each in findings)


def _expect_own(uscc: Uscc, holder: str | None) -> None:
    if holder != uscc:
        raise NotYours("只能为本单位办理 · You may do this for your own institution only")
