"""Which cases are looked for, how they stand altogether, and where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.stages import FilingState
from shared.paging import Page
from shared.policy import Channel, FilingKind


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the cases looked for have in common; what is left out may be anything.

    `text` is the beginning of the applicant's name, or a whole USCC or filing number. An officer's cases, and those
    unassigned, escalated, overdue or for an organ to handle, are the ones in hand unless a state is named.
    """

    state: FilingState | None = None
    organ: str | None = None
    handled_by: str | None = None
    to_handle: bool = False
    applicant: str | None = None
    officer_id: UUID | None = None
    unassigned: bool = False
    escalated: bool = False
    overdue_at: datetime | None = None
    kind: FilingKind | None = None
    channel: Channel | None = None
    text: str = ""

    @property
    def in_hand(self) -> bool:
        """Whether only what an officer has to do with is looked for."""
        told = self.officer_id or self.overdue_at or self.unassigned or self.escalated or self.to_handle
        return bool(told) and self.state is None


@dataclass(frozen=True, kw_only=True)
class Overview:
    """How the cases in hand stand: how many in each state, and how many want looking at."""

    states: Mapping[FilingState, int]
    due_today: int
    overdue: int
    escalated: int
    unassigned: int
    mine: int


class Filings(Protocol):
    """Where filings are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Filing: ...

    def add(self, aggregate: Filing) -> None: ...

    async def of_institution(self, institution_id: UUID) -> Filing | None: ...

    async def queue(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[Filing]: ...

    async def are_more_than(self, most: int, wanted: Wanted) -> bool: ...

    async def overview(
        self, wanted: Wanted, *, at: datetime, tonight: datetime, mine: UUID | None
    ) -> Overview: ...

    async def next_serial(self, *, organ: str, year: int) -> int: ...

    async def lapsed(self, *, at: datetime) -> list[UUID]: ...

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]: ...
