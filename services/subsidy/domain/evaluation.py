"""已实施的评价: how many were evaluated where, in what and on which day, as supervision was told."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol
from uuid import UUID

from services.subsidy.domain.certificate import Certificate
from shared.contracts.scope import ScopeItem
from shared.values import Uscc


class Sitting(NamedTuple):
    """What certificates and candidates are compared by: an institution's evaluation of a level on one day."""

    institution_id: UUID
    edition: str
    occupation: str
    level: int
    day: date

    def __str__(self) -> str:
        return "/".join(map(str, self))

    @classmethod
    def parse(cls, text: str) -> "Sitting":
        """What `str` made of one."""
        institution, edition, occupation, level, day = text.split("/")
        return cls(UUID(institution), edition, occupation, int(level), date.fromisoformat(day))

    @classmethod
    def of(cls, certificate: Certificate) -> "Sitting":
        """The one a certificate came of."""
        return _sitting(certificate.institution_id, certificate.item, certificate.evaluated_on)


@dataclass(eq=False, kw_only=True)
class Evaluation:
    """One evaluation that was planned and held, and how many came, by the institution's own word; its id is the plan's."""

    id: UUID
    organ: str
    uscc: Uscc
    institution_id: UUID
    item: ScopeItem
    held_on: date
    candidates: int
    version: int = 0

    @property
    def sitting(self) -> Sitting:
        return _sitting(self.institution_id, self.item, self.held_on)


def _sitting(institution_id: UUID, item: ScopeItem, day: date) -> Sitting:
    return Sitting(institution_id, str(item.edition), str(item.occupation), int(item.level), day)


class Evaluations(Protocol):
    """Where held evaluations are kept; only those within the caller's reach exist for it."""

    def add(self, aggregate: Evaluation) -> None: ...

    async def at(self, sitting: Sitting) -> Sequence[Evaluation]: ...

    async def of_institutions(self, institutions: Collection[UUID]) -> Sequence[Evaluation]: ...
