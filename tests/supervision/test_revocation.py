"""Who stays suspended too long without rectifying is ordered off the record (N3.3)."""

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from services.supervision import handlers
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import (
    AlreadyRevoked,
    EvaluationSuspended,
    NotSanctioned,
    NotTheSupervisingOrgan,
    RevocationTooSoon,
)
from services.supervision.domain.sanction import impose, months_after
from services.supervision.province import province
from services.supervision.revocation import OrderRevocation, order_revocation
from shared.clock import SHANGHAI, StoryClock
from shared.contracts.province import MessageCode, SupervisionReport
from shared.contracts.supervision import InstitutionSanctioned, RevocationOrdered
from shared.identity import Permission, Scope
from shared.policy import Audience, Policy
from tests.interfaces import Interfaces
from tests.supervision.fakes import (
    AT,
    CITY,
    DISTRICT,
    DUE,
    OTHER_DISTRICT,
    OWN,
    TURNER,
    Desk,
    a_rectification,
    an_institution,
)

SUSPENDED = DUE + timedelta(seconds=1)
"""24 March 2026, so that six months end on 24 September."""
LAST = datetime(2026, 9, 24, 23, 59, tzinfo=SHANGHAI)
AFTER = datetime(2026, 9, 25, 9, tzinfo=SHANGHAI)


@pytest.fixture
async def desk(policy: Policy) -> Desk:
    """An institution that was suspended over its one rectification."""
    desk = Desk(policy=policy)
    institution = an_institution()
    order = a_rectification(institution_id=institution.id)
    desk.institutions.add(institution)
    desk.rectifications.add(order)
    await handlers.suspend_overdue(order.id, desk.at(SUSPENDED))
    return desk


async def ordered(desk: Desk, *, at: datetime = AFTER, organ: str = DISTRICT) -> Rectification:
    (order,) = desk.rectifications.held.values()
    command = OrderRevocation(rectification_id=order.id, seen=0, organ=organ, reason="逾期六个月未整改")
    return await order_revocation(command, desk.at(at))


async def test_after_the_longest_suspension_it_is_ordered_and_announced(desk: Desk) -> None:
    await ordered(desk)
    suspended, revoked = desk.outbox.events
    assert isinstance(suspended, InstitutionSanctioned)
    assert isinstance(revoked, RevocationOrdered)
    assert (revoked.subject, revoked.reason, revoked.basis) == (
        suspended.institution_id,
        "逾期六个月未整改",
        ("N3.3",),
    )
    with pytest.raises(AlreadyRevoked):
        await ordered(desk)


async def test_not_a_day_too_early_and_not_by_who_does_not_supervise_it(desk: Desk) -> None:
    with pytest.raises(RevocationTooSoon, match="假设值"):
        await ordered(desk, at=LAST)
    with pytest.raises(NotTheSupervisingOrgan):
        await ordered(desk, organ=OTHER_DISTRICT)
    await ordered(desk, organ=CITY)


async def test_what_was_put_right_in_the_end_revokes_nothing(desk: Desk) -> None:
    (order,) = desk.rectifications.held.values()
    work = desk.at(LAST)
    done = handlers.CompleteRectification(rectification_id=order.id, seen=0, holder=OWN, report="已整改")
    await handlers.complete_rectification(done, work)
    verdict = handlers.VerifyRectification(
        rectification_id=order.id, seen=0, organ=DISTRICT, passed=True, opinion=""
    )
    await handlers.verify_rectification(verdict, work)
    with pytest.raises(NotSanctioned):
        await ordered(desk)


async def test_until_the_register_has_heard_of_it_nothing_is_planned(desk: Desk) -> None:
    await ordered(desk)
    (institution,) = desk.institutions.held.values()
    plan = handlers.SubmitPlan(
        institution_id=institution.id,
        holder=OWN,
        item=TURNER,
        audience=Audience.OWN_STAFF,
        planned_on=date(2026, 11, 2),
    )
    with pytest.raises(EvaluationSuspended):
        await handlers.submit_plan(plan, desk.at(AFTER))


async def test_what_is_put_right_afterwards_lifts_nothing_any_more(desk: Desk) -> None:
    (order,) = desk.rectifications.held.values()
    await ordered(desk)
    (sanction,) = desk.sanctions.held
    assert not sanction.settle(order.id, at=AFTER)
    assert sanction.lifted_at is None


@pytest.mark.parametrize(
    ("day", "then"),
    [("2025-08-31", "2026-02-28"), ("2026-03-23", "2026-09-23"), ("2025-12-01", "2026-06-01")],
)
def test_months_end_on_the_same_day_or_the_months_last(day: str, then: str) -> None:
    assert months_after(date.fromisoformat(day), 6) == date.fromisoformat(then)


def test_the_province_is_told_of_it() -> None:
    event = RevocationOrdered(
        institution_id=uuid4(),
        uscc=OWN,
        organ=DISTRICT,
        basis=("N3.3",),
        rectification_id=uuid4(),
        reason="逾期六个月未整改",
    )
    told = province.dispatch(event)
    assert told is not None
    assert (told.code, told.lane) == (MessageCode.SUPERVISION_RESULT, OWN)
    report = SupervisionReport.model_validate(told.payload)
    assert (report.measure, report.reason) == ("revocation_ordered", "逾期六个月未整改")


async def test_over_http_an_officer_orders_it_once(interfaces: Interfaces, story: StoryClock) -> None:
    story.set(AFTER)
    order = a_rectification(overdue_at=AT)
    runtime = interfaces.suite.runtimes["supervision"]
    async with runtime.works(Scope(actor="test", act="test", everything=True)) as work:
        work.rectifications.add(order)
        work.sanctions.add(impose(order, at=SUSPENDED, new_id=uuid4()))
    who = interfaces.bearer(Permission.SUPERVISE, Permission.READ_REGISTER, organ=DISTRICT)

    async def ask() -> tuple[int, str]:
        answer = await interfaces.clients["supervision"].post(
            f"/v1/rectifications/{order.id}/revocation",
            headers=who | {"If-Match": '"1"'},
            json={"reason": "逾期六个月未整改"},
        )
        return answer.status_code, answer.json().get("code", "")

    assert await ask() == (200, "")
    assert await ask() == (409, "NJT-SUP-1024")
