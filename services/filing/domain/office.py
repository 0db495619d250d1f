"""经办网络: the offices of the city-wide service network, known to everybody (N3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.paging import Page
from shared.policy import Channel

MOST_OFFICES, MOST_OFFICERS = 100, 500
"""How many an organ may put on record."""


class UnknownOffice(NotFound):
    """没有这个经办点 · There is no such office."""

    code = "NJT-FIL-1401"


class BadTerm(Invalid):
    """经办点起止日期有误 · The office's first and last day are not in order."""

    code = "NJT-FIL-1402"


class NetworkFull(Conflict):
    """经办点或经办人数已达上限 · The organ has put as many on record as it may."""

    code = "NJT-FIL-1403"


@dataclass(eq=False, kw_only=True)
class Office:
    """Where an organ serves: its working group, its line and hours, and through which channels (N3.2, N3.3)."""

    id: UUID
    organ: str
    name: str
    working_group: str
    address: str
    phone: str
    hours: str
    channels: frozenset[Channel]
    valid_from: date
    valid_until: date | None = None
    version: int = 0

    def __post_init__(self) -> None:
        self._check_term()

    def revise(self, changes: Mapping[str, Any]) -> None:
        """Set what is named; raises BadTerm when the last day would come before the first."""
        for name, value in changes.items():
            setattr(self, name, value)
        self._check_term()

    def _check_term(self) -> None:
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise BadTerm(f"{self.valid_from} — {self.valid_until}", basis=("N3.2",))


@dataclass(frozen=True, kw_only=True)
class PublicOffice:
    """What anybody may know of an office, with the officers whose names may be shown."""

    organ: str
    name: str
    working_group: str
    address: str
    phone: str
    hours: str
    channels: tuple[Channel, ...]
    officers: tuple[str, ...]


class Offices(Protocol):
    """Where offices are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Office: ...

    def add(self, aggregate: Office) -> None: ...

    async def count(self, organ: str) -> int: ...

    async def page(self, *, organ: str | None, cursor: str | None, size: int) -> Page[Office]: ...

    async def directory(self, *, day: date) -> list[PublicOffice]: ...
