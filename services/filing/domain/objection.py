"""公示异议: what somebody holds against a filing while it is publicised, and what looking into it found."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.filing.domain.deadline import Deadline
from services.filing.domain.filing import Filing
from services.filing.domain.refusals import NotTheHandlingOrgan
from services.filing.domain.stages import FilingState
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy import Policy
from shared.policy.terms import Term

ANONYMOUS = "anonymous"


class UnknownObjection(NotFound):
    """没有这件异议 · There is no such objection."""

    code = "NJT-FIL-1220"


class NotPublicised(Conflict):
    """不在公示期内 · It is not publicised now."""

    code = "NJT-FIL-1221"


class ObjectionResolved(Conflict):
    """异议已经办结 · The objection was resolved already."""

    code = "NJT-FIL-1222"


class ObjectionsFull(Conflict):
    """网上匿名异议已达上限，请向经办机关当面或来电提出 · No more objections are taken online here; tell the office."""

    code = "NJT-FIL-1223"


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


class Outcome(StrEnum):
    """How an objection is resolved."""

    UPHELD = "upheld"
    DISMISSED = "dismissed"


@dataclass(eq=False, kw_only=True)
class Objection:
    """An objection to a publicised filing. `by` is whoever it says it is, `reference` what the objector asks by later.

    It carries no credit code, so that row-level security shows it to organs only: whoever is objected to must not learn
    who objected.
    """

    id: UUID
    filing_id: UUID
    organ: str
    handled_by: str
    text: str
    by: str
    channel: ReceivedBy
    received_by: str
    reference: str
    raised_at: datetime
    deadline: Deadline
    state: ObjectionState = ObjectionState.OPEN
    finding: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    version: int = 0

    def resolve(self, outcome: Outcome, finding: str, *, by: str, at: datetime) -> None:
        """Decide on it with a finding; raises ObjectionResolved."""
        if self.state is not ObjectionState.OPEN:
            raise ObjectionResolved(self.state.label)
        self.state = ObjectionState(outcome.value)
        self.finding, self.resolved_by, self.resolved_at = finding, by, at

    def check_handled_by(self, organ: str) -> None:
        """Raises NotTheHandlingOrgan for any other organ."""
        if organ != self.handled_by:
            raise NotTheHandlingOrgan(f"由 {self.handled_by} 经办 · {self.handled_by} handles it")


@dataclass(frozen=True, kw_only=True)
class Statement:
    """What somebody says against a filing, who says so and how it came in."""

    text: str
    by: str = ANONYMOUS
    channel: ReceivedBy = ReceivedBy.ONLINE
    received_by: str = ""

    @property
    def made_publicly(self) -> bool:
        """Whether somebody made it without a login, rather than an officer noting it down."""
        return not self.received_by


def object_to(
    filing: Filing, statement: Statement, policy: Policy, *, key: UUID, reference: str, at: datetime
) -> Objection:
    """Take an objection: the filing waits for it, and its clock stops meanwhile (assumed); raises NotPublicised."""
    check_publicised(filing, at=at)
    filing.objections_open += 1
    filing.deadline = filing.deadline and filing.deadline.pause(policy.calendar, at=at)
    return Objection(
        id=key,
        filing_id=filing.id,
        organ=filing.organ,
        handled_by=filing.handled_by,
        text=statement.text,
        by=statement.by,
        channel=statement.channel,
        received_by=statement.received_by,
        reference=reference,
        raised_at=at,
        deadline=Deadline.of("filing.objection_days", policy, at=at),
    )


def check_room(made: int, policy: Policy, *, on: date) -> None:
    """Raises ObjectionsFull when so many were made to one case without a login that no more are taken (assumed)."""
    most = policy.parameter("filing.public_objections_max", on)
    if made >= policy.number(most.key, on):
        raise ObjectionsFull(
            f"{made}", basis=("N2.8",), extra={"most": most.value, "status_of_most": most.status.value}
        )


def check_publicised(filing: Filing, *, at: datetime) -> None:
    """Raises NotPublicised before publicity, and after its end."""
    until = filing.publicity_until
    if filing.state is not FilingState.PUBLICITY or until is None or at > until:
        raise NotPublicised(f"当前为 {filing.state.label}", basis=("N2.8",))


def settle_on(filing: Filing, objection: Objection, policy: Policy, *, organ: str, at: datetime) -> None:
    """One objection less to wait for; one that is upheld refuses the filing, unless it is decided already."""
    filing.objections_open -= 1
    if filing.state is not FilingState.PUBLICITY:
        return
    if objection.state is ObjectionState.UPHELD:
        filing.refuse(f"公示异议成立 · objection upheld：{objection.finding}", policy, organ=organ, at=at)
    elif not filing.objections_open:
        filing.deadline = filing.deadline and filing.deadline.resume(policy.calendar, at=at)


class Objections(Protocol):
    """Where objections are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Objection: ...

    def add(self, aggregate: Objection) -> None: ...

    async def take_turn(self, filing_id: UUID) -> None: ...

    async def of_filing(self, filing_id: UUID) -> list[Objection]: ...

    async def page(self, filing_id: UUID, *, cursor: str | None, size: int) -> Page[Objection]: ...

    async def made_publicly(self, filing_id: UUID) -> int: ...

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]: ...
