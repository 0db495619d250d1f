"""追回明细: what one certificate's payment has to give back, and how what comes in is shared out among several."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.terms import AnyNumber
from shared.policy import MoneyLine
from shared.policy.terms import Term
from shared.values import Fen, Level


class EntryKind(Term):
    """How a sum came back, or that it will not."""

    REPAID = "repaid", "退款", "repaid"
    OFFSET = "offset", "抵扣", "offset against a payment"
    WRITTEN_OFF = "written_off", "核销", "written off"


@dataclass(eq=False, kw_only=True)
class RecoveryItem:
    """One paid item of a claim under recovery; `paid` is what it was paid, `due` what of that is asked back.

    It is live, and under no other recovery, while something of it is still to come back. One that is let go keeps what
    was asked, so that the notice reads as it was issued.
    """

    id: UUID
    recovery_id: UUID
    organ: str
    uscc: str | None
    line: MoneyLine
    place: int
    item_id: UUID
    claim_id: UUID
    certificate_number: AnyNumber
    level: Level
    paid: Fen
    before: Fen
    due: Fen
    reason: str = ""
    recovered: Fen = Fen(0)  # noqa: RUF009 — an immutable number
    written_off: Fen = Fen(0)  # noqa: RUF009 — as above
    spared: bool = False
    live: bool = True
    version: int = 0

    @property
    def remaining(self) -> Fen:
        return Fen(0) if self.spared else Fen(self.due - self.recovered - self.written_off)

    @property
    def came_back(self) -> bool:
        """Whether all that was paid for it has come back by now, earlier recoveries and this one together."""
        return self.before + self.recovered == self.paid

    def take(self, amount: Fen, kind: EntryKind) -> None:
        """So much of it came back, or was given up."""
        if kind is EntryKind.WRITTEN_OFF:
            self.written_off = Fen(self.written_off + amount)
        else:
            self.recovered = Fen(self.recovered + amount)
        self.live = self.remaining > 0

    def spare(self) -> None:
        """It need not come back."""
        self.spared, self.live = True, False

    def drop(self) -> None:
        """The recovery is cancelled: it may come under another."""
        self.live = False


def shares(items: Sequence[RecoveryItem], amount: Fen) -> Iterator[tuple[RecoveryItem, Fen]]:
    """Share a sum out: item after item in the order listed, each to the full before the next gets anything."""
    left = int(amount)
    for item in items:
        share = min(left, item.remaining)
        if share:
            yield item, Fen(share)
            left -= share


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """What earlier and present recoveries did about one paid item; `open` says that one is still under way."""

    recovered: Fen = Fen(0)  # noqa: RUF009 — an immutable number
    written_off: Fen = Fen(0)  # noqa: RUF009 — as above
    open: bool = False


class RecoveryItems(Protocol):
    """Where the items of recoveries are kept; only those within the caller's reach exist for it."""

    def add(self, aggregate: RecoveryItem) -> None: ...

    async def of_recovery(self, recovery_id: UUID) -> Sequence[RecoveryItem]: ...

    async def so_far(self, item_ids: Iterable[UUID]) -> Mapping[UUID, SoFar]: ...
