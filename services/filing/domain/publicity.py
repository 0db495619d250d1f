"""公示: what everybody may know of filings about to be put on record, and of what became of an objection."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.objection import ObjectionState
from shared.contracts.scope import ScopeItem
from shared.paging import Page
from shared.policy import Audience, Category


@dataclass(frozen=True, kw_only=True)
class Publicised:
    """A filing as it is publicised: who, for whom, to evaluate what, by which organ, and until when."""

    id: UUID
    name: str
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    organ: str
    handled_by: str
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an objector is told."""

    state: ObjectionState
    finding: str


@dataclass(frozen=True, kw_only=True)
class Outstanding:
    """An institution in force that is held up as an example, and the experience that is spread (N3.5)."""

    id: UUID
    name: str
    number: str
    category: Category
    audience: Audience
    named_by: str
    title: str
    experience: str
    basis: tuple[str, ...]
    published_from: date


class Publicity(Protocol):
    """What is public of filings, objections and commendations, and nothing else of them."""

    async def running(self, *, at: datetime, cursor: str | None, size: int) -> Page[Publicised]: ...

    async def of_filing(self, filing_id: UUID, *, at: datetime) -> Publicised: ...

    async def answer(self, reference: str) -> Answer: ...

    async def outstanding(self, *, on: date, cursor: str | None, size: int) -> Page[Outstanding]: ...
