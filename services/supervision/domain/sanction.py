"""暂停评价: what follows when a rectification is not completed by its deadline, and how it ends (N3.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.supervision.domain.rectification import Rectification
from shared.clock import SHANGHAI
from shared.values import Uscc

BASIS = ("N3.3",)


@dataclass(eq=False, kw_only=True)
class Sanction:
    """The suspension of an institution, at most one at a time.

    `rectification_id` brought it about; `open` are all the overdue rectifications that keep it in force.
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
    version: int = 0

    def join(self, rectification: Rectification) -> None:
        """Another rectification of the same institution fell overdue: it keeps the suspension in force as well."""
        self.open = (*self.open, rectification.id)

    def settle(self, rectification: Rectification, *, at: datetime) -> bool:
        """One rectification is verified; True when it was the last open one, and the suspension ends."""
        self.open = tuple(each for each in self.open if each != rectification.id)
        if self.open or self.lifted_at:
            return False
        self.lifted_at = at
        return True


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
