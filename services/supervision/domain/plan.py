"""评价计划: what an institution will evaluate, and when; handed in ahead, so that somebody may come and look."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.refusals import AlreadyHeld, NotHeldThen, PlannedTooSoon
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.paging import Page
from shared.policy import Audience, Policy
from shared.values import Uscc

_LEAD = "plan.lead_days"


@dataclass(eq=False, kw_only=True)
class EvaluationPlan:
    """One evaluation that an institution means to hold, and what it says of having held it."""

    id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    item: ScopeItem
    audience: Audience
    planned_on: date
    submitted_at: datetime
    held_on: date | None = None
    candidates: int = 0
    version: int = 0

    def hold(self, *, on: date, candidates: int, today: date) -> None:
        """It was held: one batch, by the institution's own word. Raises AlreadyHeld or NotHeldThen."""
        if self.held_on is not None:
            raise AlreadyHeld(f"{self.held_on}")
        if not self.planned_on <= on <= today:
            raise NotHeldThen(f"{self.planned_on} – {today}，实为 {on} · not {on}")
        self.held_on, self.candidates = on, candidates


def check_plan(
    institution: SupervisedInstitution,
    policy: Policy,
    *,
    wanted: tuple[ScopeItem, Audience, date],
    at: datetime,
) -> None:
    """Whether it may hold what it wants on that day (N3.3, N3.6).

    Raises EvaluationSuspended, OutsideValidity, OutsideScope, or PlannedTooSoon: the lead is an assumption of the pack.
    """
    item, audience, day = wanted
    institution.check_may_evaluate(item, audience, on=day)
    today = at.astimezone(SHANGHAI).date()
    lead = policy.parameter(_LEAD, today)
    earliest = policy.calendar.add_working_days(today, policy.days(_LEAD, today))
    if day < earliest:
        raise PlannedTooSoon(
            f"最早 {earliest} · {earliest} at the earliest",
            extra={"earliest": earliest.isoformat(), "parameter": _LEAD, "status": lead.status.value},
        )


class EvaluationPlans(Protocol):
    """Where plans are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> EvaluationPlan: ...

    def add(self, aggregate: EvaluationPlan) -> None: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[EvaluationPlan]: ...
