"""REST bodies of leads, in and out."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator

from services.supervision.domain.inspection import Visit
from services.supervision.domain.lead import Lead, LeadFinding, LeadState
from services.supervision.domain.terms import InspectionKind
from services.supervision.schemas import Body, Name, Paragraph
from shared.contracts.subsidy import SignalEvidence
from shared.http.work import View
from shared.values import Uscc

Kind = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]
OrganCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]


class AssignmentBody(Body):
    """指派 · who is to look into it."""

    officer: Name


class VisitBody(Body):
    """A visit to the institution, made or arranged; at least two supervisors by the policy."""

    kind: InspectionKind
    supervisors: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    visited_on: date

    def made(self) -> Visit:
        return Visit(kind=self.kind, supervisors=self.supervisors, visited_on=self.visited_on)


class LeadInspectionBody(Body):
    """转督导 · an inspection there is, or a visit to be entered as a new one."""

    inspection_id: UUID | None = None
    visit: VisitBody | None = None

    @model_validator(mode="after")
    def _names_one(self) -> Self:
        if (self.inspection_id is None) == (self.visit is None):
            raise ValueError("须填已有督导或新的督导之一 · name either an inspection or a visit")
        return self

    def made(self) -> UUID | Visit:
        """The inspection that is there, or the visit of a new one."""
        if self.visit is not None:
            return self.visit.made()
        if self.inspection_id is None:
            raise AssertionError("one of the two is named")
        return self.inspection_id


class ClosingBody(Body):
    """办结结论 · what was found, and on what that rests."""

    finding: LeadFinding
    reason: Paragraph


class LeadView(View):
    """A lead: what subsidy found, who looks into it, and what came of it."""

    signal_id: UUID
    kind: str
    label: str = Field(description="中文 · English")
    organ: str
    institution_id: UUID | None = Field(
        description="涉及个人申领时为空 · none where people claim for themselves"
    )
    institution_uscc: Uscc | None
    evidence: SignalEvidence
    revision: int
    raised_at: datetime
    lapsed_at: datetime | None = Field(description="补贴侧已查不到的时间 · since when it is found no more")
    state: LeadState
    assigned_to: str
    assigned_by: str
    assigned_at: datetime | None
    inspection_id: UUID | None
    finding: LeadFinding | None = Field(description="最近一次结论 · the last finding")
    reason: str
    closed_by: str
    closed_at: datetime | None

    @classmethod
    def of(cls, lead: Lead) -> "LeadView":
        return cls.model_validate(lead)
