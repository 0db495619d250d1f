"""挂牌授证仪式: plaques and certificates of many institutions handed over together (N3.5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.obligation import Obligation, ObligationKind
from shared.errors import Conflict, Invalid, NotFound, Refusal
from shared.paging import Page

BASIS = ("N3.5",)


class UnknownCeremony(NotFound):
    """没有这场仪式 · There is no such ceremony."""

    code = "NJT-FIL-1811"


class NotHeldYet(Invalid):
    """仪式尚未举行 · The ceremony has not been held yet."""

    code = "NJT-FIL-1812"


class NothingToHandOver(Conflict):
    """该事项不是发放一牌一证 · This is not about handing over a plaque and a certificate."""

    code = "NJT-FIL-1813"


@dataclass(eq=False, kw_only=True)
class Ceremony:
    """One ceremony of an organ, and how many of those invited were handed theirs."""

    id: UUID
    organ: str
    title: str
    place: str
    held_on: date
    recorded_by: str
    recorded_at: datetime
    invited: int
    handed_over: int = 0
    basis: tuple[str, ...] = BASIS
    version: int = 0

    @property
    def note(self) -> str:
        """What stands in the record of each obligation that it settled."""
        return f"{self.held_on} {self.title}（{self.place}）；仪式 · ceremony {self.id}"

    def hand_over(self, owed: Obligation) -> None:
        """One institution has its plaque and certificate; raises NothingToHandOver, NotOwedByYou, ObligationSettled."""
        if owed.kind is not ObligationKind.HAND_OVER:
            raise NothingToHandOver(owed.kind.label, basis=owed.basis)
        owed.check_owed_by(self.organ)
        owed.settle(by=self.recorded_by, at=self.recorded_at, note=self.note)
        self.handed_over += 1


@dataclass(frozen=True, kw_only=True)
class Held:
    """A ceremony as it was just recorded, with what became of each obligation: None where it was settled."""

    ceremony: Ceremony
    outcomes: Mapping[UUID, Refusal | None]


class Ceremonies(Protocol):
    """Where ceremonies are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Ceremony: ...

    def add(self, aggregate: Ceremony) -> None: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[Ceremony]: ...
