"""What supervision keeps of the register's changes, and which planned evaluations were held."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import text

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.plan import EvaluationPlan
from services.supervision.domain.refusals import EvaluationSuspended, NoLongerOnRecord, OutsideScope
from services.supervision.domain.terms import Standing
from shared.clock import SHANGHAI, StoryClock
from shared.contracts.supervision import EvaluationHeld
from shared.identity import Permission, Scope
from shared.policy import Audience
from tests.builders import DISTRICT, MILLER, a_uscc, an_item, registered
from tests.changes import amended, ended, hear, hear_in_disorder, renewed, rescoped, resumed_on, suspended_on
from tests.interfaces import Interfaces

EVERYTHING = Scope(actor="test", act="test", everything=True)
MAY, JUNE = date(2024, 5, 1), date(2024, 6, 1)
TURNER, MILLING = an_item(), an_item(MILLER)


async def kept(interfaces: Interfaces, key: UUID) -> SupervisedInstitution:
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        found: SupervisedInstitution = await work.institutions.get(key)
    return found


async def test_n3_6_what_may_be_planned_on_a_day_is_the_scope_of_that_day(interfaces: Interfaces) -> None:
    event = registered(scope=(TURNER,))
    await hear(interfaces, "supervision", event, rescoped(event.institution_id, MILLING, since=JUNE))
    after = await kept(interfaces, event.institution_id)
    after.check_may_evaluate(TURNER, Audience.OWN_STAFF, on=MAY)
    after.check_may_evaluate(MILLING, Audience.OWN_STAFF, on=JUNE)
    for item, day in ((MILLING, MAY), (TURNER, JUNE)):
        with pytest.raises(OutsideScope):
            after.check_may_evaluate(item, Audience.OWN_STAFF, on=day)


async def test_name_and_validity_follow_the_register(interfaces: Interfaces) -> None:
    event = registered()
    key = event.institution_id
    await hear(interfaces, "supervision", event, amended(key, "改名公司"), renewed(key, date(2031, 1, 1)))
    after = await kept(interfaces, key)
    assert (after.name, after.valid_until) == ("改名公司", date(2031, 1, 1))


@pytest.mark.parametrize("standing", ["expired", "cancelled", "removed", "revoked"])
async def test_what_is_on_record_no_more_plans_nothing_and_is_not_drawn(
    interfaces: Interfaces, standing: str
) -> None:
    event = registered()
    await hear(interfaces, "supervision", event, ended(event.institution_id, standing))
    after = await kept(interfaces, event.institution_id)
    with pytest.raises(NoLongerOnRecord):
        after.check_may_evaluate(TURNER, Audience.OWN_STAFF, on=MAY)
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        drawn = await work.institutions.in_force(on=MAY)
    assert event.institution_id not in {each.id for each in drawn}


async def test_in_whatever_order_and_however_often_it_is_heard_it_stands_the_same(
    interfaces: Interfaces, story: StoryClock
) -> None:
    event = registered(scope=(TURNER,))
    key = event.institution_id
    facts = (
        event,
        suspended_on(key, MAY),
        resumed_on(key, MAY),
        rescoped(key, MILLING, since=JUNE),
        suspended_on(key, JUNE),
    )
    await hear_in_disorder(interfaces, "supervision", story, *facts)
    after = await kept(interfaces, key)
    assert (after.standing, after.scope, len(after.versions), after.version) == (
        Standing.SUSPENDED,
        (MILLING,),
        2,
        5,
    )
    with pytest.raises(EvaluationSuspended):
        after.check_may_evaluate(MILLING, Audience.OWN_STAFF, on=JUNE)


async def planned(interfaces: Interfaces, **changes: Any) -> EvaluationPlan:
    """A plan for yesterday."""
    yesterday = interfaces.clock.now().astimezone(SHANGHAI).date() - timedelta(days=1)
    given: dict[str, Any] = {
        "id": uuid4(),
        "institution_id": uuid4(),
        "organ": DISTRICT,
        "uscc": a_uscc(),
        "item": TURNER,
        "audience": Audience.OWN_STAFF,
        "planned_on": yesterday,
        "submitted_at": interfaces.clock.now(),
    }
    plan = EvaluationPlan(**(given | changes))
    async with interfaces.suite.runtimes["supervision"].works(EVERYTHING) as work:
        work.plans.add(plan)
    return plan


async def hold(
    interfaces: Interfaces, plan: EvaluationPlan, on: date, *, holder: str | None = None, tag: str = '"1"'
) -> httpx.Response:
    caller = interfaces.bearer(Permission.PLAN, Permission.READ_REGISTER, holder=holder or plan.uscc)
    return await interfaces.clients["supervision"].post(
        f"/v1/evaluation-plans/{plan.id}/evaluation",
        headers=caller | {"If-Match": tag},
        json={"held_on": on.isoformat(), "candidates": 12},
    )


async def test_an_institution_reports_a_planned_evaluation_as_held_once(interfaces: Interfaces) -> None:
    plan = await planned(interfaces)
    answer = await hold(interfaces, plan, plan.planned_on)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["held_on"], answer.json()["candidates"]) == (plan.planned_on.isoformat(), 12)
    async with interfaces.suite.runtimes["supervision"].engine.connect() as connection:
        said = await connection.execute(
            text("SELECT topic, data FROM outbox WHERE subject = :id"), {"id": plan.id}
        )
        ((topic, data),) = said.all()
    event = EvaluationHeld.model_validate_json(data)
    assert topic == event.topic
    assert (event.institution_id, event.held_on, event.candidates) == (
        plan.institution_id,
        plan.planned_on,
        12,
    )
    again = await hold(interfaces, plan, plan.planned_on, tag='"2"')
    assert (again.status_code, again.json()["code"]) == (409, "NJT-SUP-1020")


@pytest.mark.parametrize("days", [-1, 2])
async def test_an_evaluation_was_held_neither_before_its_day_nor_in_the_future(
    interfaces: Interfaces, days: int
) -> None:
    plan = await planned(interfaces)
    refused = await hold(interfaces, plan, plan.planned_on + timedelta(days=days))
    assert (refused.status_code, refused.json()["code"]) == (409, "NJT-SUP-1021")


async def test_nobody_reports_for_another_institution(interfaces: Interfaces) -> None:
    plan = await planned(interfaces)
    assert (await hold(interfaces, plan, plan.planned_on, holder=a_uscc())).status_code == 404
