"""What a recovery would touch: items of claims as they stand, and what would be done about each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.certificate import CertificateState
from services.subsidy.domain.institution import Standing
from services.subsidy.domain.item import OPEN, Item, ItemState
from services.subsidy.domain.recovery_faults import (
    AlreadyUnderRecovery,
    AskedTooMuch,
    AtTheBank,
    CauseDoesNotHold,
    SeveralDebtors,
)
from services.subsidy.domain.recovery_item import SoFar
from services.subsidy.domain.recovery_terms import BASIS, Cause, Debtor
from services.subsidy.domain.terms import AnyNumber
from shared.policy import MoneyLine
from shared.policy.terms import Term
from shared.values import Fen, Uscc


class Effect(Term):
    """What a recovery does about an item."""

    RECOVER = "recover", "追回", "recovered"
    STOP = "stop", "止付", "stopped before it is paid"
    WAIT = "wait", "已送银行，待回盘", "in the bank's hands, after its word"
    NONE = "none", "不涉及", "nothing"


@dataclass(frozen=True, kw_only=True)
class Touched:
    """An item as it stands, and what is known about it.

    `at_bank`: its order was released. `evaluator` is how the institution it was evaluated or claimed by stands, whichever
    is worse off.
    """

    item: Item
    institution_id: UUID | None
    uscc: Uscc | None
    at_bank: bool
    certificate: CertificateState
    evaluator: Standing
    so_far: SoFar

    @property
    def debtor(self) -> Debtor:
        """Whoever was, or is to be, paid for it."""
        if self.uscc is None:
            return Debtor(holder_index=self.item.holder_index)
        return Debtor(institution_id=self.institution_id, uscc=self.uscc)

    @property
    def remaining(self) -> Fen:
        """What was paid for it and neither came back nor was given up."""
        if self.item.state is not ItemState.PAID:
            return Fen(0)
        return Fen(self.item.amount - self.so_far.recovered - self.so_far.written_off)

    @property
    def effect(self) -> Effect:
        state = self.item.state
        if state is ItemState.PAID:
            return Effect.RECOVER if self.remaining and not self.so_far.open else Effect.NONE
        if state is ItemState.ORDERED:
            return Effect.WAIT if self.at_bank else Effect.STOP
        decided = self.item.decision is not None
        return Effect.STOP if decided and state in (*OPEN, ItemState.RETURNED) else Effect.NONE

    def holds(self, cause: Cause) -> bool:
        """Whether what is on record bears the cause out; fraud and errors are for an officer to show."""
        if cause is Cause.CERTIFICATE_REVOKED:
            return self.certificate is CertificateState.REVOKED
        return cause is not Cause.SANCTION or self.evaluator is Standing.REVOKED


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked back for one item: a part, or all that remains."""

    item_id: UUID
    amount: Fen | None = None


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What recovering these items from one debtor would do; nothing is kept."""

    organ: str
    debtor: Debtor
    line: MoneyLine
    touched: Sequence[Touched]
    asked: Mapping[UUID, Fen | None]

    def amount(self, touched: Touched) -> Fen:
        """What would be asked back for one of them; raises AskedTooMuch."""
        if touched.effect is not Effect.RECOVER:
            return Fen(0)
        asked = self.asked.get(touched.item.id)
        if asked is None:
            return touched.remaining
        if not 0 < asked <= touched.remaining:
            raise AskedTooMuch(
                f"尚未追回 {touched.remaining.yuan} 元 · {touched.remaining.yuan} yuan remain",
                extra={"item_id": str(touched.item.id), "remaining_fen": int(touched.remaining)},
            )
        return asked

    def having(self, effect: Effect) -> list[Touched]:
        return [each for each in self.touched if each.effect is effect]

    @property
    def total(self) -> Fen:
        """Raises AskedTooMuch."""
        return Fen(sum(self.amount(each) for each in self.touched))


def prospects(touched: Sequence[Touched], asked: Mapping[UUID, Fen | None]) -> list[Prospect]:
    """Group items by organ, debtor and line: each group is one recovery."""
    groups: dict[tuple[str, UUID | str | None, MoneyLine], list[Touched]] = {}
    for each in touched:
        debtor = each.debtor
        key = (each.item.organ, debtor.institution_id or debtor.key, each.item.line)
        groups.setdefault(key, []).append(each)
    return [
        Prospect(
            organ=items[0].item.organ,
            debtor=items[0].debtor,
            line=items[0].item.line,
            touched=items,
            asked=asked,
        )
        for items in groups.values()
    ]


def check_recoverable(found: Sequence[Prospect], cause: Cause) -> Prospect:
    """The one recovery these items make.

    Raises SeveralDebtors, CauseDoesNotHold, AtTheBank or AlreadyUnderRecovery, each naming the items at fault.
    """
    if len(found) != 1:
        groups = [[str(each.item.id) for each in group.touched] for group in found]
        raise SeveralDebtors(f"{len(groups)} 件 · {len(groups)} recoveries", extra={"item_ids": groups})
    (prospect,) = found
    if unfit := [each for each in prospect.touched if not each.holds(cause)]:
        raise CauseDoesNotHold(cause.label, basis=BASIS[cause], extra=_named(unfit))
    if waiting := prospect.having(Effect.WAIT):
        raise AtTheBank(extra=_named(waiting))
    if taken := [each for each in prospect.touched if each.so_far.open]:
        raise AlreadyUnderRecovery(extra=_named(taken))
    return prospect


def _named(items: Sequence[Touched]) -> dict[str, object]:
    return {"item_ids": [str(each.item.id) for each in items]}


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """Items whose certificates one institution evaluated or claimed, on the days named."""

    institution_id: UUID
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class Sanctioned:
    """An institution whose filing was revoked, with what was paid for certificates it evaluated or claimed."""

    institution_id: UUID
    name: str
    uscc: Uscc
    organ: str
    certificates: int
    amount: Fen


class Recoverable(Protocol):
    """Reads what may have to come back; only what is within the caller's reach."""

    async def named(self, item_ids: Sequence[UUID]) -> list[Touched]: ...

    async def of_certificate(self, number: AnyNumber) -> list[Touched]: ...

    async def of_institution(self, asked: Evaluated, *, most: int) -> list[Touched]: ...

    async def revoked_of(self, claim_id: UUID) -> list[Touched]: ...

    async def sanctioned(self, *, most: int) -> list[Sanctioned]: ...

    async def mark_recovered(self, item_ids: Sequence[UUID]) -> None: ...
