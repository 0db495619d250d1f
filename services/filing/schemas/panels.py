"""Panels: who is called, what is given, and what each may see of it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.filing import Filing
from services.filing.domain.panel import Panel, Viewer
from services.filing.domain.seating import Assignment, Call, Replacement, recusal_relations
from services.filing.domain.sheet import Marks, Sheet, Tally, Veto
from services.filing.domain.stages import FilingState
from services.filing.schemas.parts import Body, Line, OptionalLine, Text
from services.filing.schemas.rubric import RubricView
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Audience, Category, FilingKind, Policy
from shared.values import Uscc

ItemId = Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,60}$")]
Points = Annotated[int, Field(ge=0, le=100, strict=True)]


class CallBody(Body):
    """One expert to be called, with what it declares on recusal (回避)."""

    expert_id: UUID
    relations: Annotated[tuple[Line, ...], Field(max_length=20)] = Field(
        default=(),
        description="专家申报的回避关系，见评估组的 recusal_relations · relations to the applicant it declares",
    )
    statement: OptionalLine = Field(default="", description="回避声明 · its statement")

    def made(self) -> Call:
        return Call(**self.model_dump())


class NewPanel(Body):
    """Experts to assess a case: an odd number of them."""

    members: Annotated[tuple[CallBody, ...], Field(min_length=1, max_length=21)]


class ReplacementBody(Body):
    """A member that steps aside, or whose sheet is voided, why, and who is called instead."""

    leaving: UUID
    reason: Text
    entering: CallBody

    def made(self) -> Replacement:
        return Replacement(leaving=self.leaving, reason=self.reason, call=self.entering.made())


class VetoBody(Body):
    """否决 · a veto item that is not met, and why."""

    item: ItemId
    reason: Text


class SheetBody(Body):
    """评分表 · points for every item of the rubric."""

    marks: Annotated[dict[ItemId, Points], Field(min_length=1, max_length=200)]
    vetoes: Annotated[tuple[VetoBody, ...], Field(max_length=50)] = ()
    comment: Annotated[
        str,
        StringConstraints(max_length=2000, strip_whitespace=True, pattern=r"^[^\x00-\x08\x0b-\x1f\x7f]*$"),
    ] = ""

    def made(self) -> Marks:
        vetoes = tuple(Veto(**each.model_dump()) for each in self.vetoes)
        return Marks(marks=self.marks, vetoes=vetoes, comment=self.comment)


class PaperSheetBody(SheetBody):
    """A sheet that an expert has signed on paper, entered by an officer."""

    expert_id: UUID


class SheetView(BaseModel):
    """One expert's marks."""

    model_config = ConfigDict(from_attributes=True)

    expert_id: UUID
    marks: dict[str, int]
    vetoes: tuple[VetoBody, ...]
    comment: str
    total: int
    entered_by: str
    entered_at: datetime

    @classmethod
    def of(cls, sheet: Sheet) -> "SheetView":
        return cls.model_validate(sheet)


class MemberView(BaseModel):
    """A member of a panel; whether its sheet is in, not what it says, and why it declined, when it did.

    Applicants read no statements and reasons, and no names before the panel has concluded (assumed).
    """

    expert_id: UUID | None
    name: str | None
    statement: str | None
    scored: bool
    declined: str | None


class WithdrawalView(BaseModel):
    """A member that left before it had scored, or whose sheet was voided; to applicants as a member is."""

    expert_id: UUID | None
    name: str | None
    reason: str | None
    at: datetime
    voided: bool


class TallyView(BaseModel):
    """What was given in all; each expert out of 100."""

    model_config = ConfigDict(from_attributes=True)

    total: int
    experts: int
    average: float
    vetoes: tuple[str, ...]

    @classmethod
    def of(cls, tally: Tally | None) -> "TallyView | None":
        return cls.model_validate(tally) if tally else None


class PanelView(View):
    """A panel. Until all sheets are in, an expert sees its own and nobody sees any other, nor what they add up to."""

    filing_id: UUID
    convened_by: str
    round: int
    members: list[MemberView]
    withdrawn: list[WithdrawalView]
    recusal_relations: tuple[str, ...] = Field(
        description="应回避的关系（假设值）· relations by which an expert steps aside, an assumption"
    )
    rubric_on: date
    convened_at: datetime
    sheets: list[SheetView]
    concluded_at: datetime | None
    outcome: FilingState | None
    tally: TallyView | None
    report: str

    @classmethod
    def seen_by(cls, viewer: Viewer, panel: Panel, policy: Policy) -> "PanelView":
        return cls(**_fields(viewer, panel, policy))


class MaterialLine(BaseModel):
    """One document in the list of what was handed in."""

    model_config = ConfigDict(from_attributes=True)

    kind: str
    file_name: str
    sha256: str
    pledged: bool


class CaseView(BaseModel):
    """What an expert is shown of the case: who asks for which scope, with which documents."""

    id: UUID
    kind: FilingKind
    name: str
    uscc: Uscc
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    materials: list[MaterialLine]
    state: FilingState

    @classmethod
    def of(cls, filing: Filing) -> "CaseView":
        return cls(
            id=filing.id,
            kind=filing.kind,
            name=filing.applicant.name,
            uscc=filing.applicant.uscc,
            category=filing.category,
            audience=filing.audience,
            scope=filing.scope,
            materials=[MaterialLine.model_validate(each) for each in filing.materials],
            state=filing.state,
        )


class AssignmentView(PanelView):
    """A panel as one of its experts works on it: with the rubric and the case."""

    rubric: RubricView
    case: CaseView

    @classmethod
    def shown(cls, assignment: Assignment, viewer: Viewer, policy: Policy) -> "AssignmentView":
        panel = assignment.panel
        rubric = RubricView.of(assignment.rubric, policy, on=panel.rubric_on)
        return cls(**_fields(viewer, panel, policy), rubric=rubric, case=CaseView.of(assignment.filing))


class PanelsView(BaseModel):
    """The panels of a case, round by round."""

    items: Sequence[PanelView]


def _fields(viewer: Viewer, panel: Panel, policy: Policy) -> dict[str, object]:
    inside, named = panel.knows_experts(viewer), panel.names_seen_by(viewer)
    members = [
        MemberView(
            expert_id=each.expert_id if named else None,
            name=each.name if named else None,
            statement=each.statement if inside else None,
            scored=panel.has_scored(each.expert_id),
            declined=each.declined if inside else None,
        )
        for each in panel.members
    ]
    plain = ("id", "version", "filing_id", "convened_by", "round", "rubric_on", "convened_at")
    ended = ("concluded_at", "outcome", "report")
    return {
        **{name: getattr(panel, name) for name in (*plain, *ended)},
        "members": members,
        "withdrawn": [
            WithdrawalView(
                expert_id=each.expert_id if named else None,
                name=each.name if named else None,
                reason=each.reason if inside else None,
                at=each.at,
                voided=each.voided,
            )
            for each in panel.withdrawn
        ],
        "recusal_relations": recusal_relations(policy, panel.rubric_on),
        "sheets": [SheetView.of(each) for each in panel.sheets_seen_by(viewer)],
        "tally": TallyView.of(panel.tally),
    }
