"""An evaluation institution on record, whoever filed it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.filing.domain.refusals import BadValidity, NotSuspended
from shared.contracts.scope import ScopeItem
from shared.paging import Page
from shared.policy import Audience, Category
from shared.values import OccupationCode, StationCode, Uscc


class Standing(StrEnum):
    """Whether it may evaluate just now."""

    ACTIVE = "active"
    SUSPENDED = "suspended"


@dataclass(eq=False, kw_only=True)
class Institution:
    """Entitled to evaluate within its scope.

    `number` is the filing number, the district's, the city's or the province's; plaque and certificate carry it
    (一牌一证, N2.8). Station codes are received from the province, never made here.
    """

    id: UUID
    name: str
    uscc: Uscc
    organ: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    number: str
    valid_from: date
    valid_until: date
    basis: tuple[str, ...]
    filed_by: str
    plaque_number: str | None = None
    certificate_number: str | None = None
    station_codes: tuple[StationCode, ...] = ()
    standing: Standing = Standing.ACTIVE
    suspended_for: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if self.valid_until <= self.valid_from:
            raise BadValidity(f"{self.valid_from} – {self.valid_until}")

    def suspend(self, *, reason: str) -> bool:
        """It may not evaluate until resumed; False when it was suspended already."""
        if self.standing is Standing.SUSPENDED:
            return False
        self.standing = Standing.SUSPENDED
        self.suspended_for = reason
        return True

    def resume(self) -> None:
        """It may evaluate again; raises NotSuspended."""
        if self.standing is not Standing.SUSPENDED:
            raise NotSuspended(str(self.id))
        self.standing = Standing.ACTIVE
        self.suspended_for = ""

    def scope_on(self, day: date) -> tuple[ScopeItem, ...]:
        """What it may evaluate on a day: nothing outside its validity or while suspended."""
        within = self.valid_from <= day <= self.valid_until
        return self.scope if within and self.standing is Standing.ACTIVE else ()


class Institutions(Protocol):
    """The register; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Institution: ...

    def add(self, aggregate: Institution) -> None: ...

    async def has_first_filing(self, uscc: Uscc, *, on: date) -> bool: ...

    async def any_covers(self, occupations: Iterable[OccupationCode], *, on: date) -> bool: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[Institution]: ...
