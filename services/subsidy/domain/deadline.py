"""办理时限: until when an organ has to have acted, and since when the city knows that it had not."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.clock import SHANGHAI
from shared.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """When something is due; past it, the organ above is told once."""

    due_at: datetime
    escalated_at: datetime | None = None

    @classmethod
    def of(cls, parameter: str, policy: Policy, *, at: datetime) -> "Deadline":
        """The end of the working days that a parameter of the policy names, counted from a moment."""
        days = policy.days(parameter, at.astimezone(SHANGHAI).date())
        return cls(due_at=policy.calendar.deadline(at, days))

    def is_overdue(self, *, at: datetime) -> bool:
        return at > self.due_at

    def watched(self, *, at: datetime) -> "Deadline":
        """With its escalation noted once it is overdue, and only the first time."""
        if self.escalated_at is not None or not self.is_overdue(at=at):
            return self
        return replace(self, escalated_at=at)
