"""REST bodies of subsidy, in and out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Assessment, Claim, ClaimItem, ClaimState, ClaimSummary
from services.subsidy.domain.terms import Outcome, Rule
from services.subsidy.holders import ShownHolder
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Status
from shared.values import CertificateNumber, Fen, Level, Uscc

Reason = Annotated[str, StringConstraints(max_length=500, strip_whitespace=True)]


class Body(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewClaim(Body):
    """An institution's claim for its own staff's certificates (N1.6)."""

    institution_id: UUID
    certificate_numbers: Annotated[tuple[CertificateNumber, ...], Field(min_length=1, max_length=1000)]


class ReviewBody(Body):
    """What the district decides about a claim."""

    approve: bool
    reason: Reason = Field(default="", description="不予通过时必填 · required when declining")


class RuleView(BaseModel):
    """One rule met or missed, with the document that says so and how sure that is."""

    model_config = ConfigDict(from_attributes=True)

    rule: Rule
    passed: bool
    detail: str
    clause: str | None
    source: str
    status: Status


class ItemView(BaseModel):
    """What was decided about one certificate."""

    certificate_number: CertificateNumber
    level: Level
    shortage: bool
    outcome: Outcome
    amount_fen: Fen
    base_fen: Fen = Field(description="上浮前的标准 · the rate before any uplift")
    uplift_percent: int | None
    basis: tuple[str, ...]
    reasons: tuple[str, ...] = Field(description="不予发放的原因 · why it was refused")
    rules: tuple[RuleView, ...]
    policy_version: str

    @classmethod
    def of(cls, item: ClaimItem) -> "ItemView":
        decision = item.decision
        return cls(
            certificate_number=item.certificate_number,
            level=item.level,
            shortage=decision.shortage,
            outcome=decision.outcome,
            amount_fen=decision.amount,
            base_fen=decision.base,
            uplift_percent=decision.uplift,
            basis=decision.basis,
            reasons=decision.reasons,
            rules=tuple(RuleView.model_validate(each) for each in decision.rules),
            policy_version=decision.policy_version,
        )


class PreviewView(BaseModel):
    """What a claim would come to; nothing of it is kept."""

    items: tuple[ItemView, ...]
    total_fen: Fen

    @classmethod
    def of(cls, assessment: Assessment) -> "PreviewView":
        items = tuple(ItemView.of(each) for each in assessment.items)
        return cls(items=items, total_fen=Fen(sum(item.amount_fen for item in items)))


class ReviewView(BaseModel):
    """Who reviewed the claim, and why it was decided so."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime
    reason: str


class PaymentView(BaseModel):
    """Who paid the claim, and when."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime


class ClaimView(View):
    """A claim with every decision in it."""

    organ: str
    institution_id: UUID
    uscc: Uscc
    state: ClaimState
    resumes_as: ClaimState | None = Field(description="解冻后的环节 · where a frozen claim goes on")
    frozen_for: str
    items: tuple[ItemView, ...]
    total_fen: Fen
    submitted_at: datetime
    review: ReviewView | None
    payment: PaymentView | None

    @classmethod
    def of(cls, claim: Claim) -> "ClaimView":
        return cls(
            id=claim.id,
            version=claim.version,
            organ=claim.organ,
            institution_id=claim.institution_id,
            uscc=claim.uscc,
            state=claim.state,
            resumes_as=claim.resumes_as,
            frozen_for=claim.frozen_for,
            items=tuple(ItemView.of(each) for each in claim.items),
            total_fen=claim.total,
            submitted_at=claim.submitted_at,
            review=ReviewView.model_validate(claim.review) if claim.review else None,
            payment=PaymentView.model_validate(claim.payment) if claim.payment else None,
        )


class ClaimSummaryView(View):
    """A claim as a list shows it, without its items."""

    organ: str
    institution_id: UUID
    uscc: Uscc
    state: ClaimState
    total_fen: Fen
    submitted_at: datetime

    @classmethod
    def of(cls, summary: ClaimSummary) -> "ClaimSummaryView":
        return cls.model_validate(summary)


class HolderView(BaseModel):
    """Whose certificate it is, masked."""

    model_config = ConfigDict(from_attributes=True)

    name: str = Field(examples=["张*"])
    id: str = Field(examples=["320*************2X"])


class CertificateView(View):
    """A certificate on record."""

    number: CertificateNumber
    holder: HolderView
    institution_id: UUID
    uscc: Uscc
    organ: str
    item: ScopeItem
    issued_on: date
    evaluated_on: date

    @classmethod
    def of(cls, certificate: Certificate, holder: ShownHolder) -> "CertificateView":
        return cls(
            id=certificate.id,
            version=certificate.version,
            number=certificate.number,
            holder=HolderView.model_validate(holder),
            institution_id=certificate.institution_id,
            uscc=certificate.uscc,
            organ=certificate.organ,
            item=certificate.item,
            issued_on=certificate.issued_on,
            evaluated_on=certificate.evaluated_on,
        )
