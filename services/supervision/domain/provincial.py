"""省级交办: inspections that the province asks for, and sanctions that it orders; each is answered under its number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.supervision.domain.inspection import Inspection
from services.supervision.domain.institution import SupervisedInstitution, check_supervises
from services.supervision.domain.refusals import UnknownInstitution
from shared.clock import SHANGHAI
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy import Policy
from shared.policy.terms import Term
from shared.values import Uscc

JOINT = ("N2.6",)
"""The clause by which organs and the province supervise together; that it holds for N2.1 as well is assumed."""


class UnknownTask(NotFound):
    """没有这项省级督导任务 · There is no such task of the province."""

    code = "NJT-SUP-1040"


class UnknownOrder(NotFound):
    """没有这项省级责令 · There is no such order of the province."""

    code = "NJT-SUP-1041"


class NumberTaken(Conflict):
    """该文号已受理 · This number was taken in before."""

    code = "NJT-SUP-1042"


class WhichFiling(Conflict):
    """该单位有多项备案，须注明备案号 · The body has several filings; name the one that is meant by its number."""

    code = "NJT-SUP-1043"


class TaskDone(Conflict):
    """任务已办结上报 · The task was reported already."""

    code = "NJT-SUP-1044"


class NotInspected(Conflict):
    """尚未开展督导，不能上报 · There is nothing to report before an inspection was made."""

    code = "NJT-SUP-1045"


class AnotherInstitution(Conflict):
    """督导对象不是任务所指机构 · The inspection was of another institution."""

    code = "NJT-SUP-1046"


class NothingOrdered(Conflict):
    """没有省级责令的暂停可解除 · No suspension that the province ordered is in force."""

    code = "NJT-SUP-1047"


class TaskState(Term):
    """How far a task is."""

    ASSIGNED = "assigned", "已交办", "assigned"
    INSPECTING = "inspecting", "督导中", "being inspected"
    REPORTED = "reported", "已上报", "reported"


class Measure(Term):
    """What is ordered."""

    SUSPEND = "suspend", "暂停评价", "suspend"
    LIFT = "lift", "恢复评价", "lift the suspension"
    REVOKE = "revoke", "取消备案", "revoke the filing"


@dataclass(eq=False, kw_only=True)
class ProvincialTask:
    """An inspection that the province asks for; it is the responsible organ's from the moment it comes."""

    id: UUID
    organ: str
    institution_id: UUID
    institution_uscc: Uscc
    number: str
    title: str
    demand: str
    due_on: date
    received_at: datetime
    state: TaskState = TaskState.ASSIGNED
    inspection_id: UUID | None = None
    report: str = ""
    reported_by: str = ""
    reported_at: datetime | None = None
    overdue_at: datetime | None = None
    version: int = 0

    def check_may_be_inspected(self, policy: Policy, *, officer: str) -> None:
        """Raises NotTheSupervisingOrgan or TaskDone."""
        check_supervises(policy, officer=officer, organ=self.organ)
        if self.state is TaskState.REPORTED:
            raise TaskDone(self.number, basis=JOINT)

    def inspect(self, inspection: Inspection) -> None:
        """This inspection is the one that was asked for; raises AnotherInstitution."""
        if inspection.institution_id != self.institution_id:
            raise AnotherInstitution(self.number, basis=JOINT)
        self.inspection_id, self.state = inspection.id, TaskState.INSPECTING

    def conclude(self, report: str, inspection: Inspection, *, by: str, at: datetime) -> None:
        """Report what came of it; raises NotInspected before the day of the visit."""
        if at.astimezone(SHANGHAI).date() < inspection.visit.visited_on:
            raise NotInspected(f"{inspection.visit.visited_on}", basis=JOINT)
        self.report, self.reported_by, self.reported_at = report, by, at
        self.state = TaskState.REPORTED

    def fall_overdue(self, *, at: datetime) -> None:
        """Its day is over and nothing was reported; it is owed on."""
        if self.state is not TaskState.REPORTED and self.overdue_at is None:
            self.overdue_at = at


@dataclass(eq=False, kw_only=True)
class ProvincialOrder:
    """A sanction that the province orders; carried out when the register says so. `lifted_at`: it was taken back."""

    id: UUID
    organ: str
    institution_id: UUID
    institution_uscc: Uscc
    number: str
    measure: Measure
    document: str
    reason: str
    received_at: datetime
    carried_out_at: datetime | None = None
    lifted_at: datetime | None = None
    version: int = 0

    @property
    def grounds(self) -> str:
        """Why, in the words of the sanction: the order itself is its basis."""
        return f"省级责令 {self.document}：{self.reason} · ordered by the province"


def meant(known: Sequence[SupervisedInstitution], uscc: Uscc, number: str | None) -> SupervisedInstitution:
    """The filing that is spoken of; raises UnknownInstitution, or WhichFiling where several may be meant.

    A number finds its filing, or the body's only one whose number was never announced.
    """
    named = [each for each in known if number is None or each.number in (number, "")]
    exact = [each for each in named if number is not None and each.number == number]
    lasting = [each for each in named if not each.standing.final]
    for found in (exact, lasting, named):
        if len(found) == 1:
            return found[0]
        if found:
            raise WhichFiling(f"{uscc}：{len(found)}")
    raise UnknownInstitution(f"{uscc} {number or ''}".strip())


class ProvincialTasks(Protocol):
    """Where tasks are kept; only those within the caller's reach exist for it, and an institution reaches none."""

    async def get(self, key: UUID, *, seen: int | None = None) -> ProvincialTask: ...

    def add(self, aggregate: ProvincialTask) -> None: ...

    async def page(
        self, *, state: TaskState | None, cursor: str | None, size: int
    ) -> Page[ProvincialTask]: ...

    async def overdue(self, *, on: date) -> Sequence[UUID]: ...

    async def count_overdue(self, *, on: date) -> int: ...


class ProvincialOrders(Protocol):
    """Where orders are kept; as tasks are."""

    async def get(self, key: UUID, *, seen: int | None = None) -> ProvincialOrder: ...

    def add(self, aggregate: ProvincialOrder) -> None: ...

    async def waiting(self, institution_id: UUID) -> Sequence[ProvincialOrder]: ...

    async def suspending(self, institution_id: UUID) -> Sequence[ProvincialOrder]: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[ProvincialOrder]: ...
