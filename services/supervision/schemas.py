"""REST bodies of supervision, in and out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.supervision.domain.inspection import Inspection
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.plan import EvaluationPlan
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.sampling import Drawn, Sample
from services.supervision.domain.terms import (
    FindingCategory,
    InspectionKind,
    RectificationState,
    Severity,
    Standing,
)
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Audience
from shared.values import Fen, Uscc

# U+0000 is valid JSON and no database text.
_STORABLE = r"^[^\x00]*$"
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True, pattern=_STORABLE)
]
Remark = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True, pattern=_STORABLE)]
Paragraph = Annotated[
    str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True, pattern=_STORABLE)
]


class Body(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewPlan(Body):
    """What the institution will evaluate, whom, and on which day (N3.3)."""

    institution_id: UUID
    item: ScopeItem = Field(description="职业(工种)与等级 · occupation, work type and level")
    audience: Audience
    planned_on: date


class EvaluationBody(Body):
    """实施情况 · when the planned evaluation was held, and how many were evaluated."""

    held_on: date
    candidates: Annotated[int, Field(ge=1, le=100_000)]


class NewInspection(Body):
    """A visit, made or arranged; at least two supervisors by the policy."""

    institution_id: UUID
    kind: InspectionKind
    supervisors: Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]
    visited_on: date


class FindingBody(Body):
    """One thing the visit found."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    category: FindingCategory
    severity: Severity
    text: Paragraph


class FindingsBody(Body):
    """What the visit found; may be sent more than once until rectification is ordered."""

    findings: Annotated[tuple[FindingBody, ...], Field(min_length=1, max_length=50)]


class CompletionBody(Body):
    """整改报告 · what the institution has done."""

    report: Paragraph


class VerificationBody(Body):
    """复查结论 · whether it was put right, and what the officer thinks of it."""

    passed: bool
    opinion: Remark = ""


class PlanView(View):
    """An evaluation plan."""

    institution_id: UUID
    organ: str
    uscc: Uscc
    item: ScopeItem
    audience: Audience
    planned_on: date
    submitted_at: datetime
    held_on: date | None
    candidates: int = Field(description="参评人数，实施后填报 · how many were evaluated, once it was held")

    @classmethod
    def of(cls, plan: EvaluationPlan) -> "PlanView":
        return cls.model_validate(plan)


class VisitView(BaseModel):
    """How, by whom and when it was inspected."""

    model_config = ConfigDict(from_attributes=True)

    kind: InspectionKind
    supervisors: tuple[str, ...]
    visited_on: date


class InspectionView(View):
    """One inspection and what it found."""

    institution_id: UUID
    organ: str
    uscc: Uscc
    inspected_by: str
    visit: VisitView
    findings: tuple[FindingBody, ...]
    rectification_id: UUID | None

    @classmethod
    def of(cls, inspection: Inspection) -> "InspectionView":
        return cls.model_validate(inspection)


class RectificationView(View):
    """An order to put findings right, and how far it is."""

    institution_id: UUID
    organ: str
    uscc: Uscc
    inspection_id: UUID
    state: RectificationState
    ordered_at: datetime
    due_at: datetime
    report: str
    completed_at: datetime | None
    overdue_at: datetime | None
    opinion: str
    verified_at: datetime | None

    @classmethod
    def of(cls, rectification: Rectification) -> "RectificationView":
        return cls.model_validate(rectification)


class RevocationBody(Body):
    """责令取消备案 · why the filing is to be revoked."""

    reason: Annotated[Remark, StringConstraints(min_length=1)]


class SupervisedInstitutionView(View):
    """An institution on record as supervision knows it."""

    name: str
    uscc: Uscc
    organ: str
    audience: Audience
    scope: tuple[ScopeItem, ...]
    standing: Standing
    valid_from: date
    valid_until: date
    paid_certificates: int
    paid_fen: Fen
    recovered_fen: Fen = Field(description="其中已追回 · came back of it")
    kept_fen: Fen = Field(description="已发放减已追回 · paid less what came back")
    revoked_certificates: int = Field(description="省级已撤销的证书 · revoked by the province")
    number: str = Field(description="备案号 · the filing's number; empty until it is announced again")
    joint: tuple[str, ...] = Field(
        description="与省级联合督导的依据；N2.1 为假设 · by which clauses the responsible organ supervises it jointly"
        " with the province: N2.6 says so, for N2.1 it is assumed"
    )

    @classmethod
    def of(cls, institution: SupervisedInstitution) -> "SupervisedInstitutionView":
        return cls.model_validate(institution)


class DrawnView(BaseModel):
    """One institution drawn, and how heavily it weighed."""

    institution_id: UUID
    name: str
    uscc: Uscc
    organ: str
    weight: int

    @classmethod
    def of(cls, drawn: Drawn) -> "DrawnView":
        institution = drawn.institution
        return cls(
            institution_id=institution.id,
            name=institution.name,
            uscc=institution.uscc,
            organ=institution.organ,
            weight=drawn.weight,
        )


class SampleView(BaseModel):
    """What a seed draws from the institutions in reach."""

    seed: str
    percent: int
    population: int
    items: list[DrawnView]

    @classmethod
    def of(cls, sample: Sample) -> "SampleView":
        return cls(
            seed=sample.seed,
            percent=sample.percent,
            population=sample.population,
            items=[DrawnView.of(each) for each in sample.drawn],
        )
