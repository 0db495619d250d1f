"""Which recoveries are looked for, what came back on them, and where they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import EntryKind
from services.subsidy.domain.recovery_terms import Cause, Debtor, RecoveryState
from shared.paging import Page
from shared.policy import MoneyLine
from shared.values import Fen


@dataclass(eq=False, kw_only=True)
class RecoveryEntry:
    """One sum that came back or was given up, never changed afterwards; money has the bank's reference."""

    id: UUID
    recovery_id: UUID
    organ: str
    uscc: str | None
    kind: EntryKind
    amount: Fen
    reference: str
    on: date
    by: str
    at: datetime
    version: int = 0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the recoveries looked for have in common; `noticed` leaves out what the debtor was never told of."""

    state: RecoveryState | None = None
    cause: Cause | None = None
    overdue: bool = False
    noticed: bool = False


class Recoveries(Protocol):
    """Where recoveries are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Recovery: ...

    def add(self, aggregate: Recovery) -> None: ...

    async def write_changed(self) -> None: ...

    async def take_turn(self, debtor: Debtor, organ: str) -> None: ...

    async def proposed(
        self, debtor: Debtor, organ: str, line: MoneyLine, *, cause: Cause
    ) -> Recovery | None: ...

    async def count_noticed(self, organ: str, line: MoneyLine) -> int: ...

    async def final_of(self, debtor: Debtor, organ: str, line: MoneyLine) -> Sequence[Recovery]: ...

    async def freezing(self, institution_id: UUID, *, besides: UUID | None = None) -> bool: ...

    async def silent(self, *, at: datetime) -> list[UUID]: ...

    async def page(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[Recovery]: ...


class RecoveryEntries(Protocol):
    """Where the entries are kept: added, never changed."""

    def add(self, aggregate: RecoveryEntry) -> None: ...

    async def of_recovery(self, recovery_id: UUID) -> Sequence[RecoveryEntry]: ...

    async def referred_to(self, organ: str, reference: str) -> RecoveryEntry | None: ...
