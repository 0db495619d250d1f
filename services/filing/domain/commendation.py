"""先进典型: an institution named as outstanding, and the experience that others may learn from (N3.5)."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.institution import Institution, Standing
from services.filing.domain.lifecycle import check_decided_by
from services.filing.domain.refusals import NotTheHandlingOrgan
from shared.errors import Conflict, Invalid, NotFound
from shared.paging import Page
from shared.values import Uscc

BASIS = ("N3.5",)


class UnknownCommendation(NotFound):
    """没有这项先进典型 · There is no such commendation."""

    code = "NJT-FIL-1801"


class NotCommendable(Conflict):
    """机构未在有效期内正常开展评价 · The institution is not in force, so it is not held up as an example."""

    code = "NJT-FIL-1802"


class AlreadyCommended(Conflict):
    """该机构已是先进典型 · This institution is named as outstanding already."""

    code = "NJT-FIL-1803"


class CommendationWithdrawn(Conflict):
    """该先进典型已撤销 · This commendation was withdrawn already."""

    code = "NJT-FIL-1804"


class BadPublication(Invalid):
    """宣传期限有误 · The days on which it is to be published are not valid."""

    code = "NJT-FIL-1805"


@dataclass(eq=False, kw_only=True)
class Commendation:
    """What an institution is held up for, by the organ that filed it; published from a day on, or until another."""

    id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    title: str
    experience: str
    named_by: str
    named_at: datetime
    published_from: date
    published_until: date | None = None
    basis: tuple[str, ...] = BASIS
    withdrawn_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawn_for: str = ""
    version: int = 0

    def __post_init__(self) -> None:
        if self.published_until is not None and self.published_until < self.published_from:
            raise BadPublication(f"{self.published_from} – {self.published_until}", basis=self.basis)

    def is_over(self, *, on: date) -> bool:
        """Whether its days of publication have passed."""
        return self.published_until is not None and self.published_until < on

    def withdraw(self, *, by: str, because: str, at: datetime) -> None:
        """It is held up no more; raises CommendationWithdrawn."""
        if self.withdrawn_at is not None:
            raise CommendationWithdrawn(
                f"{self.withdrawn_at:%Y-%m-%d} {self.withdrawn_for}", basis=self.basis
            )
        self.withdrawn_at, self.withdrawn_by, self.withdrawn_for = at, by, because

    def check_named_by(self, organ: str) -> None:
        """Raises NotTheHandlingOrgan for any other organ than the one that named it."""
        if organ != self.named_by:
            raise NotTheHandlingOrgan(f"由 {self.named_by} 推出 · {self.named_by} named it", basis=self.basis)


def check_commendable(institution: Institution, organ: str, *, on: date) -> None:
    """Only the organ that filed it names it, while it is in force and nobody holds it back.

    Raises NotTheHandlingOrgan, ProvinceDecides or NotCommendable.
    """
    check_decided_by(institution, organ)
    in_force = institution.valid_from <= on <= institution.valid_until
    if institution.standing is not Standing.ACTIVE or not in_force:
        raise NotCommendable(f"{institution.number}：{institution.standing.label}", basis=BASIS)


class Commendations(Protocol):
    """Where commendations are kept; one that is not withdrawn is open."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Commendation: ...

    def add(self, aggregate: Commendation) -> None: ...

    async def open_of(self, institution_id: UUID) -> Commendation | None: ...

    async def page(
        self, *, institution_id: UUID | None, cursor: str | None, size: int
    ) -> Page[Commendation]: ...
