"""Whatever happens to an institution's rectifications in whatever order, suspension follows the rule (N3.3)."""

import contextlib
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.supervision import handlers
from services.supervision.domain.rectification import Rectification
from shared.contracts.supervision import InstitutionSanctioned, SanctionLifted
from shared.errors import Refusal
from shared.policy import Policy
from tests.supervision.fakes import AT, DISTRICT, OWN, Desk, a_rectification

INSTITUTION = UUID(int=1)
ACTS = ("report", "pass", "fail", "suspend")

steps = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(ACTS), st.integers(0, 2)),
        st.tuples(st.just("wait"), st.integers(1, 10)),
    ),
    max_size=40,
)


class Story:
    """Three orders to one institution, due on different days, and everything that is done about them."""

    def __init__(self, policy: Policy) -> None:
        self.desk = Desk(policy=policy)
        self.now = AT
        self.orders = [
            a_rectification(institution_id=INSTITUTION, due_at=AT + timedelta(days=days))
            for days in (5, 5, 12)
        ]
        for order in self.orders:
            self.desk.rectifications.add(order)

    async def take(self, act: str, number: int) -> None:
        """One step; what is refused changes nothing."""
        if act == "wait":
            self.now += timedelta(days=number)
            return
        order, before = self.orders[number], len(self.desk.outbox.events)
        with contextlib.suppress(Refusal):
            await self._do(act, order)
        for event in self.desk.outbox.events[before:]:
            self._check(event, act, order)

    async def _do(self, act: str, order: Rectification) -> None:
        work = self.desk.at(self.now)
        if act == "suspend":
            await handlers.suspend_overdue(order.id, work)
        elif act == "report":
            command = handlers.CompleteRectification(
                rectification_id=order.id, seen=0, holder=OWN, report="已整改"
            )
            await handlers.complete_rectification(command, work)
        else:
            verdict = handlers.VerifyRectification(
                rectification_id=order.id, seen=0, organ=DISTRICT, passed=act == "pass", opinion=""
            )
            await handlers.verify_rectification(verdict, work)

    def _check(self, event: object, act: str, order: Rectification) -> None:
        if isinstance(event, InstitutionSanctioned):
            assert act == "suspend"
            assert event.rectification_id == order.id
            assert self.now > order.due_at
            assert order.completed_at is None
        else:
            assert isinstance(event, SanctionLifted)
            assert act == "pass"
            assert order.verified_at == self.now

    @property
    def overdue(self) -> list[datetime]:
        """Since when which orders are overdue and not verified."""
        return [each.overdue_at for each in self.orders if each.overdue_at and each.verified_at is None]


@given(steps=steps)
async def test_n3_3_suspended_exactly_while_something_overdue_is_not_verified(
    policy: Policy, steps: list[tuple[str, int]]
) -> None:
    story = Story(policy)
    for act, number in steps:
        await story.take(act, number)
        sanction = await story.desk.sanctions.in_force(INSTITUTION)
        assert (sanction is not None) == bool(story.overdue)
        kinds = [type(event) for event in story.desk.outbox.events]
        assert kinds == [InstitutionSanctioned, SanctionLifted] * (len(kinds) // 2) + (
            [InstitutionSanctioned] if sanction else []
        )


async def test_the_steps_can_suspend_and_lift(policy: Policy) -> None:
    """Guards the property above against a story in which nothing ever happens."""
    story = Story(policy)
    for act, number in (("suspend", 0), ("wait", 6), ("suspend", 0), ("report", 0), ("pass", 0)):
        await story.take(act, number)
    assert [type(event) for event in story.desk.outbox.events] == [InstitutionSanctioned, SanctionLifted]
