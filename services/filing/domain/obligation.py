"""What is owed on a case or an institution: one row each, with its owner, its deadline and what became of it."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.filing.domain.deadline import Deadline
from services.filing.domain.placing import organ_of
from services.filing.domain.refusals import NotByHand, NotOwedByYou, ObligationSettled
from shared.errors import Conflict
from shared.paging import Page
from shared.policy import DutyKind, Policy, Routing
from shared.policy.terms import Term
from shared.values import Uscc


class NotReported(Conflict):
    """该事项不是上报省级 · This is no report to the province; there is nothing to send again."""

    code = "NJT-FIL-1111"


class StillUnderWay(Conflict):
    """上报未被省级退回 · The province has not rejected this report; it is still under way."""

    code = "NJT-FIL-1112"


class ObligationKind(Term):
    """What may be owed once a case is decided."""

    OPEN_ACCOUNT = "open_account", "开设账号", "open the account"
    INVITE_OPERATOR = "invite_operator", "邀请首位操作员", "invite the first operator"
    BE_COPIED = "be_copied", "抄报确认", "acknowledge the copy"
    CONNECT = "connect", "配合对接", "connect"
    TELL_PROVINCE = "tell_province", "上报省级", "tell the province"
    HAND_OVER = "hand_over", "发放一牌一证", "hand over plaque and certificate"
    CHECK_PLEDGE = "check_pledge", "核查承诺", "check what was pledged"
    REVIEW_IDLENESS = "review_idleness", "核查未开展评价", "look into an institution that evaluated nobody"


class ObligationState(StrEnum):
    """Whether it is still owed."""

    OPEN = "open"
    DONE = "done"
    VOID = "void"


_TERMS = {
    ObligationKind.OPEN_ACCOUNT: "account.open_days",
    ObligationKind.INVITE_OPERATOR: "account.invite_days",
    ObligationKind.BE_COPIED: "filing.copy_days",
    ObligationKind.CONNECT: "filing.connect_days",
    ObligationKind.TELL_PROVINCE: "filing.report_days",
    ObligationKind.HAND_OVER: "filing.issue_days",
    ObligationKind.CHECK_PLEDGE: "pledge.check_days",
    ObligationKind.REVIEW_IDLENESS: "filing.decide_days",
}
BY_HAND = frozenset(
    {
        ObligationKind.BE_COPIED,
        ObligationKind.CONNECT,
        ObligationKind.HAND_OVER,
        ObligationKind.REVIEW_IDLENESS,
    }
)
"""Kinds that somebody reports as done; the others are settled by what happens."""

_OF_DUTY = {
    DutyKind.OPEN_ACCOUNT: ObligationKind.OPEN_ACCOUNT,
    DutyKind.BE_COPIED: ObligationKind.BE_COPIED,
    DutyKind.CONNECT: ObligationKind.CONNECT,
}


@dataclass(eq=False, kw_only=True)
class Obligation:
    """One thing owed. `owner` is the organ that owes it; `subject` says of what, where one kind is owed more than once."""

    id: UUID
    kind: ObligationKind
    institution_id: UUID | None
    filing_id: UUID | None
    organ: str
    owner: str
    uscc: Uscc
    basis: tuple[str, ...]
    deadline: Deadline
    subject: str = ""
    state: ObligationState = ObligationState.OPEN
    attempts: int = 0
    problem: str = ""
    settled_at: datetime | None = None
    settled_by: str = ""
    note: str = ""
    version: int = 0

    def settle(self, *, by: str, at: datetime, note: str = "") -> bool:
        """It was done; False when it was settled already, and nothing changes."""
        if self.state is not ObligationState.OPEN:
            return False
        self.state, self.settled_at, self.settled_by, self.note = ObligationState.DONE, at, by, note
        self.problem = ""
        return True

    def waive(self, *, at: datetime, note: str) -> None:
        """Nobody owes it any more; what was done stays done."""
        if self.state is ObligationState.OPEN:
            self.state, self.settled_at, self.note = ObligationState.VOID, at, note

    def fail(self, problem: str) -> None:
        """An attempt came to nothing; it is owed on."""
        if self.state is ObligationState.OPEN:
            self.attempts += 1
            self.problem = problem

    def on_its_way(self) -> None:
        """What was rejected is sent again; whatever came of it before no longer counts."""
        if self.state is ObligationState.OPEN:
            self.problem = ""

    def report_again(self, key: str) -> None:
        """It was rejected and is sent again under another key; raises NotReported or StillUnderWay."""
        if self.kind is not ObligationKind.TELL_PROVINCE:
            raise NotReported(self.kind.label, basis=self.basis)
        if not self.problem:
            raise StillUnderWay(self.subject)
        self.subject, self.problem = key, ""

    def check_owed_by(self, organ: str) -> None:
        """Raises NotOwedByYou for another organ, ObligationSettled when nothing is owed any more."""
        if organ != self.owner:
            raise NotOwedByYou(f"由 {self.owner} 承办 · {self.owner} owes it", basis=self.basis)
        if self.state is not ObligationState.OPEN:
            raise ObligationSettled(self.kind.label, basis=self.basis)

    def check_settled_by_hand(self) -> None:
        """Raises NotByHand for what only happens by itself."""
        if self.kind not in BY_HAND:
            raise NotByHand(self.kind.label, basis=self.basis)


def duties_owed(routing: Routing, policy: Policy, *, organ: str) -> Iterator[tuple[ObligationKind, str]]:
    """What the deciding clause makes others owe, and which organ owes it."""
    for duty in routing.duties:
        if duty.kind in _OF_DUTY:
            yield _OF_DUTY[duty.kind], organ_of(duty.owner, policy, organ=organ)


def deadline_of(kind: ObligationKind, policy: Policy, *, at: datetime) -> Deadline:
    """Until when such an obligation is to be met, counted from a moment."""
    return Deadline.of(_TERMS[kind], policy, at=at)


def all_settled(obligations: Iterable[Obligation]) -> bool:
    return all(each.state is not ObligationState.OPEN for each in obligations)


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Which obligations are looked for: how they stand, whose they are, and since when they are late."""

    state: ObligationState = ObligationState.OPEN
    owner: str | None = None
    late_at: datetime | None = None


class Obligations(Protocol):
    """Where obligations are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Obligation: ...

    def add(self, aggregate: Obligation) -> None: ...

    async def of_filings(self, filing_ids: Sequence[UUID]) -> list[Obligation]: ...

    async def claimed(self, keys: Sequence[UUID]) -> dict[UUID, Obligation]: ...

    async def of_institution(self, institution_id: UUID) -> list[Obligation]: ...

    async def open_of(self, institution_id: UUID, kind: ObligationKind) -> list[Obligation]: ...

    async def still_owed(self, institution_id: UUID) -> list[Obligation]: ...

    async def of_subject(self, kind: ObligationKind, subject: str) -> Obligation | None: ...

    async def page(self, wanted: Owed, *, cursor: str | None, size: int) -> Page[Obligation]: ...

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]: ...
