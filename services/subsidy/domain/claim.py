"""An employer's claim for its staff's certificates, from submission to payment."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.decision import decide
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    NotTheHandlingOrgan,
    OutOfTurn,
    ReasonMissing,
    SamePerson,
)
from services.subsidy.domain.terms import CertificateFacts, Decision, Grant, History
from shared.paging import Page
from shared.policy import Policy
from shared.values import CertificateNumber, Fen, Level, Uscc


class ClaimState(StrEnum):
    """How far a claim is. 已提交 → 已核准 → 已发放; 不予受理 when nothing is payable; 不予通过; 已冻结."""

    SUBMITTED = "submitted"
    REFUSED = "refused"
    APPROVED = "approved"
    DECLINED = "declined"
    PAID = "paid"
    FROZEN = "frozen"


UNPAID = (ClaimState.SUBMITTED, ClaimState.APPROVED)


@dataclass(frozen=True, kw_only=True)
class ClaimItem:
    """One certificate of a claim and what was decided about it."""

    certificate_number: CertificateNumber
    level: Level
    decision: Decision


@dataclass(frozen=True, kw_only=True)
class Review:
    """Who looked at the claim, when, and why it was decided so."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Who paid the claim, and when; the amount is the claim's total."""

    by: str
    at: datetime


@dataclass(eq=False, kw_only=True)
class Claim:
    """Some certificates of one institution, claimed together. A frozen one goes on as `resumes_as`."""

    id: UUID
    organ: str
    institution_id: UUID
    uscc: Uscc
    items: tuple[ClaimItem, ...]
    submitted_at: datetime
    state: ClaimState
    resumes_as: ClaimState | None = None
    frozen_for: str = ""
    review: Review | None = None
    payment: Payment | None = None
    version: int = 0

    @property
    def payable(self) -> tuple[ClaimItem, ...]:
        return tuple(item for item in self.items if item.decision.payable)

    @property
    def total(self) -> Fen:
        return Fen(sum(item.decision.amount for item in self.items))

    @property
    def basis(self) -> tuple[str, ...]:
        """The clauses on which its payable items rest."""
        return tuple(sorted({clause for item in self.payable for clause in item.decision.basis}))

    def decide_on(self, *, approve: bool, review: Review, organ: str) -> None:
        """审核: approve or decline; raises NotTheHandlingOrgan, ClaimIsFrozen, OutOfTurn or ReasonMissing."""
        if organ != self.organ:
            raise self._not_handled_by_you()
        self._expect(ClaimState.SUBMITTED)
        if not approve and not review.reason:
            raise ReasonMissing
        self.state = ClaimState.APPROVED if approve else ClaimState.DECLINED
        self.review = review

    def pay(self, payment: Payment, policy: Policy, *, organ: str) -> None:
        """发放, by its own organ or one above it; raises SamePerson when whoever reviewed it would pay it.

        Also raises NotTheHandlingOrgan, ClaimIsFrozen or OutOfTurn.
        """
        if not organ or self.organ not in policy.territory(organ):
            raise self._not_handled_by_you()
        self._expect(ClaimState.APPROVED)
        if self.review is None or self.review.by == payment.by:
            raise SamePerson
        self.state = ClaimState.PAID
        self.payment = payment

    def freeze(self, *, reason: str) -> bool:
        """Nothing happens to it until it is released; False when there is nothing left to hold back."""
        if self.state not in UNPAID:
            return False
        self.resumes_as, self.state, self.frozen_for = self.state, ClaimState.FROZEN, reason
        return True

    def release(self) -> bool:
        """It goes on where it stood; False when it was not frozen."""
        if self.resumes_as is None:
            return False
        self.state, self.resumes_as, self.frozen_for = self.resumes_as, None, ""
        return True

    def _not_handled_by_you(self) -> NotTheHandlingOrgan:
        return NotTheHandlingOrgan(f"由 {self.organ} 经办 · {self.organ} handles it", basis=("N2.0",))

    def _expect(self, state: ClaimState) -> None:
        if self.state is ClaimState.FROZEN:
            raise ClaimIsFrozen(f"冻结原因 · frozen for: {self.frozen_for}", basis=("N3.3",))
        if self.state is not state:
            raise OutOfTurn(f"当前为 {self.state}，须为 {state} · it is {self.state}, not {state}")


def opened_as(items: Iterable[ClaimItem]) -> ClaimState:
    """The state of a new claim: with nothing payable there is nothing to review."""
    payable = any(item.decision.payable for item in items)
    return ClaimState.SUBMITTED if payable else ClaimState.REFUSED


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A certificate about to be decided, and the blind index of its holder."""

    facts: CertificateFacts
    holder_index: bytes


@dataclass(frozen=True)
class Assessment:
    """What was decided about some certificates, in the order in which they were asked, and the grants it makes."""

    items: tuple[ClaimItem, ...]
    grants: tuple[tuple[bytes, Grant], ...]


def assess(
    candidates: Sequence[Candidate], histories: Mapping[bytes, History], policy: Policy, *, on: date
) -> Assessment:
    """Decide about certificates claimed together on a day, the earlier issued and the lower level first.

    The order in which they are listed changes nothing: one person's certificates count against each other.
    """
    held = dict(histories)
    decided: dict[CertificateNumber, ClaimItem] = {}
    grants: list[tuple[bytes, Grant]] = []
    for candidate in sorted(candidates, key=_turn):
        facts, holder = candidate.facts, candidate.holder_index
        history = held.get(holder, History())
        decision = decide(facts, history, policy, on=on, known_on=on)
        decided[facts.number] = ClaimItem(
            certificate_number=facts.number, level=facts.item.level, decision=decision
        )
        if decision.payable:
            grant = _grant(facts, history, policy, on=on, shortage=decision.shortage)
            held[holder] = History((*history.grants, grant))
            grants.append((holder, grant))
    items = tuple(decided[candidate.facts.number] for candidate in candidates)
    # By person, so that two claims for the same people wait for each other and never in a circle.
    return Assessment(items, tuple(sorted(grants, key=lambda each: (each[0], each[1].place))))


def _turn(candidate: Candidate) -> tuple[date, int, str]:
    facts = candidate.facts
    return facts.issued_on, -facts.item.level, facts.number


def _grant(facts: CertificateFacts, history: History, policy: Policy, *, on: date, shortage: bool) -> Grant:
    return Grant(
        certificate_number=facts.number,
        occupation=policy.occupation(facts.occupation).name,
        level=facts.item.level,
        year=on.year,
        place=history.free_place(on.year),
        shortage=shortage,
    )


@dataclass(frozen=True, kw_only=True)
class ClaimSummary:
    """A claim as a list shows it, without its items."""

    id: UUID
    version: int
    organ: str
    institution_id: UUID
    uscc: Uscc
    state: ClaimState
    total_fen: Fen
    submitted_at: datetime


class Claims(Protocol):
    """Where claims are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Claim: ...

    def add(self, aggregate: Claim) -> None: ...

    async def unpaid_of(self, institution_id: UUID) -> Iterable[Claim]: ...

    async def frozen_of(self, institution_id: UUID) -> Iterable[Claim]: ...

    async def page(
        self, *, state: ClaimState | None, cursor: str | None, size: int
    ) -> Page[ClaimSummary]: ...
