"""办理时限: the working days an organ or an applicant has, with the pause while the other side is asked."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.clock import SHANGHAI
from shared.policy import Policy
from shared.policy.working_days import WorkingCalendar


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """When something is due. While paused, `left` working days remain and nothing falls due."""

    due_at: datetime
    paused_at: datetime | None = None
    left: int = 0
    warned_at: datetime | None = None
    escalated_at: datetime | None = None

    @classmethod
    def of(cls, parameter: str, policy: Policy, *, at: datetime) -> "Deadline":
        """The end of the term that a parameter of the policy names, counted from a moment."""
        days = policy.days(parameter, at.astimezone(SHANGHAI).date())
        return cls(due_at=policy.calendar.deadline(at, days))

    def pause(self, calendar: WorkingCalendar, *, at: datetime) -> "Deadline":
        """Stop the clock; what is left is counted in whole working days, none when it was late already."""
        if self.paused_at is not None:
            return self
        today, last = at.astimezone(SHANGHAI).date(), self.due_at.astimezone(SHANGHAI).date()
        return replace(self, paused_at=at, left=max(0, calendar.working_days_between(today, last)))

    def resume(self, calendar: WorkingCalendar, *, at: datetime) -> "Deadline":
        """Let it run on with the working days that were left; a warning is given anew."""
        if self.paused_at is None:
            return self
        return Deadline(due_at=calendar.deadline(at, self.left), escalated_at=self.escalated_at)

    def is_breached(self, *, at: datetime) -> bool:
        return self.paused_at is None and at > self.due_at

    def is_near(self, calendar: WorkingCalendar, *, days: int, at: datetime) -> bool:
        """Whether no more than so many working days are left and no warning was given yet; not once it is late."""
        if self.paused_at is not None or self.warned_at is not None or self.is_breached(at=at):
            return False
        today, last = at.astimezone(SHANGHAI).date(), self.due_at.astimezone(SHANGHAI).date()
        return calendar.working_days_between(today, last) <= days

    def watched(self, policy: Policy, *, at: datetime) -> "Deadline":
        """With the warning or the escalation to the city that is due by now noted, each once."""
        if self.is_breached(at=at):
            return replace(self, escalated_at=at) if self._wants_city(policy, at=at) else self
        days = policy.days("filing.warn_days", at.astimezone(SHANGHAI).date())
        return replace(self, warned_at=at) if self.is_near(policy.calendar, days=days, at=at) else self

    def _wants_city(self, policy: Policy, *, at: datetime) -> bool:
        """Whether the working days after the breach, in which the organ may still act alone, are over (assumed)."""
        grace = policy.days("filing.escalate_days", at.astimezone(SHANGHAI).date())
        told = self.escalated_at is not None
        return not told and (not grace or at > policy.calendar.deadline(self.due_at, grace))


def shown(moment: datetime | None) -> str:
    """A moment as it is told to people."""
    return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if moment else "—"
