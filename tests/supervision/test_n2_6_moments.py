"""What the province orders and asks for, where it matters what came first and which day it is (N2.6, N3.3)."""

from datetime import date, datetime, time, timedelta

import pytest

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.provincial import NotInspected, TaskState
from services.supervision.provincial import OnTask, inspect_task, report_task, take_order, take_task
from services.supervision.register import note_resumed, note_suspended
from shared.clock import SHANGHAI
from shared.contracts.instructions import OrderedMeasure, SanctionOrdered, SupervisionTask
from shared.contracts.supervision import OrderCarriedOut
from shared.policy import Policy
from tests.builders import resumed, suspended
from tests.supervision.fakes import AT, DISTRICT, OWN, VISIT, Desk, an_institution

TASK = SupervisionTask(
    number="苏督〔2026〕1号", uscc=OWN, title="专项督导", demand="核查考场视频", due_on=date(2026, 3, 20)
)


@pytest.fixture
def desk(policy: Policy) -> Desk:
    return Desk(policy)


@pytest.fixture
def institution(desk: Desk) -> SupervisedInstitution:
    found = an_institution()
    desk.institutions.add(found)
    return found


def an_order(measure: OrderedMeasure = OrderedMeasure.SUSPEND, *, number: str = "1") -> SanctionOrdered:
    return SanctionOrdered(
        number=f"苏责〔2026〕{measure}{number}",
        uscc=OWN,
        measure=measure,
        document="省厅决定1号",
        reason="弄虚作假",
    )


async def test_n3_3_a_suspension_taken_back_before_the_register_has_it_is_not_reported_afterwards(
    desk: Desk, institution: SupervisedInstitution
) -> None:
    work = desk.at(AT)
    order = await take_order(an_order(), work)
    lift = await take_order(an_order(OrderedMeasure.LIFT), work)
    await note_suspended(suspended(institution.id), work)
    done = [each for each in desk.outbox.events if isinstance(each, OrderCarriedOut)]
    assert [(each.number, each.measure) for each in done] == [(lift.number, "lifted")]
    assert order.carried_out_at == AT
    assert await desk.orders.waiting(institution.id) == []
    await note_resumed(resumed(institution.id), work)
    again = await take_order(an_order(number="2"), work)
    await note_suspended(suspended(institution.id), work)
    told = desk.outbox.events[-1]
    assert isinstance(told, OrderCarriedOut)
    assert (told.number, told.measure) == (again.number, "suspended")


@pytest.mark.parametrize(("minutes", "early"), [(-30, True), (30, False)])
async def test_n2_6_a_visit_may_be_reported_from_the_first_minute_of_its_day_in_beijing(
    desk: Desk, institution: SupervisedInstitution, minutes: int, *, early: bool
) -> None:
    midnight = datetime.combine(VISIT.visited_on, time(), tzinfo=SHANGHAI)
    task = await take_task(TASK, desk.at(AT))
    on = OnTask(task_id=task.id, seen=0, by="甲", organ=DISTRICT)
    await inspect_task(on, VISIT, desk.at(AT))
    work = desk.at(midnight + timedelta(minutes=minutes))
    if early:
        with pytest.raises(NotInspected):
            await report_task(on, "未见异常", work)
    else:
        assert (await report_task(on, "未见异常", work)).state is TaskState.REPORTED
    assert task.institution_id == institution.id
