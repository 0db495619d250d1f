"""Claims and their items, in and out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.assessment import Assessment
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.fact import Tie
from services.subsidy.domain.item import Item, Trial
from services.subsidy.domain.person import Channel, Person
from services.subsidy.domain.queue import ClaimSummary
from services.subsidy.holders import ShownHolder
from services.subsidy.schemas.items import ItemView, TriedView
from services.subsidy.schemas.parts import AnyNumber, Body, Reason, Text
from shared.http.work import View
from shared.policy import MoneyLine
from shared.values import Fen, Uscc

SHOWN_ITEMS = 1000
"""Items shown with their claim; the others are read page by page."""


class NewClaim(Body):
    """An institution's claim for its own staff's certificates (N1.6)."""

    institution_id: UUID
    certificate_numbers: Annotated[tuple[AnyNumber, ...], Field(min_length=1, max_length=1000)]
    employment: Tie = Field(
        default=Tie.EMPLOYEE,
        description="申领单位申报的用工关系，对全部证书 · how all of their holders work for you, as you declare",
    )


class SentSheet(BaseModel):
    """What a sheet is told apart by when it is sent twice under one key."""

    institution_id: UUID
    sha256: str


class ReviewBody(Body):
    """What the district decides about a claim."""

    approve: bool
    reason: Reason = Field(default="", description="不予通过时必填 · required when declining")


class ExclusionBody(Body):
    """Why an item is left out."""

    reason: Text


class CheckBody(Body):
    """What looking at a sampled item found."""

    passed: bool
    note: Reason = Field(default="", description="不通过时必填 · required when it fails")


class ApprovalBody(Body):
    """A remark on the approval."""

    reason: Reason = ""


class PreviewView(BaseModel):
    """What a claim would come to; nothing of it is kept."""

    items: tuple[TriedView, ...]
    total_fen: Fen

    @classmethod
    def of(cls, assessment: Assessment) -> "PreviewView":
        items = tuple(TriedView.tried(each) for each in assessment.items)
        return cls(items=items, total_fen=Fen(sum(item.amount_fen for item in items)))


class TrialView(BaseModel):
    """What a draft would come to; nothing of it is kept."""

    certificates: int
    payable: int
    refused: int
    pending: int
    total_fen: Fen

    @classmethod
    def of(cls, trial: Trial) -> "TrialView":
        return cls(
            certificates=trial.certificates,
            payable=trial.payable,
            refused=trial.refused,
            pending=trial.pending,
            total_fen=trial.total,
        )


class ReviewView(BaseModel):
    """Who decided on the claim, and why it was decided so."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime
    reason: str


class PaymentView(BaseModel):
    """Who booked the payment, and when."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime


class PersonView(BaseModel):
    """A person who claims for itself, masked, and how the claim came in."""

    name: str = Field(examples=["测***"])
    id: str = Field(examples=["320*************2X"])
    number: str = Field(
        description="申领编号 · what the claim goes by", examples=["320115-A-20240603-1A2B3C4D"]
    )
    channel: Channel
    taken_by: str

    @classmethod
    def of(cls, person: Person, shown: ShownHolder) -> "PersonView":
        return cls(
            name=shown.name,
            id=shown.id,
            number=person.number,
            channel=person.channel,
            taken_by=person.taken_by,
        )


class ClaimView(View):
    """A claim and what its items come to, with up to 1,000 of them in the order listed.

    It is an institution's, or else a person's.
    """

    organ: str
    institution_id: UUID | None
    uscc: Uscc | None
    person: PersonView | None = Field(description="本人申领的申领人 · who claims, unless an institution does")
    line: MoneyLine
    state: ClaimState
    resumes_as: ClaimState | None = Field(description="解冻后的环节 · where a frozen claim goes on")
    frozen_for: str
    file_name: str
    faulty: int = Field(description="表中有误、退回的行数 · rows of the sheet given back")
    certificates: int
    undecided: int
    pending: int
    payable: int
    total_fen: Fen
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None = Field(description="审核时限 · until when it is to be reviewed")
    escalated_at: datetime | None = Field(
        description="逾期报市级的时间 · when the city was told it is overdue"
    )
    review: ReviewView | None
    unchecked: int = Field(description="待复核的抽查项 · sampled items not looked at yet")
    publicity_until: datetime | None
    objections_open: int
    open_signals: int | None = Field(
        description="涉及本件的未办结风险信号数，仅经办机关可见，不影响结论"
        " · open signals about it, for officers alone; they decide nothing"
    )
    approval: ReviewView | None
    payment: PaymentView | None
    items: tuple[ItemView, ...]

    @classmethod
    def of(
        cls, claim: Claim, items: Sequence[Item], person: PersonView | None, open_signals: int | None
    ) -> "ClaimView":
        plain = {name: getattr(claim, name) for name in _PLAIN}
        return cls(
            **plain,
            person=person,
            open_signals=open_signals,
            certificates=claim.tally.certificates,
            undecided=claim.tally.undecided,
            pending=claim.tally.pending,
            payable=claim.tally.payable,
            total_fen=claim.total,
            due_at=claim.due.due_at if claim.due else None,
            escalated_at=claim.due.escalated_at if claim.due else None,
            review=ReviewView.model_validate(claim.review) if claim.review else None,
            approval=ReviewView.model_validate(claim.approval) if claim.approval else None,
            payment=PaymentView.model_validate(claim.payment) if claim.payment else None,
            items=tuple(ItemView.of(each) for each in items),
        )


_PLAIN = (
    "id",
    "version",
    "organ",
    "institution_id",
    "uscc",
    "line",
    "state",
    "resumes_as",
    "frozen_for",
    "file_name",
    "faulty",
    "created_at",
    "submitted_at",
    "unchecked",
    "publicity_until",
    "objections_open",
)


class ClaimSummaryView(View):
    """A claim as a list shows it, without its items."""

    organ: str
    institution_id: UUID | None
    uscc: Uscc | None
    number: str | None = Field(description="本人申领的编号 · of a person's claim")
    line: MoneyLine
    state: ClaimState
    certificates: int
    total_fen: Fen
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    escalated_at: datetime | None

    @classmethod
    def of(cls, summary: ClaimSummary) -> "ClaimSummaryView":
        return cls.model_validate(summary)
