"""Which claims are looked for, how a list shows them, and where they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.claim import Claim, ClaimState
from shared.paging import Page
from shared.policy import MoneyLine
from shared.values import Fen, Uscc


@dataclass(frozen=True, kw_only=True)
class ClaimSummary:
    """A claim as a list shows it, without its items."""

    id: UUID
    version: int
    organ: str
    institution_id: UUID | None
    uscc: Uscc | None
    number: str | None
    line: MoneyLine
    state: ClaimState
    certificates: int
    total_fen: Fen
    created_at: datetime
    submitted_at: datetime | None
    due_at: datetime | None
    escalated_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the claims looked for have in common; what is left out may be anything.

    Overdue by a moment, and escalated, are those that still wait for their review.
    """

    state: ClaimState | None = None
    overdue_at: datetime | None = None
    escalated: bool = False


class Claims(Protocol):
    """Where claims are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Claim: ...

    async def numbered(self, number: str) -> Claim | None: ...

    async def referred_to(self, reference: str) -> Claim | None: ...

    def add(self, aggregate: Claim) -> None: ...

    async def take_turn(self, claim_id: UUID) -> None: ...

    async def claimed(self, claim_id: UUID) -> Claim | None: ...

    async def deciding(self) -> list[tuple[UUID, int]]: ...

    async def unpaid_of(self, institution_id: UUID) -> Sequence[Claim]: ...

    async def frozen_of(self, institution_id: UUID) -> Sequence[Claim]: ...

    async def payable(self, organ: str, line: MoneyLine, *, most: int) -> Sequence[Claim]: ...

    async def page(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[ClaimSummary]: ...

    async def late(self, *, at: datetime) -> list[UUID]: ...

    async def count_overdue(self, *, at: datetime) -> int: ...
