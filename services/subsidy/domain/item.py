"""申领明细: one certificate of a claim, from its decision to its payment."""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.terms import AnyNumber
from services.subsidy.domain.verdict import Decision
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy import MoneyLine
from shared.policy.terms import Term
from shared.values import Fen, Level


class UnknownItem(NotFound):
    """申领中没有这一项 · The claim has no such item."""

    code = "NJT-SUB-1201"


class ItemSettled(Conflict):
    """该项已有结论，不能再变更 · The item is settled and is not changed any more."""

    code = "NJT-SUB-1202"


class NotSampled(Conflict):
    """该项未被抽中复核 · The item was not sampled for a check."""

    code = "NJT-SUB-1203"


class AlreadyChecked(Conflict):
    """该项已经复核 · The item was checked already."""

    code = "NJT-SUB-1204"


class ItemState(Term):
    """What became of one certificate of a claim; of one that was just decided, its outcome under the same name."""

    PENDING = "pending", "待定", "pending"
    REFUSED = "refused", "不予发放", "refused"
    PAYABLE = "payable", "可发放", "payable"
    OBJECTED = "objected", "异议核查中", "under objection"
    ORDERED = "ordered", "已制单", "ordered"
    PAID = "paid", "已发放", "paid"
    RETURNED = "returned", "退票", "returned by the bank"
    RECOVERED = "recovered", "已追回", "recovered"
    VOID = "void", "已作废", "void"


OPEN = (ItemState.PENDING, ItemState.PAYABLE, ItemState.OBJECTED)
"""What may still be left out of a claim."""
COUNTED = (
    ItemState.PAYABLE,
    ItemState.OBJECTED,
    ItemState.ORDERED,
    ItemState.PAID,
    ItemState.RETURNED,
    ItemState.RECOVERED,
)
"""What makes up a claim's total."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """Who looked at a sampled item, when, and what was found."""

    by: str
    at: datetime
    passed: bool
    note: str


@dataclass(eq=False, kw_only=True)
class Item:
    """One certificate of a claim. `place` is where it was listed, `turn` when it is decided, both from 0.

    It is undecided while `decision` is None; a decision that waits for facts leaves it pending. `employment` is what
    the claimant declared of the holder; `inputs` is what the decision was made from, in its canonical form.
    """

    id: UUID
    claim_id: UUID
    organ: str
    uscc: str | None
    line: MoneyLine
    place: int
    turn: int
    certificate_id: UUID
    certificate_number: AnyNumber
    holder_index: bytes
    family: str
    level: Level
    employment: str = ""
    state: ItemState = ItemState.PENDING
    decision: Decision | None = None
    inputs: str = ""
    decided_at: datetime | None = None
    sampled: bool = False
    check: Check | None = None
    excluded_for: str = ""
    excluded_by: str = ""
    objections_open: int = 0
    version: int = 0

    @property
    def amount(self) -> Fen:
        return self.decision.amount if self.decision else Fen(0)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why nothing is paid for it."""
        if self.excluded_for:
            return (self.excluded_for,)
        return self.decision.reasons if self.decision else ()

    def decide(self, decision: Decision, *, at: datetime) -> None:
        """What the rules say of it; what they cannot say yet leaves it pending."""
        self.decision, self.decided_at = decision, at
        if decision.inputs is not None:
            self.inputs = decision.inputs.canonical.decode()
        self.state = ItemState(decision.outcome.value)

    def exclude(self, reason: str, *, by: str) -> None:
        """It is not paid, for a reason of a person's; raises ItemSettled once it is refused or paid."""
        if self.state not in (*OPEN, ItemState.RETURNED):
            raise ItemSettled(self.state.label)
        self.state, self.excluded_for, self.excluded_by = ItemState.REFUSED, reason, by

    def checked(self, check: Check) -> None:
        """抽查: what looking at it found; raises NotSampled or AlreadyChecked."""
        if not self.sampled:
            raise NotSampled
        if self.check is not None:
            raise AlreadyChecked(f"{self.check.by} {self.check.at:%Y-%m-%d}")
        self.check = check

    def object_to(self) -> None:
        """Somebody objects; raises ItemSettled when there is nothing to pay."""
        if self.state not in (ItemState.PAYABLE, ItemState.OBJECTED):
            raise ItemSettled(self.state.label)
        self.state = ItemState.OBJECTED
        self.objections_open += 1

    def settle_objection(self) -> None:
        """One objection less; with none left it may be paid again."""
        self.objections_open -= 1
        if self.state is ItemState.OBJECTED and not self.objections_open:
            self.state = ItemState.PAYABLE


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What a claim's items come to; `basis` are the clauses on which what is payable rests."""

    certificates: int = 0
    undecided: int = 0
    pending: int = 0
    payable: int = 0
    total: Fen = Fen(0)  # noqa: RUF009 — an immutable number
    basis: tuple[str, ...] = ()

    def settled(self, some: "Tally", *, undecided: int) -> "Tally":
        """With some of those decided that were pending, which come to this by themselves."""
        return Tally(
            certificates=self.certificates,
            undecided=undecided,
            pending=self.pending - some.certificates + some.pending,
            payable=self.payable + some.payable,
            total=Fen(self.total + some.total),
            basis=tuple(sorted({*self.basis, *some.basis})),
        )


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What a draft would come to; `refused` and `pending` count the items that would not be paid, or not yet."""

    certificates: int
    payable: int
    refused: int
    pending: int
    total: Fen


@dataclass(frozen=True, kw_only=True)
class PaidItem:
    """What is announced of an item that was paid."""

    number: AnyNumber
    level: Level
    amount: Fen


def sample(claim_id: UUID, numbers: Iterable[AnyNumber], *, count: int) -> list[AnyNumber]:
    """抽查: so many of a claim's certificates, the same ones whenever and wherever they are drawn."""

    def lot(number: AnyNumber) -> bytes:
        return sha256(f"{claim_id}/{number}".encode()).digest()

    return heapq.nsmallest(count, numbers, key=lot)


def sample_size(payable: int, percent: int) -> int:
    """How many of so many are drawn: rounded up, so that of any claim at least one is looked at."""
    return -(-payable * percent // 100)


class Items(Protocol):
    """Where the items of claims are kept; what touches all items of a claim is one statement."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Item: ...

    async def keep(self, items: Sequence[Item]) -> None: ...

    async def write_changed(self) -> None: ...

    async def of_claim(self, claim_id: UUID, item_id: UUID) -> Item: ...

    async def numbered(self, claim_id: UUID, number: AnyNumber) -> Item: ...

    async def tally(self, claim_id: UUID) -> Tally: ...

    async def first(self, claim_id: UUID, *, most: int) -> list[Item]: ...

    async def page(
        self, claim_id: UUID, *, state: ItemState | None, sampled: bool | None, cursor: str | None, size: int
    ) -> Page[Item]: ...

    async def payable_numbers(self, claim_id: UUID) -> list[AnyNumber]: ...

    async def mark_sampled(self, claim_id: UUID, numbers: Sequence[AnyNumber]) -> None: ...

    async def move(self, claim_id: UUID, before: Sequence[ItemState], after: ItemState) -> None: ...

    async def paid(self, claim_id: UUID) -> list[PaidItem]: ...
