"""A decision as it was kept, beside the same made again."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.decision import Decision
from services.subsidy.domain.terms import Outcome, Result, Rule
from services.subsidy.handlers.decisions import DecidedAgain, explanation_digest
from services.subsidy.schemas.parts import AnyNumber
from shared.http.work import View
from shared.policy import MoneyLine, Status
from shared.values import Fen


class FoundView(BaseModel):
    """What one rule found."""

    model_config = ConfigDict(from_attributes=True)

    rule: Rule
    code: str
    result: Result
    detail: str
    clause: str | None
    source: str
    status: Status


class MadeView(BaseModel):
    """One decision: by what was known when, what it comes to, and every rule."""

    known_on: date
    policy_version: str
    outcome: Outcome
    amount_fen: Fen
    base_fen: Fen
    uplift_percent: int | None
    shortage: bool
    basis: tuple[str, ...]
    explanation_digest: str = Field(description="解释的 SHA-256 · of the explanation's bytes")
    rules: tuple[FoundView, ...]

    @classmethod
    def of(cls, decision: Decision) -> "MadeView":
        return cls(
            known_on=decision.known_on,
            policy_version=decision.policy_version,
            outcome=decision.outcome,
            amount_fen=decision.amount,
            base_fen=decision.base,
            uplift_percent=decision.uplift,
            shortage=decision.shortage,
            basis=decision.basis,
            explanation_digest=explanation_digest(decision),
            rules=tuple(FoundView.model_validate(each) for each in decision.rules),
        )


class DecidedAgainView(View):
    """The item that was decided; what was kept, and what the same inputs come to by what was known on the day."""

    claim_id: UUID
    certificate_number: AnyNumber
    line: MoneyLine
    decided_at: datetime | None
    inputs_digest: str
    kept: MadeView
    again: MadeView
    identical: bool = Field(description="结论、金额、逐条解释与政策版本完全一致 · nothing differs")

    @classmethod
    def of(cls, made: DecidedAgain) -> "DecidedAgainView":
        item = made.item
        return cls(
            id=item.id,
            version=item.version,
            claim_id=item.claim_id,
            certificate_number=item.certificate_number,
            line=item.line,
            decided_at=item.decided_at,
            inputs_digest=made.kept.inputs_digest,
            kept=MadeView.of(made.kept),
            again=MadeView.of(made.again),
            identical=made.identical,
        )
