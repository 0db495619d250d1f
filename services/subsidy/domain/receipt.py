"""核算凭证: what was decided about one certificate, in words that stand for themselves, and its one canonical form."""

import json
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from services.subsidy.domain.certificate import Certificate
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.finding import RuleOutcome
from services.subsidy.domain.item import Item
from services.subsidy.domain.rules.money import LINE_NAMES
from services.subsidy.domain.terms import Outcome
from shared.errors import Conflict
from shared.policy import Policy
from shared.values import Occupation

FORMAT: Literal["ningjitong-subsidy-receipt/1"] = "ningjitong-subsidy-receipt/1"
_OUTCOMES = {Outcome.PAYABLE: "予以发放", Outcome.REFUSED: "不予发放"}
_UNSETTLED = (ClaimState.DRAFT, ClaimState.DECIDING, ClaimState.WITHDRAWN)


class NotConcluded(Conflict):
    """该项尚无核算结论，不能出具凭证 · Nothing is concluded about this item yet; there is no receipt for it."""

    code = "NJT-SUB-1701"


class Part(BaseModel):
    """Part of a receipt: nothing in it changes, nothing is there that is not named."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Named(Part):
    """Something that goes by a code and by a name."""

    code: str
    name: str


Claimant = Named | None
"""The institution that claimed, or none where the holder did."""


class Holder(Part):
    """Whose certificate it is, masked."""

    name: str
    id: str


class Cited(Part):
    """A clause, in the words of its document."""

    clause: str | None
    text: str
    document: str
    number: str


class Told(Part):
    """One rule, met or missed, and what it rests on."""

    rule: Named
    result: Named
    detail: str
    source: Cited
    status: Named


class Content(Part):
    """Everything a receipt attests."""

    format: Literal["ningjitong-subsidy-receipt/1"] = FORMAT
    claim_id: UUID
    item_id: UUID
    organ: Named
    institution: Claimant
    certificate_number: str
    holder: Holder
    occupation: Named
    work_type: str
    level: Named
    issued_on: date
    line: Named
    claimed_on: date
    decided_at: datetime
    known_on: date
    outcome: Named
    amount_fen: int
    base_fen: int
    uplift_percent: int | None
    excluded_for: str
    basis: tuple[Cited, ...]
    rules: tuple[Told, ...]
    inputs_digest: str
    policy_version: str

    @property
    def canonical(self) -> bytes:
        """The same content as the same bytes: JSON in UTF-8, keys sorted, no blanks."""
        return canonical(self.model_dump(mode="json"))

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form, in hexadecimal."""
        return sha256(self.canonical).hexdigest()


def canonical(document: Any) -> bytes:
    """JSON in UTF-8, keys sorted, no blanks; numbers are whole."""
    return json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def attest(
    claim: Claim, item: Item, certificate: Certificate, policy: Policy, *, claimant: Claimant, holder: Holder
) -> Content:
    """What an item's receipt says, whenever it is asked; no `claimant` where the holder claimed. Raises NotConcluded."""
    decision, decided_at = item.decision, item.decided_at
    concluded = decision is not None and (decision.outcome in _OUTCOMES or bool(item.excluded_for))
    if decision is None or decided_at is None or not concluded or claim.state in _UNSETTLED:
        raise NotConcluded
    outcome = Outcome.REFUSED if item.excluded_for else decision.outcome
    scope = certificate.item
    entry = policy.occupations.get(Occupation(scope.edition, scope.occupation))
    return Content(
        claim_id=claim.id,
        item_id=item.id,
        organ=Named(code=claim.organ, name=policy.organ(claim.organ).office),
        institution=claimant,
        certificate_number=str(item.certificate_number),
        holder=holder,
        occupation=Named(
            code=f"{scope.edition.value}:{scope.occupation}",
            name=entry.name if entry else str(scope.occupation),
        ),
        work_type=scope.work_type,
        level=Named(code=str(int(scope.level)), name=scope.level.title),
        issued_on=certificate.issued_on,
        line=Named(code=item.line.value, name=LINE_NAMES[item.line][0]),
        claimed_on=claim.claimed_on,
        decided_at=decided_at,
        known_on=decision.known_on,
        outcome=Named(code=outcome.value, name=_OUTCOMES[outcome]),
        amount_fen=int(decision.amount) if outcome is Outcome.PAYABLE else 0,
        base_fen=int(decision.base),
        uplift_percent=decision.uplift,
        excluded_for=item.excluded_for,
        basis=tuple(_cited(policy, clause, policy.clause(clause).document) for clause in decision.basis),
        rules=tuple(_told(each, policy) for each in decision.rules),
        inputs_digest=decision.inputs_digest,
        policy_version=decision.policy_version,
    )


def _told(outcome: RuleOutcome, policy: Policy) -> Told:
    return Told(
        rule=Named(code=outcome.code, name=outcome.rule.zh),
        result=Named(code=outcome.result.value, name=outcome.result.zh),
        detail=outcome.detail,
        source=_cited(policy, outcome.clause, outcome.source),
        status=Named(code=outcome.status.value, name=outcome.status.zh),
    )


def _cited(policy: Policy, clause: str | None, source: str) -> Cited:
    document = policy.document(source)
    text = policy.clause(clause).zh if clause else ""
    return Cited(clause=clause, text=text, document=document.title, number=document.number)
