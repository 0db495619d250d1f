"""A claim for certificates, an employer's for its staff's or a person's own, from its draft to its payment."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.item import Tally
from services.subsidy.domain.person import Person
from services.subsidy.domain.refusals import (
    ClaimIsFrozen,
    NotTheHandlingOrgan,
    OutOfTurn,
    ReasonMissing,
    SamePerson,
)
from shared.clock import SHANGHAI
from shared.errors import Conflict
from shared.policy import MoneyLine, Policy
from shared.policy.terms import Term
from shared.values import Fen, Uscc


class ItemsPending(Conflict):
    """尚有待定项，须先查实或剔除 · Some items wait for facts; find them out or leave the items out."""

    code = "NJT-SUB-1205"


class NothingPayable(Conflict):
    """没有可发放的项 · No item of the claim is payable."""

    code = "NJT-SUB-1206"


class PublicityRunning(Conflict):
    """公示期未满 · The claim is still publicised."""

    code = "NJT-SUB-1207"


class ObjectionsOpen(Conflict):
    """尚有异议未办结 · Objections to the claim are not resolved yet."""

    code = "NJT-SUB-1208"


class NotPublicised(Conflict):
    """不在公示期内 · The claim is not publicised now."""

    code = "NJT-SUB-1209"


class ClaimState(Term):
    """How far a claim is; a frozen one goes on where it stood."""

    DRAFT = "draft", "草稿", "draft"
    DECIDING = "deciding", "核算中", "being decided"
    SUBMITTED = "submitted", "已提交", "submitted"
    REVIEWED = "reviewed", "已审核，抽查中", "reviewed, being sampled"
    PUBLICITY = "publicity", "公示中", "publicised"
    APPROVED = "approved", "已核准", "approved"
    ORDERED = "ordered", "已制单", "ordered"
    RETURNED = "returned", "退票", "returned by the bank"
    PAID = "paid", "已发放", "paid"
    REFUSED = "refused", "不予受理", "refused"
    DECLINED = "declined", "不予通过", "declined"
    WITHDRAWN = "withdrawn", "已撤回", "withdrawn"
    FROZEN = "frozen", "已冻结", "frozen"


UNPAID = (
    ClaimState.DECIDING,
    ClaimState.SUBMITTED,
    ClaimState.REVIEWED,
    ClaimState.PUBLICITY,
    ClaimState.APPROVED,
    ClaimState.ORDERED,
    ClaimState.RETURNED,
)
EXAMINED = (ClaimState.SUBMITTED, ClaimState.REVIEWED, ClaimState.PUBLICITY)
"""While an officer may still leave items out."""
PAYABLE = (ClaimState.APPROVED, ClaimState.RETURNED)
"""What the next payment batch takes in."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """Who looked at the claim, when, and why it was decided so."""

    by: str
    at: datetime
    reason: str


@dataclass(frozen=True, kw_only=True)
class Payment:
    """Who had the claim paid, and when the bank's word came; the amount is the claim's total."""

    by: str
    at: datetime


@dataclass(eq=False, kw_only=True)
class Claim:
    """Some certificates of one claimant, claimed together; `tally` is what they come to.

    The claimant is a body, or a person who claims for certificates of its own and belongs to no institution here.
    `due` is when it has to be reviewed; `unchecked` counts the sampled items nobody looked at yet. A frozen claim goes on
    as `resumes_as`.
    """

    id: UUID
    organ: str
    institution_id: UUID | None
    uscc: Uscc | None
    created_at: datetime
    state: ClaimState
    person: Person | None = None
    line: MoneyLine = MoneyLine.TRAINING
    submitted_at: datetime | None = None
    file_name: str = ""
    faulty: int = 0
    tally: Tally = field(default_factory=Tally)
    resumes_as: ClaimState | None = None
    frozen_for: str = ""
    due: Deadline | None = None
    review: Review | None = None
    unchecked: int = 0
    publicity_until: datetime | None = None
    objections_open: int = 0
    approval: Review | None = None
    payment: Payment | None = None
    version: int = 0

    def __post_init__(self) -> None:
        """Raises ValueError unless it names exactly one claimant."""
        named = {self.institution_id is None, self.uscc is None, self.person is not None}
        if len(named) != 1:
            raise ValueError("申领人须恰为一个单位或一名个人 · a claim has one claimant: a body or a person")

    @property
    def payee_id(self) -> UUID:
        """Under what its account is kept: the body's is one for all its claims, a person's stands with each."""
        return self.institution_id or self.id

    @property
    def total(self) -> Fen:
        return self.tally.total

    @property
    def claimed_on(self) -> date:
        """The day in Nanjing as of which its items are decided: that of the submission."""
        return (self.submitted_at or self.created_at).astimezone(SHANGHAI).date()

    def submit(self, *, at: datetime) -> None:
        """提交: from now on its items are decided, as of today; raises OutOfTurn."""
        self.expect(ClaimState.DRAFT)
        self.state, self.submitted_at = ClaimState.DECIDING, at

    def count(self, tally: Tally) -> None:
        """What its items come to now; once all are decided it is submitted, or refused when nothing is to be paid."""
        self.tally = tally
        if self.state is ClaimState.DECIDING and not tally.undecided:
            self.state = ClaimState.SUBMITTED if tally.payable or tally.pending else ClaimState.REFUSED

    def await_review(self, policy: Policy, *, at: datetime) -> None:
        """审核时限 runs from when all of it is decided, and anew once it is no longer frozen."""
        if self.state is ClaimState.SUBMITTED and self.due is None:
            self.due = Deadline.of("subsidy.review_days", policy, at=at)

    def watch(self, *, at: datetime) -> None:
        """逾期: nobody reviewed it in time, and the city is told so once."""
        if self.state is ClaimState.SUBMITTED and self.due is not None:
            self.due = self.due.watched(at=at)

    def withdraw(self) -> None:
        """撤回, before anybody reviewed it; raises OutOfTurn or ClaimIsFrozen."""
        self.expect(ClaimState.DRAFT, ClaimState.DECIDING, ClaimState.SUBMITTED)
        self.state = ClaimState.WITHDRAWN

    def decide_on(self, *, approve: bool, review: Review, organ: str) -> None:
        """审核 by the district.

        Raises NotTheHandlingOrgan, ClaimIsFrozen, OutOfTurn, ReasonMissing, ItemsPending or NothingPayable.
        """
        if organ != self.organ:
            raise self._not_handled_by_you()
        self.expect(ClaimState.SUBMITTED)
        if not approve and not review.reason:
            raise ReasonMissing
        if approve:
            self._check_something_payable()
        self.state = ClaimState.REVIEWED if approve else ClaimState.DECLINED
        self.review = review

    def sampled(self, unchecked: int, policy: Policy, *, at: datetime) -> None:
        """抽查: so many items are still to be looked at; with none left it is publicised."""
        self.unchecked = unchecked
        if self.state is ClaimState.REVIEWED and not unchecked:
            self._publicise(policy, at=at)

    def _publicise(self, policy: Policy, *, at: datetime) -> None:
        days = policy.days("subsidy.publicity_days", at.astimezone(SHANGHAI).date())
        self.state, self.publicity_until = ClaimState.PUBLICITY, policy.calendar.deadline(at, days)

    def go_on(self, policy: Policy, *, at: datetime) -> None:
        """Released, it has its whole time again (assumed): frozen, it was not to be reviewed, nor seen by the public.

        The last sampled item may have been stopped meanwhile.
        """
        self.await_review(policy, at=at)
        self.sampled(self.unchecked, policy, at=at)
        if self.state is ClaimState.PUBLICITY:
            self._publicise(policy, at=at)

    def check_publicised(self, *, at: datetime) -> None:
        """Raises NotPublicised before publicity and after its end."""
        until = self.publicity_until
        if self.state is not ClaimState.PUBLICITY or until is None or at > until:
            raise NotPublicised(self.state.label)

    def approve(self, approval: Review, policy: Policy, *, organ: str) -> None:
        """核准 after publicity, by its own organ or one above it, and another person than the reviewer.

        Raises NotTheHandlingOrgan, ClaimIsFrozen, OutOfTurn, PublicityRunning, ObjectionsOpen, NothingPayable,
        ItemsPending or SamePerson.
        """
        self.check_paid_by(organ, policy)
        self.expect(ClaimState.PUBLICITY)
        if self.publicity_until is None or approval.at <= self.publicity_until:
            raise PublicityRunning(f"至 · until {self.publicity_until:%Y-%m-%d}")
        if self.objections_open:
            raise ObjectionsOpen(f"{self.objections_open} 件 · {self.objections_open} open")
        self._check_something_payable()
        if self.review is None or self.review.by == approval.by:
            raise SamePerson
        self.state, self.approval = ClaimState.APPROVED, approval

    def check_paid_by(self, organ: str, policy: Policy) -> None:
        """Raises NotTheHandlingOrgan unless it is the claim's own organ or one above it."""
        if not organ or self.organ not in policy.territory(organ):
            raise self._not_handled_by_you()

    def order(self) -> None:
        """制单: it stands in a payment batch; raises OutOfTurn or ClaimIsFrozen."""
        self.expect(*PAYABLE)
        self.state = ClaimState.ORDERED

    def unorder(self, *, returned: bool) -> None:
        """It is taken out of its batch, or the bank gave it back; frozen meanwhile, it stays so."""
        back = ClaimState.RETURNED if returned else ClaimState.APPROVED
        if self.state is ClaimState.FROZEN:
            self.resumes_as = back
        else:
            self.state = back

    def paid(self, payment: Payment) -> None:
        """The bank has paid it, whatever was said of it after it had been ordered."""
        self.state, self.payment = ClaimState.PAID, payment
        self.resumes_as, self.frozen_for = None, ""

    def freeze(self, *, reason: str) -> bool:
        """Nothing happens to it until it is released; False when there is nothing left to hold back."""
        if self.state not in UNPAID:
            return False
        self.resumes_as, self.state, self.frozen_for = self.state, ClaimState.FROZEN, reason
        self.due = None
        return True

    def release(self) -> bool:
        """It goes on where it stood; False when it was not frozen."""
        if self.resumes_as is None:
            return False
        self.state, self.resumes_as, self.frozen_for = self.resumes_as, None, ""
        return True

    def lapse(self) -> None:
        """Its last item was stopped: nothing of it is left to be paid."""
        stands = self.resumes_as or self.state
        if stands in (*EXAMINED, *PAYABLE) and not (self.tally.payable or self.tally.pending):
            self.state, self.resumes_as, self.frozen_for = ClaimState.DECLINED, None, ""

    def expect(self, *states: ClaimState) -> None:
        """Raises ClaimIsFrozen or OutOfTurn."""
        if self.state is ClaimState.FROZEN:
            raise ClaimIsFrozen(f"冻结原因 · frozen for: {self.frozen_for}", basis=("N3.3",))
        if self.state not in states:
            wanted = " / ".join(state.label for state in states)
            raise OutOfTurn(f"当前为 {self.state.label}，须为 {wanted} · it is {self.state}")

    def _check_something_payable(self) -> None:
        if self.tally.pending:
            raise ItemsPending(f"{self.tally.pending} 项 · {self.tally.pending} items")
        if not self.tally.payable:
            raise NothingPayable

    def _not_handled_by_you(self) -> NotTheHandlingOrgan:
        return NotTheHandlingOrgan(f"由 {self.organ} 经办 · {self.organ} handles it", basis=("N2.0",))
