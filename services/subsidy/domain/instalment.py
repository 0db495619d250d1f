"""分期: by which days how much has to be repaid; the notice's own term is the first plan, of one instalment."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.recovery_faults import PlanDoesNotAddUp
from shared.policy import Policy
from shared.policy.working_days import months_after
from shared.values import Fen


@dataclass(frozen=True, kw_only=True)
class Part:
    """One instalment as it is agreed on."""

    due_on: date
    amount: Fen


@dataclass(eq=False, kw_only=True)
class Instalment:
    """One instalment of a recovery; `agreed` unless it is the term of the notice. One that is dropped counts no more."""

    id: UUID
    recovery_id: UUID
    organ: str
    uscc: str | None
    place: int
    due_on: date
    amount: Fen
    agreed: bool
    paid: Fen = Fen(0)  # noqa: RUF009 — an immutable number
    dropped: bool = False
    overdue_at: datetime | None = None
    version: int = 0

    @property
    def unpaid(self) -> Fen:
        return Fen(0) if self.dropped else Fen(self.amount - self.paid)

    @property
    def is_late(self) -> bool:
        """Marked overdue, and still not paid."""
        return self.overdue_at is not None and self.unpaid > 0

    def fall_overdue(self, *, at: datetime) -> bool:
        """逾期, marked once; False when it is paid or was marked already."""
        if self.overdue_at is not None or not self.unpaid:
            return False
        self.overdue_at = at
        return True

    def drop(self) -> None:
        """Another plan takes its place, or nothing is due any more; what was paid of it stays."""
        self.dropped = True


def fill(instalments: Iterable[Instalment], amount: Fen) -> None:
    """What came back counts for the earliest instalments first."""
    left = int(amount)
    for each in instalments:
        share = min(left, each.unpaid)
        each.paid = Fen(each.paid + share)
        left -= share


def payable_by(instalments: Sequence[Instalment], day: date) -> Fen:
    """What may be kept back from a payment of that day.

    A debtor that keeps to instalments agreed on loses no more than those due by then; without such an agreement all that
    is due may be kept back. Assumed: no document at hand says so.
    """
    standing = [each for each in instalments if not each.dropped]
    counted = [each for each in standing if not each.agreed or each.due_on <= day]
    return Fen(sum(each.unpaid for each in counted))


def check_plan(parts: Sequence[Part], remaining: Fen, policy: Policy, *, today: date) -> None:
    """Raises PlanDoesNotAddUp unless the parts are what remains to the fen, on rising days the policy allows."""
    total = sum(part.amount for part in parts)
    if total != remaining:
        raise PlanDoesNotAddUp(
            f"各期合计 {Fen(total).yuan} 元，应为 {remaining.yuan} 元"
            f" · they come to {Fen(total).yuan}, {remaining.yuan} is due",
            extra={"total_fen": total, "remaining_fen": int(remaining)},
        )
    if any(not part.amount for part in parts):
        raise PlanDoesNotAddUp("每期须有金额 · an instalment of nothing")
    days = [part.due_on for part in parts]
    if any(later <= earlier for earlier, later in zip([today, *days], days, strict=False)):
        raise PlanDoesNotAddUp(
            "各期日期须在今日之后且逐期递增 · the days have to come after today, one after the other"
        )
    last = months_after(today, policy.number("subsidy.instalment_months", today))
    if days and days[-1] > last:
        raise PlanDoesNotAddUp(f"最后一期不得晚于 {last} · the last day allowed is {last}")


class Instalments(Protocol):
    """Where instalments are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Instalment: ...

    def add(self, aggregate: Instalment) -> None: ...

    async def of_recovery(self, recovery_id: UUID) -> Sequence[Instalment]: ...

    async def late(self, *, today: date) -> list[UUID]: ...

    async def count_late(self) -> int: ...
