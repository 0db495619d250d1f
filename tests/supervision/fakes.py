"""Repositories in memory, an outbox that can be read, and valid objects of which a test changes what matters."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar
from uuid import UUID, uuid4

from services.supervision.domain.inspection import Inspection, Visit
from services.supervision.domain.institution import SupervisedInstitution
from services.supervision.domain.lead import Lead, Sought, UnknownLead
from services.supervision.domain.plan import EvaluationPlan
from services.supervision.domain.provincial import (
    Measure,
    ProvincialOrder,
    ProvincialTask,
    TaskState,
    UnknownOrder,
    UnknownTask,
)
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import (
    UnknownInspection,
    UnknownInstitution,
    UnknownPlan,
    UnknownRectification,
)
from services.supervision.domain.sanction import Sanction
from services.supervision.domain.terms import (
    Finding,
    FindingCategory,
    InspectionKind,
    RectificationState,
    Severity,
    Standing,
)
from services.supervision.handlers import Work
from shared.clock import SHANGHAI
from shared.contracts.event import Event
from shared.contracts.scope import ScopeItem
from shared.errors import NotFound, Stale
from shared.paging import Page
from shared.persistence.aggregates import Versioned
from shared.policy import Audience, Policy
from shared.values import Edition, Level, OccupationCode, Uscc

A = TypeVar("A", bound=Versioned)

AT = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
"""A Monday; no holiday until 清明."""
DUE = datetime(2026, 3, 23, 23, 59, 59, tzinfo=SHANGHAI)
"""The end of the fifteenth working day after it."""
EARLIEST = date(2026, 3, 16)
"""The tenth working day after it."""
OWN = Uscc("91350100M000100Y43")
TURNER = ScopeItem(
    edition=Edition.Y2015, occupation=OccupationCode("6-18-01-01"), work_type="数控车工", level=Level.THREE
)
DISTRICT, OTHER_DISTRICT, CITY = "320115", "320102", "320100"
VISIT = Visit(kind=InspectionKind.ON_SITE, supervisors=("测试员甲", "测试员乙"), visited_on=date(2026, 3, 2))
FINDING = Finding(
    category=FindingCategory.PROCESS_IRREGULAR, severity=Severity.SERIOUS, text="考场未留存视频"
)


def an_institution(
    *,
    key: UUID | None = None,
    standing: Standing = Standing.ACTIVE,
    valid_from: date = date(2024, 1, 1),
    valid_until: date = date(2026, 12, 31),
    paid_fen: int = 0,
) -> SupervisedInstitution:
    return SupervisedInstitution(
        id=key or uuid4(),
        name="示例机械有限公司",
        uscc=OWN,
        organ=DISTRICT,
        audience=Audience.OWN_STAFF,
        scope=(TURNER,),
        standing=standing,
        valid_from=valid_from,
        valid_until=valid_until,
        paid_fen=paid_fen,
    )


def an_inspection(*, findings: tuple[Finding, ...] = (FINDING,), visit: Visit = VISIT) -> Inspection:
    return Inspection(
        id=uuid4(),
        institution_id=uuid4(),
        organ=DISTRICT,
        uscc=OWN,
        inspected_by=DISTRICT,
        visit=visit,
        findings=findings,
    )


def a_rectification(
    *,
    institution_id: UUID | None = None,
    due_at: datetime = DUE,
    state: RectificationState = RectificationState.ORDERED,
    overdue_at: datetime | None = None,
) -> Rectification:
    return Rectification(
        id=uuid4(),
        institution_id=institution_id or uuid4(),
        organ=DISTRICT,
        uscc=OWN,
        inspection_id=uuid4(),
        ordered_at=AT,
        due_at=due_at,
        state=state,
        overdue_at=overdue_at,
    )


class Kept(Generic[A]):
    """Aggregates by id; `missing` is raised for one that is not here."""

    def __init__(self, missing: type[NotFound], *held: A) -> None:
        self._missing = missing
        self.held = {each.id: each for each in held}

    async def get(self, key: UUID, *, seen: int | None = None) -> A:
        if key not in self.held:
            raise self._missing(str(key))
        if seen is not None and seen != self.held[key].version:
            raise Stale
        return self.held[key]

    def add(self, aggregate: A) -> None:
        self.held[aggregate.id] = aggregate

    async def known(self, key: UUID) -> A | None:
        return self.held.get(key)


class KeptInstitutions(Kept[SupervisedInstitution]):
    """Institutions in memory."""

    async def of_uscc(self, uscc: Uscc) -> Sequence[SupervisedInstitution]:
        return [each for each in self.held.values() if each.uscc == uscc]

    async def in_force(self, *, on: date) -> Sequence[SupervisedInstitution]:
        return [
            each
            for each in self.held.values()
            if each.standing is Standing.ACTIVE and each.valid_from <= on <= each.valid_until
        ]


class KeptPlans(Kept[EvaluationPlan]):
    """Plans in memory, all on one page."""

    async def page(self, *, cursor: str | None, size: int) -> Page[EvaluationPlan]:
        assert cursor is None
        assert len(self.held) <= size
        return Page(items=list(self.held.values()), next=None)


class KeptRectifications(Kept[Rectification]):
    """Rectifications in memory, all on one page."""

    async def page(
        self, *, state: RectificationState | None, cursor: str | None, size: int
    ) -> Page[Rectification]:
        assert cursor is None
        found = [each for each in self.held.values() if state in (None, each.state)]
        assert len(found) <= size
        return Page(items=found, next=None)

    async def overdue(self, *, at: datetime) -> Sequence[Rectification]:
        return [
            each
            for each in self.held.values()
            if each.state is RectificationState.ORDERED and each.due_at < at
        ]


class KeptLeads(Kept[Lead]):
    """Leads in memory, all on one page."""

    async def of_signal(self, signal_id: UUID) -> Lead | None:
        return next((each for each in self.held.values() if each.signal_id == signal_id), None)

    async def page(self, sought: Sought, *, cursor: str | None, size: int) -> Page[Lead]:
        assert cursor is None
        wanted = {name: value for name, value in vars(sought).items() if value is not None}
        found = [each for each in self.held.values() if wanted.items() <= vars(each).items()]
        assert len(found) <= size
        return Page(items=found, next=None)


class KeptTasks(Kept[ProvincialTask]):
    """Tasks in memory, all on one page."""

    async def page(self, *, state: TaskState | None, cursor: str | None, size: int) -> Page[ProvincialTask]:
        assert cursor is None
        found = [each for each in self.held.values() if state in (None, each.state)]
        assert len(found) <= size
        return Page(items=found, next=None)

    async def overdue(self, *, on: date) -> Sequence[UUID]:
        return [each.id for each in self._late(on) if each.overdue_at is None]

    async def count_overdue(self, *, on: date) -> int:
        return len(self._late(on))

    def _late(self, on: date) -> list[ProvincialTask]:
        return [it for it in self.held.values() if it.state is not TaskState.REPORTED and it.due_on < on]


class KeptOrders(Kept[ProvincialOrder]):
    """Orders in memory, all on one page."""

    async def waiting(self, institution_id: UUID) -> Sequence[ProvincialOrder]:
        return [
            it
            for it in self.held.values()
            if it.institution_id == institution_id and it.carried_out_at is None
        ]

    async def suspending(self, institution_id: UUID) -> Sequence[ProvincialOrder]:
        return [
            it
            for it in self.held.values()
            if it.institution_id == institution_id and it.measure is Measure.SUSPEND and it.lifted_at is None
        ]

    async def page(self, *, cursor: str | None, size: int) -> Page[ProvincialOrder]:
        assert cursor is None
        assert len(self.held) <= size
        return Page(items=list(self.held.values()), next=None)


class KeptSanctions:
    """Sanctions in memory; like the database's index, no second one may be in force."""

    def __init__(self) -> None:
        self.held: list[Sanction] = []

    def add(self, aggregate: Sanction) -> None:
        assert not self._of(aggregate.institution_id), "two sanctions in force"
        self.held.append(aggregate)

    async def in_force(self, institution_id: UUID) -> Sanction | None:
        return next(iter(self._of(institution_id)), None)

    def _of(self, institution_id: UUID) -> list[Sanction]:
        return [
            each for each in self.held if each.institution_id == institution_id and each.lifted_at is None
        ]


@dataclass
class Announced:
    """An outbox that can be read."""

    events: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        self.events.append(event)


@dataclass
class Desk:
    """What one supervision service keeps, and work on it at any moment."""

    policy: Policy
    institutions: KeptInstitutions = field(default_factory=lambda: KeptInstitutions(UnknownInstitution))
    plans: KeptPlans = field(default_factory=lambda: KeptPlans(UnknownPlan))
    inspections: Kept[Inspection] = field(default_factory=lambda: Kept(UnknownInspection))
    rectifications: KeptRectifications = field(
        default_factory=lambda: KeptRectifications(UnknownRectification)
    )
    sanctions: KeptSanctions = field(default_factory=KeptSanctions)
    leads: KeptLeads = field(default_factory=lambda: KeptLeads(UnknownLead))
    tasks: KeptTasks = field(default_factory=lambda: KeptTasks(UnknownTask))
    orders: KeptOrders = field(default_factory=lambda: KeptOrders(UnknownOrder))
    outbox: Announced = field(default_factory=Announced)

    def at(self, moment: datetime) -> Work:
        return Work(
            at=moment,
            new_id=uuid4,
            policy=self.policy,
            institutions=self.institutions,
            plans=self.plans,
            inspections=self.inspections,
            rectifications=self.rectifications,
            sanctions=self.sanctions,
            leads=self.leads,
            tasks=self.tasks,
            orders=self.orders,
            outbox=self.outbox,
        )
