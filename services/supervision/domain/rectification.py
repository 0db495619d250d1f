"""限期整改: what an institution must put right, from the order to its verification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.supervision.domain.institution import check_supervises
from services.supervision.domain.refusals import NotYetDue, OutOfTurn
from services.supervision.domain.terms import RectificationState
from shared.clock import SHANGHAI
from shared.paging import Page
from shared.policy import Policy
from shared.values import Uscc

_UNREPORTED = (RectificationState.ORDERED, RectificationState.OVERDUE)


@dataclass(eq=False, kw_only=True)
class Rectification:
    """An order to put findings right by a deadline, which never moves; `traceparent` is the trace it was given in."""

    id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    inspection_id: UUID
    ordered_at: datetime
    due_at: datetime
    state: RectificationState = RectificationState.ORDERED
    report: str = ""
    completed_at: datetime | None = None
    overdue_at: datetime | None = None
    opinion: str = ""
    verified_at: datetime | None = None
    traceparent: str | None = None
    version: int = 0

    def complete(self, report: str, *, at: datetime) -> None:
        """整改报告: the institution says what it has done, before the deadline or after it."""
        self._expect(*_UNREPORTED)
        self.report = report
        self.completed_at = at
        self.state = RectificationState.COMPLETED

    def verify(self, opinion: str, policy: Policy, *, passed: bool, organ: str, at: datetime) -> None:
        """复查: a report that does not convince counts as none; it is ordered, or overdue, as it was before."""
        check_supervises(policy, officer=organ, organ=self.organ)
        self._expect(RectificationState.COMPLETED)
        self.opinion = opinion
        if passed:
            self.verified_at = at
            self.state = RectificationState.VERIFIED
            return
        self.completed_at = None
        self.state = RectificationState.OVERDUE if self.overdue_at else RectificationState.ORDERED

    def fall_overdue(self, *, at: datetime) -> None:
        """Nobody reported completion in time (N3.3); raises NotYetDue until the deadline has passed."""
        self._expect(RectificationState.ORDERED)
        if at <= self.due_at:
            due = self.due_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
            raise NotYetDue(f"期限至 {due} · it is due then", basis=("N3.3",))
        self.overdue_at = at
        self.state = RectificationState.OVERDUE

    def _expect(self, *states: RectificationState) -> None:
        if self.state not in states:
            wanted = "/".join(states)
            raise OutOfTurn(f"当前为 {self.state}，须为 {wanted} · it is {self.state}, not {wanted}")


class Rectifications(Protocol):
    """Where rectifications are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Rectification: ...

    def add(self, aggregate: Rectification) -> None: ...

    async def page(
        self, *, state: RectificationState | None, cursor: str | None, size: int
    ) -> Page[Rectification]: ...

    async def overdue(self, *, at: datetime) -> Sequence[Rectification]: ...
