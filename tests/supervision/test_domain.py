"""What may be planned, inspected, ordered and suspended, and what is refused by which clause."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.supervision.domain.inspection import Inspection, Visit, inspect
from services.supervision.domain.institution import SupervisedInstitution, check_supervises
from services.supervision.domain.plan import check_plan
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import (
    AlreadyOrdered,
    EvaluationSuspended,
    NoFindings,
    NotTheSupervisingOrgan,
    NotYetDue,
    NotYetVisited,
    OutOfTurn,
    OutsideScope,
    OutsideValidity,
    PlannedTooSoon,
    TooFewSupervisors,
)
from services.supervision.domain.sanction import impose
from services.supervision.domain.terms import InspectionKind, RectificationState, Standing
from shared.contracts.scope import ScopeItem
from shared.errors import Refusal
from shared.policy import Audience, Policy
from shared.values import Level
from tests.supervision.fakes import (
    AT,
    CITY,
    DISTRICT,
    DUE,
    EARLIEST,
    FINDING,
    OTHER_DISTRICT,
    TURNER,
    VISIT,
    a_rectification,
    an_inspection,
    an_institution,
)

LATE = DUE + timedelta(seconds=1)
DAY = timedelta(days=1)


def plan(
    institution: SupervisedInstitution,
    policy: Policy,
    *,
    item: ScopeItem = TURNER,
    audience: Audience = Audience.OWN_STAFF,
    day: date = EARLIEST,
) -> None:
    check_plan(institution, policy, wanted=(item, audience, day), at=AT)


def test_an_institution_plans_ten_working_days_ahead_within_its_scope(policy: Policy) -> None:
    plan(an_institution(), policy, day=EARLIEST)
    with pytest.raises(PlannedTooSoon) as refused:
        plan(an_institution(), policy, day=EARLIEST - DAY)
    assert refused.value.extra["earliest"] == EARLIEST.isoformat()
    assert refused.value.extra["status"] == "assumed"
    assert refused.value.basis == ()


def test_n3_3_a_suspended_institution_plans_nothing(policy: Policy) -> None:
    with pytest.raises(EvaluationSuspended) as refused:
        plan(an_institution(standing=Standing.SUSPENDED), policy)
    assert refused.value.basis == ("N3.3",)


def test_n3_6_nothing_outside_the_determined_occupations_and_levels_is_planned(policy: Policy) -> None:
    higher = TURNER.model_copy(update={"level": Level.TWO})
    other_trade = TURNER.model_copy(update={"work_type": "普通车工"})
    for item in (higher, other_trade):
        with pytest.raises(OutsideScope) as refused:
            plan(an_institution(), policy, item=item)
        assert refused.value.basis == ("N3.6",)


def test_n3_6_nobody_outside_the_determined_audience_is_evaluated(policy: Policy) -> None:
    with pytest.raises(OutsideScope) as refused:
        plan(an_institution(), policy, audience=Audience.PUBLIC)
    assert refused.value.basis == ("N3.6",)


@pytest.mark.parametrize(
    ("day", "planned"),
    [
        (date(2026, 3, 31), False),
        (date(2026, 4, 1), True),
        (date(2026, 4, 30), True),
        (date(2026, 5, 1), False),
    ],
)
def test_the_filing_must_be_in_force_on_the_planned_day(policy: Policy, day: date, *, planned: bool) -> None:
    institution = an_institution(valid_from=date(2026, 4, 1), valid_until=date(2026, 4, 30))
    if planned:
        plan(institution, policy, day=day)
        return
    with pytest.raises(OutsideValidity):
        plan(institution, policy, day=day)


@pytest.mark.parametrize("officer", [DISTRICT, CITY, "320000"])
def test_n2_0_the_responsible_organ_and_those_above_it_supervise(policy: Policy, officer: str) -> None:
    check_supervises(policy, officer=officer, organ=DISTRICT)
    made = inspect(an_institution(), VISIT, policy, organ=officer, at=AT, new_id=uuid4())
    assert (made.organ, made.inspected_by) == (DISTRICT, officer)


@pytest.mark.parametrize("officer", [OTHER_DISTRICT, "JNJKQ", ""])
def test_n2_0_no_other_organ_supervises(policy: Policy, officer: str) -> None:
    completed = a_rectification(state=RectificationState.COMPLETED)
    acts = (
        lambda: inspect(an_institution(), VISIT, policy, organ=officer, at=AT, new_id=uuid4()),
        lambda: an_inspection().record([FINDING], policy, organ=officer, at=AT),
        lambda: order(an_inspection(), policy, organ=officer),
        lambda: completed.verify("", policy, passed=True, organ=officer, at=AT),
    )
    for act in acts:
        with pytest.raises(NotTheSupervisingOrgan) as refused:
            act()
        assert refused.value.basis == ("N2.0",)


def test_n2_0_a_district_does_not_supervise_for_the_city(policy: Policy) -> None:
    with pytest.raises(NotTheSupervisingOrgan):
        check_supervises(policy, officer=DISTRICT, organ=CITY)


@pytest.mark.parametrize("supervisors", [("测试员甲",), ("测试员甲", "测试员甲"), ("甲", "乙", "乙")])
def test_n3_3_a_visit_takes_two_supervisors_each_named_once(
    policy: Policy, supervisors: tuple[str, ...]
) -> None:
    visit = Visit(kind=InspectionKind.SPECIAL, supervisors=supervisors, visited_on=date(2026, 3, 2))
    with pytest.raises(TooFewSupervisors) as refused:
        inspect(an_institution(), visit, policy, organ=DISTRICT, at=AT, new_id=uuid4())
    assert refused.value.basis == ("N3.3",)


def test_findings_are_added_until_rectification_is_ordered(policy: Policy) -> None:
    inspection = an_inspection(findings=())
    inspection.record([FINDING], policy, organ=DISTRICT, at=AT)
    inspection.record([FINDING, FINDING], policy, organ=CITY, at=AT)
    assert inspection.findings == (FINDING, FINDING, FINDING)
    order(inspection, policy)
    with pytest.raises(AlreadyOrdered):
        inspection.record([FINDING], policy, organ=DISTRICT, at=AT)
    with pytest.raises(AlreadyOrdered):
        order(inspection, policy)


def test_nothing_is_found_before_the_day_of_the_visit_in_shanghai(policy: Policy) -> None:
    tomorrow = Visit(kind=VISIT.kind, supervisors=VISIT.supervisors, visited_on=date(2026, 3, 3))
    inspection = an_inspection(findings=(), visit=tomorrow)
    midnight = AT.replace(hour=0) + DAY
    with pytest.raises(NotYetVisited):
        inspection.record([FINDING], policy, organ=DISTRICT, at=midnight - timedelta(seconds=1))
    inspection.record([FINDING], policy, organ=DISTRICT, at=midnight)
    assert inspection.findings == (FINDING,)


def test_n3_3_rectification_is_ordered_by_the_end_of_the_fifteenth_working_day(policy: Policy) -> None:
    inspection = an_inspection()
    ordered = order(inspection, policy)
    assert ordered.due_at == DUE
    assert ordered.state is RectificationState.ORDERED
    assert inspection.rectification_id == ordered.id
    assert (ordered.institution_id, ordered.inspection_id) == (inspection.institution_id, inspection.id)
    assert (ordered.organ, ordered.uscc) == (inspection.organ, inspection.uscc)


def test_n3_3_without_findings_nothing_is_ordered(policy: Policy) -> None:
    inspection = an_inspection(findings=())
    with pytest.raises(NoFindings) as refused:
        order(inspection, policy)
    assert refused.value.basis == ("N3.3",)
    assert inspection.rectification_id is None


def test_a_report_is_taken_before_the_deadline_and_after_it() -> None:
    early, late = a_rectification(), a_rectification()
    early.complete("已整改", at=AT)
    late.fall_overdue(at=LATE)
    late.complete("已补整改", at=LATE + DAY)
    assert early.state is late.state is RectificationState.COMPLETED
    assert (late.report, late.completed_at, late.overdue_at) == ("已补整改", LATE + DAY, LATE)


@pytest.mark.parametrize("state", [RectificationState.COMPLETED, RectificationState.VERIFIED])
def test_a_report_is_not_taken_twice(state: RectificationState) -> None:
    with pytest.raises(OutOfTurn):
        a_rectification(state=state).complete("再报", at=AT)


@pytest.mark.parametrize(
    "state", [RectificationState.ORDERED, RectificationState.OVERDUE, RectificationState.VERIFIED]
)
def test_only_a_report_can_be_verified(policy: Policy, state: RectificationState) -> None:
    with pytest.raises(OutOfTurn):
        a_rectification(state=state).verify("", policy, passed=True, organ=DISTRICT, at=AT)


def test_a_passed_verification_ends_the_rectification(policy: Policy) -> None:
    rectification = a_rectification(state=RectificationState.COMPLETED)
    rectification.verify("属实", policy, passed=True, organ=CITY, at=AT)
    assert rectification.state is RectificationState.VERIFIED
    assert (rectification.verified_at, rectification.opinion) == (AT, "属实")


@pytest.mark.parametrize(
    ("overdue_at", "back_to"), [(None, RectificationState.ORDERED), (LATE, RectificationState.OVERDUE)]
)
def test_a_failed_verification_leaves_it_as_it_was_before_the_report(
    policy: Policy, overdue_at: datetime | None, back_to: RectificationState
) -> None:
    rectification = a_rectification(state=RectificationState.COMPLETED, overdue_at=overdue_at)
    rectification.verify("证据不足", policy, passed=False, organ=DISTRICT, at=AT)
    assert rectification.state is back_to
    assert rectification.verified_at is None
    assert rectification.completed_at is None
    assert rectification.due_at == DUE


@given(before=st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=400)))
def test_n3_3_nothing_is_overdue_until_its_deadline_has_passed(before: timedelta) -> None:
    rectification = a_rectification()
    with pytest.raises(NotYetDue) as refused:
        rectification.fall_overdue(at=DUE - before)
    assert refused.value.basis == ("N3.3",)
    assert rectification.state is RectificationState.ORDERED
    assert rectification.overdue_at is None


@pytest.mark.parametrize(
    "state", [RectificationState.COMPLETED, RectificationState.OVERDUE, RectificationState.VERIFIED]
)
def test_only_what_was_not_reported_falls_overdue_and_only_once(state: RectificationState) -> None:
    with pytest.raises(OutOfTurn):
        a_rectification(state=state).fall_overdue(at=LATE)


def test_n3_3_a_suspension_names_its_clause_and_the_deadline_that_was_missed() -> None:
    rectification = a_rectification()
    sanction = impose(rectification, at=LATE, new_id=uuid4())
    assert sanction.basis == ("N3.3",)
    assert sanction.rectification_id == rectification.id
    assert sanction.institution_id == rectification.institution_id
    assert "2026-03-23" in sanction.reason


def test_n3_3_a_suspension_ends_with_the_last_rectification_that_keeps_it_in_force() -> None:
    first, second = a_rectification(), a_rectification()
    sanction = impose(first, at=LATE, new_id=uuid4())
    sanction.join(second.id)
    assert sanction.settle(first.id, at=LATE + DAY) is False
    assert sanction.lifted_at is None
    assert sanction.settle(second.id, at=LATE + 2 * DAY) is True
    assert sanction.lifted_at == LATE + 2 * DAY
    assert sanction.settle(second.id, at=LATE + 3 * DAY) is False
    assert sanction.lifted_at == LATE + 2 * DAY


def test_every_refusal_has_a_chinese_and_an_english_title_and_its_own_code() -> None:
    kinds = [
        kind
        for family in Refusal.__subclasses__()
        for kind in family.__subclasses__()
        if kind.__module__ == "services.supervision.domain.refusals"
    ]
    assert len(kinds) == 24
    assert len({kind.code for kind in kinds}) == len(kinds)
    assert all(" · " in kind().title and kind.code.startswith("NJT-SUP-") for kind in kinds)


def order(inspection: Inspection, policy: Policy, *, organ: str = DISTRICT) -> Rectification:
    return inspection.order_rectification(policy, organ=organ, at=AT, as_=(uuid4(), None))
