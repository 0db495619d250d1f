"""Items of claims and what was decided about them, as they are shown."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.assessment import ClaimItem
from services.subsidy.domain.item import Item, ItemState
from services.subsidy.domain.terms import Outcome, Result, Rule
from services.subsidy.domain.verdict import Decision
from services.subsidy.schemas.parts import AnyNumber
from shared.http.work import View
from shared.policy import Status
from shared.values import Fen, Level


class RuleView(BaseModel):
    """One rule met, missed or waiting, with the document that says so and how sure that is."""

    model_config = ConfigDict(from_attributes=True)

    rule: Rule
    result: Result
    passed: bool
    detail: str
    clause: str | None
    source: str
    status: Status


class DecisionView(BaseModel):
    """What was decided about one certificate, with every rule."""

    outcome: Outcome
    amount_fen: Fen
    base_fen: Fen = Field(description="上浮前的标准 · the rate before any uplift")
    uplift_percent: int | None
    shortage: bool
    basis: tuple[str, ...]
    rules: tuple[RuleView, ...]
    policy_version: str
    known_on: date
    inputs_digest: str

    @classmethod
    def of(cls, decision: Decision) -> "DecisionView":
        return cls(
            outcome=decision.outcome,
            amount_fen=decision.amount,
            base_fen=decision.base,
            uplift_percent=decision.uplift,
            shortage=decision.shortage,
            basis=decision.basis,
            rules=tuple(RuleView.model_validate(each) for each in decision.rules),
            policy_version=decision.policy_version,
            known_on=decision.known_on,
            inputs_digest=decision.inputs_digest,
        )


class TriedView(DecisionView):
    """What would be decided about one certificate."""

    certificate_number: AnyNumber
    level: Level
    reasons: tuple[str, ...] = Field(description="不予发放或待定的原因 · why it is refused or waits")

    @classmethod
    def tried(cls, item: ClaimItem) -> "TriedView":
        return cls(
            certificate_number=item.certificate_number,
            level=item.level,
            reasons=item.decision.reasons,
            **DecisionView.of(item.decision).__dict__,
        )


class CheckView(BaseModel):
    """What looking at a sampled item found."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime
    passed: bool
    note: str


class ItemView(View):
    """One certificate of a claim; what was decided about it is null until it is decided."""

    place: int
    certificate_number: AnyNumber
    level: Level
    state: ItemState
    outcome: Outcome | None
    amount_fen: Fen
    base_fen: Fen = Field(description="上浮前的标准 · the rate before any uplift")
    uplift_percent: int | None
    shortage: bool
    basis: tuple[str, ...]
    reasons: tuple[str, ...] = Field(description="不予发放或待定的原因 · why it is not paid, or waits")
    rules: tuple[RuleView, ...]
    policy_version: str
    known_on: date | None
    inputs_digest: str
    decided_at: datetime | None
    employment: str = Field(description="申领单位申报的用工关系 · as the claimant declared")
    sampled: bool
    check: CheckView | None
    objections_open: int

    @classmethod
    def of(cls, item: Item) -> "ItemView":
        decided = DecisionView.of(item.decision).__dict__ if item.decision else _UNDECIDED
        return cls(
            **decided,
            id=item.id,
            version=item.version,
            place=item.place,
            certificate_number=item.certificate_number,
            level=item.level,
            state=item.state,
            reasons=item.reasons,
            decided_at=item.decided_at,
            employment=item.employment,
            sampled=item.sampled,
            check=CheckView.model_validate(item.check) if item.check else None,
            objections_open=item.objections_open,
        )


_UNDECIDED: dict[str, object] = {
    "outcome": None,
    "amount_fen": Fen(0),
    "base_fen": Fen(0),
    "uplift_percent": None,
    "shortage": False,
    "basis": (),
    "rules": (),
    "policy_version": "",
    "known_on": None,
    "inputs_digest": "",
}
