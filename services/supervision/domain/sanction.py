"""暂停评价: what follows when a rectification is not completed by its deadline, and how it ends (N3.3)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import AlreadyRevoked, RevocationTooSoon
from shared.clock import SHANGHAI
from shared.policy import Policy
from shared.values import Uscc

BASIS = ("N3.3",)


@dataclass(eq=False, kw_only=True)
class Sanction:
    """The suspension of an institution, at most one at a time.

    `rectification_id` brought it about; `open` are all the overdue rectifications that keep it in force, and the
    province's orders by their own ids. One over which the filing is revoked stays in force: nothing is planned until
    the register has heard of it.
    """

    id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    rectification_id: UUID
    reason: str
    basis: tuple[str, ...]
    imposed_at: datetime
    open: tuple[UUID, ...]
    lifted_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_for: str = ""
    version: int = 0

    def join(self, cause: UUID) -> None:
        """Another rectification of the same institution fell overdue, or an order came: it keeps it in force as well."""
        self.open = (*self.open, cause)

    def settle(self, cause: UUID, *, at: datetime) -> bool:
        """One rectification is verified, or one order taken back; True when it was the last, and the suspension ends."""
        self.open = tuple(each for each in self.open if each != cause)
        if self.open or self.lifted_at or self.revoked_at:
            return False
        self.lifted_at = at
        return True

    def revoke(self, reason: str, policy: Policy, *, at: datetime) -> None:
        """Nothing was rectified for as long as a suspension may last; raises RevocationTooSoon or AlreadyRevoked."""
        months = policy.number("supervise.suspend_max_months", at.astimezone(SHANGHAI).date())
        first = months_after(self.imposed_at.astimezone(SHANGHAI).date(), months)
        if at.astimezone(SHANGHAI).date() <= first:
            raise RevocationTooSoon(
                f"暂停满 {months} 个月（假设值，{first}）后 · not before {first} is over, an assumption",
                basis=BASIS,
            )
        self.revoke_by_order(reason, at=at)

    def revoke_by_order(self, reason: str, *, at: datetime) -> None:
        """The province orders it, however long the suspension lasted; raises AlreadyRevoked."""
        if self.revoked_at is not None:
            raise AlreadyRevoked(basis=BASIS)
        self.revoked_at, self.revoked_for = at, reason


def months_after(day: date, months: int) -> date:
    """The same day of the month `months` later, or that month's last day where it has none such."""
    years, month = divmod(day.month - 1 + months, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))


def impose(rectification: Rectification, *, at: datetime, new_id: UUID) -> Sanction:
    """Suspend the institution over an overdue rectification (N3.3)."""
    due = rectification.due_at.astimezone(SHANGHAI).date()
    return Sanction(
        id=new_id,
        institution_id=rectification.institution_id,
        organ=rectification.organ,
        uscc=rectification.uscc,
        rectification_id=rectification.id,
        reason=f"整改逾期未完成（期限 {due}） · a rectification due on {due} was not completed",
        basis=BASIS,
        imposed_at=at,
        open=(rectification.id,),
    )


class Sanctions(Protocol):
    """Where sanctions are kept; only those within the caller's reach exist for it."""

    def add(self, aggregate: Sanction) -> None: ...

    async def in_force(self, institution_id: UUID) -> Sanction | None: ...
