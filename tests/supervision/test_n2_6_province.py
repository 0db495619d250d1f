"""省级交办与联合督导: what the province asks for and orders, and what it hears of whom it supervises as well (N2.6)."""

from datetime import date, timedelta
from typing import Any

import pytest

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.provincial import (
    AnotherInstitution,
    NothingOrdered,
    NotInspected,
    TaskDone,
    TaskState,
    WhichFiling,
)
from services.supervision.domain.refusals import (
    EvaluationSuspended,
    NoLongerOnRecord,
    NotTheSupervisingOrgan,
    UnknownInstitution,
)
from services.supervision.domain.terms import Standing
from services.supervision.handlers import CompleteRectification as Completion
from services.supervision.handlers import (
    OnInspection,
    RecordInspection,
    SubmitPlan,
    VerifyRectification,
    complete_rectification,
    order_rectification,
    record_findings,
    record_inspection,
    submit_plan,
    verify_rectification,
)
from services.supervision.province import province
from services.supervision.provincial import (
    OnTask,
    inspect_task,
    note_overdue,
    report_task,
    take_order,
    take_task,
)
from services.supervision.register import keep_institution, note_ended, note_resumed, note_suspended
from shared.contracts.filing import InstitutionEnded
from shared.contracts.instructions import OrderedMeasure, SanctionOrdered, SupervisionTask
from shared.contracts.supervision import (
    InstitutionSanctioned,
    JointlySupervised,
    OrderCarriedOut,
    RevocationOrdered,
    SanctionLifted,
    TaskReported,
)
from shared.policy import Audience, Category, Policy
from tests.builders import a_uscc, recognized, registered, resumed, suspended
from tests.supervision.fakes import (
    AT,
    CITY,
    DISTRICT,
    EARLIEST,
    FINDING,
    OTHER_DISTRICT,
    OWN,
    TURNER,
    VISIT,
    Desk,
    an_institution,
)


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy)


@pytest.fixture
def institution(desk: Desk) -> SupervisedInstitution:
    """What the province filed, of the district (N2.1)."""
    found = an_institution()
    found.joint, found.number = ("N2.1", "N2.6"), "苏测试1"
    desk.institutions.add(found)
    return found


def a_task(**changes: Any) -> SupervisionTask:
    said = {
        "number": "苏督〔2026〕1号",
        "uscc": OWN,
        "title": "专项督导",
        "demand": "核查考场视频",
        "due_on": date(2026, 3, 20),
    }
    return SupervisionTask.model_validate(said | changes)


def an_order(measure: OrderedMeasure = OrderedMeasure.SUSPEND, **changes: Any) -> SanctionOrdered:
    said = {
        "number": f"苏责〔2026〕{measure}",
        "uscc": OWN,
        "measure": measure,
        "document": "省厅决定1号",
        "reason": "弄虚作假",
    }
    return SanctionOrdered.model_validate(said | changes)


async def test_n2_6_a_task_is_the_responsible_organs_inspects_and_is_reported_under_its_number(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work = desk.at(AT)
    task = await take_task(a_task(), work)
    assert (task.organ, task.institution_id, task.state) == (DISTRICT, institution.id, TaskState.ASSIGNED)
    on = OnTask(task_id=task.id, seen=0, by="甲", organ=DISTRICT)
    with pytest.raises(NotInspected):
        await report_task(on, "未见异常", work)
    await inspect_task(on, VISIT, work)
    assert task.inspection_id is not None
    found = OnInspection(inspection_id=task.inspection_id, seen=0, organ=DISTRICT)
    await record_findings(found, [FINDING], work)
    await report_task(on, "已责令整改", work)
    told = desk.outbox.events[-1]
    assert isinstance(told, TaskReported)
    dispatch = province.dispatch(told)
    assert dispatch is not None
    assert (dispatch.payload["number"], dispatch.payload["measure"]) == ("苏督〔2026〕1号", "inspected")
    assert [each["text"] for each in dispatch.payload["findings"]] == [FINDING.text]
    with pytest.raises(TaskDone):
        await inspect_task(on, VISIT, work)


async def test_n2_6_a_task_is_not_for_another_district_nor_about_another_institution(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work, other = desk.at(AT), an_institution()
    task = await take_task(a_task(), work)
    desk.institutions.add(other)
    visited = await record_inspection(
        RecordInspection(institution_id=other.id, organ=DISTRICT, visit=VISIT), work
    )
    with pytest.raises(AnotherInstitution):
        await inspect_task(OnTask(task_id=task.id, seen=0, by="甲", organ=CITY), visited.id, work)
    for organ in (OTHER_DISTRICT, ""):
        on = OnTask(task_id=task.id, seen=0, by="甲", organ=organ)
        with pytest.raises(NotTheSupervisingOrgan):
            await inspect_task(on, VISIT, work)
    assert institution.organ == DISTRICT


async def test_n2_6_a_task_that_nobody_reported_by_its_day_is_late_and_owed_on(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    task = await take_task(a_task(due_on=date(2026, 3, 2)), desk.at(AT))
    assert await desk.tasks.overdue(on=AT.date()) == []
    late = desk.at(AT + timedelta(days=1))
    assert await late.tasks.overdue(on=late.today) == [task.id]
    await note_overdue(task.id, late)
    assert (task.overdue_at, task.state) == (late.at, TaskState.ASSIGNED)
    assert await late.tasks.overdue(on=late.today) == []
    assert await late.tasks.count_overdue(on=late.today) == 1
    assert institution.number == "苏测试1"


async def test_which_filing_is_meant_is_told_by_its_number_or_by_what_lasts(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work, ended, second = desk.at(AT), an_institution(standing=Standing.EXPIRED), an_institution()
    desk.institutions.add(ended)
    assert (await take_task(a_task(), work)).institution_id == institution.id
    second.number = "宁备2"
    desk.institutions.add(second)
    with pytest.raises(WhichFiling):
        await take_task(a_task(number="2"), work)
    named = await take_task(a_task(number="3", filing_number="宁备2"), work)
    assert named.institution_id == second.id
    with pytest.raises(UnknownInstitution):
        await take_task(a_task(number="4", uscc=a_uscc()), work)


async def test_n3_3_an_ordered_suspension_blocks_plans_at_once_and_is_reported_when_the_register_has_it(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work = desk.at(AT)
    order = await take_order(an_order(), work)
    (imposed,) = desk.outbox.events
    assert isinstance(imposed, InstitutionSanctioned)
    assert (imposed.rectification_id, imposed.order) == (order.id, order.number)
    assert "省厅决定1号" in imposed.reason
    assert province.dispatch(imposed) is None
    wanted = SubmitPlan(
        institution_id=institution.id,
        holder=OWN,
        item=TURNER,
        audience=Audience.OWN_STAFF,
        planned_on=EARLIEST,
    )
    with pytest.raises(EvaluationSuspended):
        await submit_plan(wanted, work)
    assert order.carried_out_at is None
    await note_suspended(suspended(institution.id), work)
    done = desk.outbox.events[-1]
    assert isinstance(done, OrderCarriedOut)
    dispatch = province.dispatch(done)
    assert dispatch is not None
    assert (dispatch.payload["number"], dispatch.payload["measure"]) == (order.number, "suspended")
    assert order.carried_out_at == AT


async def test_n3_3_an_order_taken_back_ends_the_suspension_unless_something_else_holds_it(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work = desk.at(AT)
    with pytest.raises(NothingOrdered):
        await take_order(an_order(OrderedMeasure.LIFT, number="0"), work)
    first = await take_order(an_order(), work)
    await note_suspended(suspended(institution.id), work)
    second = await take_order(an_order(number="2"), work)
    assert second.carried_out_at == AT, "it is suspended already"
    lift = await take_order(an_order(OrderedMeasure.LIFT), work)
    lifted, done = desk.outbox.events[-2:]
    assert isinstance(lifted, SanctionLifted)
    assert isinstance(done, OrderCarriedOut)
    assert (done.number, done.measure) == (lift.number, "lifted")
    assert lifted.rectification_id == first.id
    await note_resumed(resumed(institution.id), work)
    assert await desk.sanctions.in_force(institution.id) is None


async def test_n2_6_an_ordered_revocation_goes_to_the_register_without_waiting_and_is_reported_when_done(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work = desk.at(AT)
    order = await take_order(an_order(OrderedMeasure.REVOKE), work)
    (told,) = desk.outbox.events
    assert isinstance(told, RevocationOrdered)
    assert (told.order, province.dispatch(told)) == (order.number, None)
    ended = InstitutionEnded(
        institution_id=institution.id,
        organ=DISTRICT,
        basis=("N3.3",),
        standing="revoked",
        reason="弄虚作假",
        on=AT.date(),
        revision=3,
    )
    await note_ended(ended, work)
    done = desk.outbox.events[-1]
    assert isinstance(done, OrderCarriedOut)
    assert (done.measure, order.carried_out_at) == ("revoked", AT)
    with pytest.raises(NoLongerOnRecord):
        await take_order(an_order(number="9"), work)
    again = await take_order(an_order(OrderedMeasure.REVOKE, number="10"), work)
    assert again.carried_out_at == AT


@pytest.mark.parametrize(
    ("category", "joint"),
    [
        (Category.PROVINCIAL_ASSOCIATION, ("N2.6",)),
        (Category.CENTRAL_ENTERPRISE, ("N2.1", "N2.6")),
    ],
)
async def test_n2_6_what_the_province_filed_is_supervised_jointly_and_shows_its_clause(
    desk: Desk, category: Category, joint: tuple[str, ...]
) -> None:
    kept = await keep_institution(recognized(category=category), desk.at(AT))
    assert (kept.joint, kept.number) == (joint, "苏测试0001")
    own = await keep_institution(registered(), desk.at(AT))
    assert (own.joint, own.number) == ((), "测试备案号")


@pytest.mark.parametrize("joint", [True, False])
async def test_n2_6_findings_and_rectifications_of_joint_supervision_are_reported(
    desk: Desk, institution: SupervisedInstitution, *, joint: bool
) -> None:
    work = desk.at(AT)
    if not joint:
        institution.joint = ()
    visit = RecordInspection(institution_id=institution.id, organ=DISTRICT, visit=VISIT)
    inspection = await record_inspection(visit, work)
    on = OnInspection(inspection_id=inspection.id, seen=0, organ=DISTRICT)
    await record_findings(on, [FINDING], work)
    await record_findings(on, [FINDING], work)
    rectification = await order_rectification(on, work)
    done = Completion(rectification_id=rectification.id, seen=0, holder=OWN, report="已整改")
    await complete_rectification(done, work)
    verified = VerifyRectification(
        rectification_id=rectification.id, seen=0, organ=DISTRICT, passed=True, opinion="属实"
    )
    await verify_rectification(verified, work)
    told = [each for each in desk.outbox.events if isinstance(each, JointlySupervised)]
    steps = ["found", "found", "rectification_ordered", "rectified"] if joint else []
    assert [each.step for each in told] == steps
    dispatches = [province.dispatch(each) for each in told]
    assert len({each.business_key for each in dispatches if each is not None}) == len(steps)
