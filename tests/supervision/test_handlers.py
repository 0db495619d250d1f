"""What supervision is asked, and what it announces."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.supervision import handlers
from services.supervision.domain.inspection import Visit
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import (
    EvaluationSuspended,
    NotYetDue,
    OutsideScope,
    UnknownRectification,
)
from services.supervision.domain.terms import RectificationState, Standing
from services.supervision.handlers import OnInspection
from shared.contracts.supervision import InstitutionSanctioned, SanctionLifted
from shared.errors import Stale
from shared.identity import NotYours
from shared.observability import TelemetrySettings, current_traceparent, start_telemetry
from shared.policy import Audience, Policy
from shared.values import Level
from tests.supervision.fakes import (
    AT,
    CITY,
    DISTRICT,
    DUE,
    EARLIEST,
    FINDING,
    OWN,
    TURNER,
    VISIT,
    Desk,
    a_rectification,
    an_inspection,
    an_institution,
)

LATE = DUE + timedelta(seconds=1)
DAY = timedelta(days=1)


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy=policy)


def supervised(desk: Desk, institution: SupervisedInstitution | None = None) -> SupervisedInstitution:
    institution = institution or an_institution()
    desk.institutions.add(institution)
    return institution


def ordered(desk: Desk, rectification: Rectification | None = None) -> Rectification:
    rectification = rectification or a_rectification()
    desk.rectifications.add(rectification)
    return rectification


def planned(institution: SupervisedInstitution, *, holder: str | None = OWN) -> handlers.SubmitPlan:
    return handlers.SubmitPlan(
        institution_id=institution.id,
        holder=holder,
        item=TURNER,
        audience=Audience.OWN_STAFF,
        planned_on=EARLIEST,
    )


async def report(desk: Desk, rectification: Rectification, *, holder: str | None = OWN) -> None:
    command = handlers.CompleteRectification(
        rectification_id=rectification.id, seen=0, holder=holder, report="已整改"
    )
    await handlers.complete_rectification(command, desk.at(LATE))


async def verify(desk: Desk, rectification: Rectification, *, passed: bool) -> None:
    command = handlers.VerifyRectification(
        rectification_id=rectification.id, seen=0, organ=CITY, passed=passed, opinion=""
    )
    await handlers.verify_rectification(command, desk.at(LATE + DAY))


async def test_an_institution_hands_in_its_plan(desk: Desk) -> None:
    institution = supervised(desk)
    plan = await handlers.submit_plan(planned(institution), desk.at(AT))
    assert desk.plans.held == {plan.id: plan}
    assert (plan.institution_id, plan.organ, plan.uscc) == (institution.id, DISTRICT, OWN)
    assert (plan.item, plan.planned_on, plan.submitted_at) == (TURNER, EARLIEST, AT)


@pytest.mark.parametrize("holder", [None, "91350100M000100Y4X"])
async def test_nobody_plans_or_reports_for_another_institution(desk: Desk, holder: str | None) -> None:
    institution, rectification = supervised(desk), ordered(desk)
    with pytest.raises(NotYours):
        await handlers.submit_plan(planned(institution, holder=holder), desk.at(AT))
    with pytest.raises(NotYours):
        await report(desk, rectification, holder=holder)
    assert desk.plans.held == {}
    assert rectification.state is RectificationState.ORDERED


async def test_n3_6_a_plan_outside_the_determined_scope_is_not_kept(desk: Desk) -> None:
    institution = supervised(desk)
    institution.scope = (TURNER.model_copy(update={"level": Level.FOUR}),)
    with pytest.raises(OutsideScope):
        await handlers.submit_plan(planned(institution), desk.at(AT))
    assert desk.plans.held == {}


async def test_n3_3_nothing_is_planned_once_a_sanction_is_in_force_though_the_register_has_not_heard(
    desk: Desk,
) -> None:
    institution = supervised(desk)
    overdue = ordered(desk, a_rectification(institution_id=institution.id, due_at=AT - DAY))
    await handlers.suspend_overdue(overdue.id, desk.at(AT))
    assert institution.standing is Standing.ACTIVE
    with pytest.raises(EvaluationSuspended) as refused:
        await handlers.submit_plan(planned(institution), desk.at(AT))
    assert refused.value.basis == ("N3.3",)


async def test_a_sample_is_drawn_from_those_in_force_with_the_policys_share(desk: Desk) -> None:
    ended = an_institution(valid_until=date(2026, 3, 1))
    for each in (ended, an_institution(standing=Standing.SUSPENDED)):
        supervised(desk, each)
    evaluating = {supervised(desk).id for _ in range(15)}
    sample = await handlers.draw_sample(handlers.DrawSample(percent=None, seed="s"), desk.at(AT))
    assert (sample.percent, sample.population, len(sample.drawn)) == (10, 15, 2)
    everybody = await handlers.draw_sample(handlers.DrawSample(percent=100, seed="s"), desk.at(AT))
    assert {each.institution.id for each in everybody.drawn} == evaluating


async def test_n3_3_from_a_visit_to_an_order_in_the_trace_of_the_request(desk: Desk) -> None:
    institution = supervised(desk)
    visit = Visit(kind=VISIT.kind, supervisors=VISIT.supervisors, visited_on=VISIT.visited_on)
    command = handlers.RecordInspection(institution_id=institution.id, organ=CITY, visit=visit)
    inspection = await handlers.record_inspection(command, desk.at(AT))
    by_city = OnInspection(inspection_id=inspection.id, seen=0, organ=CITY)
    await handlers.record_findings(by_city, [FINDING], desk.at(AT))
    telemetry = start_telemetry("supervision", TelemetrySettings(), prometheus=False)
    with telemetry.span("request"):
        trace = current_traceparent()
        rectification = await handlers.order_rectification(by_city, desk.at(AT))
    assert trace is not None
    assert rectification.traceparent == trace
    assert desk.rectifications.held == {rectification.id: rectification}
    assert (rectification.institution_id, rectification.organ) == (institution.id, DISTRICT)
    assert inspection.rectification_id == rectification.id


async def test_a_caller_who_saw_an_older_version_changes_nothing(desk: Desk) -> None:
    inspection = an_inspection()
    desk.inspections.add(inspection)
    older = OnInspection(inspection_id=inspection.id, seen=7, organ=DISTRICT)
    with pytest.raises(Stale):
        await handlers.record_findings(older, [FINDING], desk.at(AT))
    with pytest.raises(Stale):
        await handlers.order_rectification(older, desk.at(AT))
    assert inspection.findings == (FINDING,)
    assert desk.rectifications.held == {}


async def test_n3_3_an_unreported_rectification_suspends_the_institution_after_its_deadline(
    desk: Desk,
) -> None:
    rectification = ordered(desk)
    with pytest.raises(NotYetDue):
        await handlers.suspend_overdue(rectification.id, desk.at(DUE))
    assert desk.outbox.events == []
    await handlers.suspend_overdue(rectification.id, desk.at(LATE))
    (sanction,) = desk.sanctions.held
    assert desk.outbox.events == [
        InstitutionSanctioned(
            institution_id=rectification.institution_id,
            uscc=OWN,
            organ=DISTRICT,
            basis=("N3.3",),
            rectification_id=rectification.id,
            reason=sanction.reason,
        )
    ]
    assert rectification.state is RectificationState.OVERDUE
    assert sanction.imposed_at == rectification.overdue_at == LATE


async def test_an_unknown_rectification_suspends_nobody(desk: Desk) -> None:
    with pytest.raises(UnknownRectification):
        await handlers.suspend_overdue(uuid4(), desk.at(LATE))
    assert desk.outbox.events == []


async def test_n3_3_a_passed_verification_lifts_the_suspension(desk: Desk) -> None:
    rectification = ordered(desk)
    await handlers.suspend_overdue(rectification.id, desk.at(LATE))
    await report(desk, rectification)
    assert len(desk.outbox.events) == 1
    await verify(desk, rectification, passed=True)
    assert desk.outbox.events[1:] == [
        SanctionLifted(
            institution_id=rectification.institution_id,
            uscc=OWN,
            organ=DISTRICT,
            basis=("N3.3",),
            rectification_id=rectification.id,
        )
    ]
    assert await desk.sanctions.in_force(rectification.institution_id) is None


async def test_n3_3_a_failed_verification_leaves_the_suspension_in_force(desk: Desk) -> None:
    rectification = ordered(desk)
    await handlers.suspend_overdue(rectification.id, desk.at(LATE))
    await report(desk, rectification)
    await verify(desk, rectification, passed=False)
    assert rectification.state is RectificationState.OVERDUE
    assert len(desk.outbox.events) == 1
    assert await desk.sanctions.in_force(rectification.institution_id) is not None


async def test_a_rectification_reported_in_time_and_verified_announces_nothing(desk: Desk) -> None:
    rectification = ordered(desk)
    await report(desk, rectification)
    await verify(desk, rectification, passed=True)
    assert rectification.state is RectificationState.VERIFIED
    assert desk.outbox.events == []


async def test_n3_3_an_institution_is_suspended_once_and_resumed_when_nothing_is_overdue(desk: Desk) -> None:
    first = ordered(desk)
    second = ordered(desk, a_rectification(institution_id=first.institution_id))
    for each in (first, second):
        await handlers.suspend_overdue(each.id, desk.at(LATE))
        await report(desk, each)
    assert [type(event) for event in desk.outbox.events] == [InstitutionSanctioned]
    await verify(desk, first, passed=True)
    assert len(desk.outbox.events) == 1
    await verify(desk, second, passed=True)
    lifted = desk.outbox.events[-1]
    assert isinstance(lifted, SanctionLifted)
    assert lifted.rectification_id == first.id, "it ends what the first one brought about"
