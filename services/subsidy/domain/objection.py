"""公示异议: what somebody holds against an item of a publicised claim, and what looking into it found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.subsidy.domain.certificate import SealedHolder
from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.refusals import NotTheHandlingOrgan
from services.subsidy.domain.terms import AnyNumber
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy.terms import Term
from shared.values import Fen, Level

ANONYMOUS = "anonymous"


class UnknownObjection(NotFound):
    """没有这件异议 · There is no such objection."""

    code = "NJT-SUB-1220"


class ObjectionResolved(Conflict):
    """异议已经办结 · The objection was resolved already."""

    code = "NJT-SUB-1221"


class ReceivedBy(Term):
    """How an objection came in."""

    IN_PERSON = "in_person", "来访", "in person"
    PHONE = "phone", "来电", "by telephone"
    LETTER = "letter", "来信", "by letter"
    ONLINE = "online", "网上", "online"


class ObjectionState(Term):
    """What became of an objection."""

    OPEN = "open", "核查中", "under investigation"
    UPHELD = "upheld", "异议成立", "upheld"
    DISMISSED = "dismissed", "异议不成立", "dismissed"


class Resolution(StrEnum):
    """How an objection is resolved."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What somebody says against an item, who says so and how it came in."""

    text: str
    by: str = ANONYMOUS
    channel: ReceivedBy = ReceivedBy.ONLINE
    received_by: str = ""


@dataclass(eq=False, kw_only=True)
class Objection:
    """An objection to a publicised item; `reference` is what the objector asks by later.

    It carries no credit code, so that row-level security shows it to organs only: whoever is objected to must not learn
    who objected.
    """

    id: UUID
    claim_id: UUID
    item_id: UUID
    organ: str
    statement: Statement
    reference: str
    raised_at: datetime
    due: Deadline
    state: ObjectionState = ObjectionState.OPEN
    finding: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    version: int = 0

    def resolve(self, how: Resolution, finding: str, *, by: str, at: datetime) -> None:
        """Decide on it with a finding; raises ObjectionResolved."""
        if self.state is not ObjectionState.OPEN:
            raise ObjectionResolved(self.state.label)
        self.state = ObjectionState(how.value)
        self.finding, self.resolved_by, self.resolved_at = finding, by, at

    def watch(self, *, at: datetime) -> None:
        """逾期: nobody looked into it in time, and the city is told so once."""
        if self.state is ObjectionState.OPEN:
            self.due = self.due.watched(at=at)

    def check_handled_by(self, organ: str) -> None:
        """Raises NotTheHandlingOrgan for any other organ."""
        if organ != self.organ:
            raise NotTheHandlingOrgan(f"由 {self.organ} 经办 · {self.organ} handles it", basis=("N2.0",))


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the objections looked for have in common; overdue by a moment, and escalated, are open ones."""

    state: ObjectionState | None = None
    overdue_at: datetime | None = None
    escalated: bool = False


class Objections(Protocol):
    """Where objections are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Objection: ...

    def add(self, aggregate: Objection) -> None: ...

    async def of_claim(self, claim_id: UUID) -> list[Objection]: ...

    async def page(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[Objection]: ...

    async def late(self, *, at: datetime) -> list[UUID]: ...

    async def count_overdue(self, *, at: datetime) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Publicised:
    """An item as it is publicised; whose certificate it is stays sealed until it is shown masked.

    `institution` is None where the holder claims for itself.
    """

    id: UUID
    claim_id: UUID
    organ: str
    institution: str | None
    certificate_id: UUID
    certificate_number: AnyNumber
    holder: SealedHolder
    occupation: str
    level: Level
    amount: Fen
    issued_on: date
    until: datetime


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What an objector is told."""

    state: ObjectionState
    finding: str


class Publicity(Protocol):
    """What is public of claims and objections, and nothing else of them."""

    async def running(self, *, at: datetime, cursor: str | None, size: int) -> Page[Publicised]: ...

    async def of_item(self, item_id: UUID, *, at: datetime) -> Publicised: ...

    async def answer(self, reference: str) -> Answer: ...
