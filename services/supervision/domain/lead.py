"""线索: something that looks wrong in subsidy, looked into by supervision until it is found so, or not (N3.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.supervision.domain.inspection import Inspection
from services.supervision.domain.institution import check_supervises
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy import Policy
from shared.policy.terms import Term
from shared.values import Uscc

BASIS = ("N3.3",)


class UnknownLead(NotFound):
    """没有这条线索 · There is no such lead."""

    code = "NJT-SUP-1025"


class LeadClosed(Conflict):
    """线索已办结 · The lead is closed already."""

    code = "NJT-SUP-1026"


class OtherInstitution(Conflict):
    """该督导不是对线索所涉机构的 · The inspection is of another institution than the lead is about."""

    code = "NJT-SUP-1027"


class NobodyToInspect(Conflict):
    """线索不涉及机构，无从督导 · The lead is about no institution that could be inspected."""

    code = "NJT-SUP-1028"


class LeadState(Term):
    """How far it is. One that was closed is open again when more is found."""

    NEW = "new", "待指派", "New"
    ASSIGNED = "assigned", "核查中", "Assigned"
    INSPECTING = "inspecting", "督导中", "Being inspected"
    CLOSED = "closed", "已办结", "Closed"


class LeadFinding(Term):
    """What looking into it found."""

    CONFIRMED = "confirmed", "属实", "Confirmed"
    UNFOUNDED = "unfounded", "不属实", "Unfounded"
    UNCLEAR = "unclear", "未能查实", "Unclear"


@dataclass(frozen=True, kw_only=True)
class Officer:
    """Who acts, and of which organ."""

    name: str
    organ: str


@dataclass(eq=False, kw_only=True)
class Lead:
    """One signal of subsidy's as supervision handles it; `evidence` is as it was announced, in its latest revision.

    `lapsed_at` is since when subsidy finds nothing of it any more. It is about an institution, or about people who claim
    for themselves. The last finding stays when it is open again.
    """

    id: UUID
    signal_id: UUID
    kind: str
    label: str
    organ: str
    institution_id: UUID | None
    institution_uscc: Uscc | None
    evidence: dict[str, Any]
    revision: int
    raised_at: datetime
    lapsed_at: datetime | None = None
    state: LeadState = LeadState.NEW
    assigned_to: str = ""
    assigned_by: str = ""
    assigned_at: datetime | None = None
    inspection_id: UUID | None = None
    finding: LeadFinding | None = None
    reason: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None
    version: int = 0

    def raise_again(self, evidence: dict[str, Any], *, revision: int) -> None:
        """More of it, or something else, was found: closed or not, it is to be looked into."""
        self.evidence, self.revision, self.lapsed_at = evidence, revision, None
        if self.state is LeadState.CLOSED:
            self.state = LeadState.ASSIGNED if self.assigned_to else LeadState.NEW

    def lapse(self, *, at: datetime) -> None:
        """Subsidy finds nothing of it any more; what that means is for whoever closes it."""
        self.lapsed_at = at

    def assign(self, officer: str, policy: Policy, *, by: Officer, at: datetime) -> None:
        """指派 to somebody, again if need be; raises NotTheSupervisingOrgan or LeadClosed."""
        self._expect_open(by, policy)
        self.assigned_to, self.assigned_by, self.assigned_at = officer, by.name, at
        if self.state is LeadState.NEW:
            self.state = LeadState.ASSIGNED

    def check_may_be_inspected(self, policy: Policy, *, by: Officer) -> UUID:
        """The institution to be inspected; raises NotTheSupervisingOrgan, LeadClosed or NobodyToInspect."""
        self._expect_open(by, policy)
        if self.institution_id is None:
            raise NobodyToInspect(basis=BASIS)
        return self.institution_id

    def inspect(self, inspection: Inspection, policy: Policy, *, by: Officer) -> None:
        """转督导: looked into by an inspection. Raises what `check_may_be_inspected` raises, or OtherInstitution."""
        if inspection.institution_id != self.check_may_be_inspected(policy, by=by):
            raise OtherInstitution(basis=BASIS)
        self.inspection_id, self.state = inspection.id, LeadState.INSPECTING

    def close(self, finding: LeadFinding, reason: str, policy: Policy, *, by: Officer, at: datetime) -> None:
        """办结 by an officer of the organ responsible or of one above it; raises NotTheSupervisingOrgan or LeadClosed."""
        self._expect_open(by, policy)
        self.finding, self.reason, self.state = finding, reason, LeadState.CLOSED
        self.closed_by, self.closed_at = by.name, at

    def _expect_open(self, by: Officer, policy: Policy) -> None:
        check_supervises(policy, officer=by.organ, organ=self.organ)
        if self.state is LeadState.CLOSED:
            raise LeadClosed(f"{self.closed_by} {self.closed_at:%Y-%m-%d}", basis=BASIS)


@dataclass(frozen=True, kw_only=True)
class Sought:
    """Which leads are looked for."""

    kind: str | None = None
    state: LeadState | None = None
    institution_id: UUID | None = None
    organ: str | None = None
    assigned_to: str | None = None


class Leads(Protocol):
    """Where leads are kept; only those within the caller's reach exist for it, and an institution reaches none."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Lead: ...

    def add(self, aggregate: Lead) -> None: ...

    async def of_signal(self, signal_id: UUID) -> Lead | None: ...

    async def page(self, sought: Sought, *, cursor: str | None, size: int) -> Page[Lead]: ...
