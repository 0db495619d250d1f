"""REST bodies of filing, in and out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.terms import FilingState, Training
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Attribute, Audience, Category, Duty, DutyKind, DutyOwner, Routing, Status
from shared.values import StationCode, Uscc

Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$"),
]
OrganCode = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2,12}$")]
Scope = Annotated[tuple[ScopeItem, ...], Field(min_length=1, max_length=500)]


class Body(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class RoutingQuery(Body):
    """Who would have to do what, for such an applicant?"""

    category: Category
    audience: Audience
    uscc: Uscc | None = None
    evidence: frozenset[Attribute] = frozenset()
    scope: Annotated[tuple[ScopeItem, ...], Field(max_length=500)] = ()


class DutyView(BaseModel):
    """One duty: what, whose, by which clause, and how sure that is."""

    model_config = ConfigDict(from_attributes=True)

    kind: DutyKind
    owner: DutyOwner
    clause: str
    source: str
    status: Status


class RoutingView(BaseModel):
    """Everything the deciding clause makes others owe."""

    basis: tuple[str, ...]
    duties: list[DutyView]

    @classmethod
    def of(cls, routing: Routing) -> "RoutingView":
        duties: tuple[Duty, ...] = routing.duties
        return cls(basis=routing.basis, duties=[DutyView.model_validate(duty) for duty in duties])


class ApplicantBody(Body):
    """申请单位 · the applicant."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    name: Line
    uscc: Uscc


class NewFiling(Body):
    """A request to be put on record, with the district or park where the applicant is located (N2.8)."""

    applicant: ApplicantBody
    organ: OrganCode = Field(description="所在区或园区经办机关代码 · district or park", examples=["320115"])
    category: Category
    audience: Audience
    scope: Scope
    training: frozenset[Training] = Field(
        default=frozenset(), description="开展过的培训，优先纳入 · taken first (N1.1)"
    )
    evidence: frozenset[Attribute] = Field(
        default=frozenset(), description="可证明的事实 · what you can show"
    )


class MaterialBody(Body):
    """One document: its kind, name and SHA-256, or that it is pledged."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    kind: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]
    file_name: Line
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    pledged: bool = Field(default=False, description="以告知承诺代替 · pledged instead (N3.3)")


class ScoreBody(Body):
    """One expert's mark."""

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    expert: Line
    mark: Annotated[int, Field(ge=0, le=100)]


class AssessmentBody(Body):
    """The panel's marks: an odd number of experts, three or more."""

    scores: Annotated[tuple[ScoreBody, ...], Field(min_length=1, max_length=99)]


class ObligationView(BaseModel):
    """Something owed on the case."""

    model_config = ConfigDict(from_attributes=True)

    kind: DutyKind
    organ: str
    due_at: datetime
    done_at: datetime | None


class FilingView(View):
    """A filing as its applicant and its organ see it."""

    applicant: ApplicantBody
    organ: str
    handled_by: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    state: FilingState
    priority: bool
    basis: tuple[str, ...]
    materials: tuple[MaterialBody, ...]
    scores: tuple[ScoreBody, ...]
    obligations: tuple[ObligationView, ...]
    complete: bool
    drafted_at: datetime
    submitted_at: datetime | None
    publicity_until: datetime | None
    registered_at: datetime | None
    filing_number: str | None
    institution_id: UUID | None

    @classmethod
    def of(cls, filing: Filing) -> "FilingView":
        return cls.model_validate(filing)


class InstitutionView(View):
    """An institution on record."""

    name: str
    uscc: Uscc
    organ: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    number: str
    plaque_number: str | None
    certificate_number: str | None
    station_codes: tuple[StationCode, ...]
    valid_from: date
    valid_until: date
    basis: tuple[str, ...]
    filed_by: str
    standing: Standing
    suspended_for: str

    @classmethod
    def of(cls, institution: Institution) -> "InstitutionView":
        return cls.model_validate(institution)


class ScopeView(BaseModel):
    """What an institution may evaluate on a day."""

    institution_id: UUID
    on: date
    items: tuple[ScopeItem, ...]
