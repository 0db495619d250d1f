"""质量督导: one visit to an institution, and what it found (N3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.supervision.domain.institution import SupervisedInstitution, check_supervises
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import AlreadyOrdered, NoFindings, NotYetVisited, TooFewSupervisors
from services.supervision.domain.terms import Finding, InspectionKind
from shared.clock import SHANGHAI
from shared.policy import Policy
from shared.values import Uscc


@dataclass(frozen=True, kw_only=True)
class Visit:
    """How, by whom and when an institution is inspected."""

    kind: InspectionKind
    supervisors: tuple[str, ...]
    visited_on: date


@dataclass(eq=False, kw_only=True)
class Inspection:
    """One visit; `organ` is responsible for the institution, `inspected_by` sent the supervisors."""

    id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    inspected_by: str
    visit: Visit
    findings: tuple[Finding, ...] = ()
    rectification_id: UUID | None = None
    version: int = 0

    def record(self, findings: Sequence[Finding], policy: Policy, *, organ: str, at: datetime) -> None:
        """Add what was found (N3.3); raises NotYetVisited before its day, AlreadyOrdered once it is closed."""
        check_supervises(policy, officer=organ, organ=self.organ)
        self._expect_open()
        if at.astimezone(SHANGHAI).date() < self.visit.visited_on:
            raise NotYetVisited(f"{self.visit.visited_on}")
        self.findings = (*self.findings, *findings)

    def order_rectification(
        self, policy: Policy, *, organ: str, at: datetime, as_: tuple[UUID, str | None]
    ) -> Rectification:
        """限期整改: what was found must be put right in the working days that the policy names (N3.3).

        `as_` is the rectification's id and the trace it is ordered in. Raises NoFindings, AlreadyOrdered.
        """
        check_supervises(policy, officer=organ, organ=self.organ)
        self._expect_open()
        if not self.findings:
            raise NoFindings(basis=("N3.3",))
        self.rectification_id, traceparent = as_
        days = policy.days("supervise.rectify_days", at.astimezone(SHANGHAI).date())
        return Rectification(
            id=self.rectification_id,
            institution_id=self.institution_id,
            organ=self.organ,
            uscc=self.uscc,
            inspection_id=self.id,
            ordered_at=at,
            due_at=policy.calendar.deadline(at, days),
            traceparent=traceparent,
        )

    def _expect_open(self) -> None:
        if self.rectification_id is not None:
            raise AlreadyOrdered(str(self.rectification_id))


def inspect(
    institution: SupervisedInstitution,
    visit: Visit,
    policy: Policy,
    *,
    organ: str,
    at: datetime,
    new_id: UUID,
) -> Inspection:
    """Enter a visit, made or arranged (N3.3); raises NotTheSupervisingOrgan, TooFewSupervisors."""
    check_supervises(policy, officer=organ, organ=institution.organ)
    needed = policy.number("supervise.visit_min_people", at.astimezone(SHANGHAI).date())
    named = set(visit.supervisors)
    if len(named) < needed or len(named) != len(visit.supervisors):
        raise TooFewSupervisors(f"不少于 {needed} 人且不重复 · at least {needed}, each once", basis=("N3.3",))
    return Inspection(
        id=new_id,
        institution_id=institution.id,
        organ=institution.organ,
        uscc=institution.uscc,
        inspected_by=organ,
        visit=visit,
    )


class Inspections(Protocol):
    """Where inspections are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Inspection: ...

    async def known(self, key: UUID) -> Inspection | None: ...

    def add(self, aggregate: Inspection) -> None: ...
