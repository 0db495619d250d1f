"""Cases: what applicants and officers send, and what they see."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.filing import Filing
from services.filing.domain.obligation import Obligation, all_settled
from services.filing.domain.stages import FilingState
from services.filing.domain.terms import Applicant, CorrectionItem, Particulars, Revision, Site, Training
from services.filing.schemas.materials import MaterialView
from services.filing.schemas.obligations import ObligationView
from services.filing.schemas.parts import Body, Line, OptionalLine, OrganCode, Scope, Text
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Attribute, Audience, Category, Channel, FilingKind
from shared.values import StationCode, Uscc


class ApplicantBody(Body):
    """申请单位 · the applicant."""

    name: Line
    uscc: Uscc
    legal_representative: OptionalLine = Field(default="", description="法定代表人 · legal representative")
    address: OptionalLine = ""

    def made(self) -> Applicant:
        return Applicant(**self.model_dump())


class SiteBody(Body):
    """考核点 · a place where it evaluates; a station code is the province's to give."""

    name: Line
    address: Line
    capacity: Annotated[int, Field(ge=0, le=100_000)] = 0


class SiteView(SiteBody):
    """A site with its station code, when the province has given one."""

    station_code: StationCode | None = None


class ParticularsBody(Body):
    """变更事项 · what is to be changed; leave out what stays."""

    name: Line | None = None
    legal_representative: Line | None = None
    address: Line | None = None
    sites: Annotated[tuple[SiteBody, ...], Field(max_length=200)] | None = None

    def made(self) -> Particulars:
        sites = None if self.sites is None else tuple(Site(**each.model_dump()) for each in self.sites)
        return Particulars(**{**self.model_dump(exclude={"sites"}), "sites": sites})


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
    channel: Channel = Field(default=Channel.ONLINE, description="受理渠道 · how the case comes in (N3.3)")


class NewAmendment(Body):
    """What is to be amended of an institution: more scope, another term, or other particulars."""

    kind: FilingKind
    scope: Annotated[tuple[ScopeItem, ...], Field(max_length=500)] = ()
    particulars: ParticularsBody | None = None
    channel: Channel = Channel.ONLINE


class RevisionBody(Body):
    """Another version of a draft, or of what a correction notice marks; leave out what stays."""

    applicant: ApplicantBody | None = None
    scope: Scope | None = None
    training: frozenset[Training] | None = None
    evidence: frozenset[Attribute] | None = None
    particulars: ParticularsBody | None = None

    def made(self) -> Revision:
        return Revision(
            applicant=self.applicant.made() if self.applicant else None,
            scope=self.scope,
            training=self.training,
            evidence=self.evidence,
            particulars=self.particulars.made() if self.particulars else None,
        )


class CorrectionItemBody(Body):
    """One thing to correct: `applicant`, `scope`, `evidence`, `training`, `particulars` or `materials.<kind>`."""

    field: Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}(\.[a-z_]{1,60})?$")]
    reason: Text


class CorrectionBody(Body):
    """一次性告知 · everything that has to be corrected."""

    items: Annotated[tuple[CorrectionItemBody, ...], Field(min_length=1, max_length=100)]

    def made(self) -> tuple[CorrectionItem, ...]:
        return tuple(CorrectionItem(**each.model_dump()) for each in self.items)


class CorrectionView(BaseModel):
    """A correction notice: its items, until when, and when it was answered."""

    model_config = ConfigDict(from_attributes=True)

    items: tuple[CorrectionItemBody, ...]
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None


class DeadlineView(BaseModel):
    """办理时限 · until when the stage is to be done; while paused, how many working days are left."""

    model_config = ConfigDict(from_attributes=True)

    due_at: datetime
    paused_at: datetime | None
    left: int
    warned_at: datetime | None
    escalated_at: datetime | None


class FilingRow(View):
    """A filing in a list."""

    kind: FilingKind
    channel: Channel
    applicant: ApplicantBody
    organ: str
    handled_by: str
    officer_id: UUID | None
    category: Category
    audience: Audience
    state: FilingState
    priority: bool
    basis: tuple[str, ...]
    drafted_at: datetime
    submitted_at: datetime | None
    deadline: DeadlineView | None
    applicant_due_at: datetime | None
    publicity_until: datetime | None
    decided_at: datetime | None
    registered_at: datetime | None
    refused_for: str
    filing_number: str | None
    institution_id: UUID | None

    @classmethod
    def of(cls, filing: Filing) -> "FilingRow":
        return cls.model_validate(filing)


class FilingView(FilingRow):
    """A filing as its applicant and its organ see it, with everything that is owed on it."""

    scope: tuple[ScopeItem, ...]
    particulars: ParticularsBody | None
    training: frozenset[Training]
    evidence: frozenset[Attribute]
    materials: tuple[MaterialView, ...]
    correction: CorrectionView | None
    rounds: int
    objections_open: int
    obligations: tuple[ObligationView, ...]
    complete: bool = Field(description="已备案且所欠事项全部办结 · on record and nothing owed any more")

    @classmethod
    def whole(cls, filing: Filing, owed: Sequence[Obligation]) -> "FilingView":
        """The case with what is owed on it."""
        row = FilingRow.of(filing).model_dump()
        rest = {
            name: getattr(filing, name)
            for name in cls.model_fields
            if name not in row and hasattr(filing, name)
        }
        complete = filing.state is FilingState.REGISTERED and all_settled(owed)
        views = tuple(ObligationView.of(each) for each in owed)
        return cls.model_validate({**row, **rest, "obligations": views, "complete": complete})
