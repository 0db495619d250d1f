"""专家评估组: experts called to one round of assessing a filing, their sheets, and the verdict of all of them."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.filing import Filing
from services.filing.domain.refusals import NotTheHandlingOrgan
from services.filing.domain.sheet import Sheet, Tally, report_on, vetoed
from services.filing.domain.stages import FilingState, Verdict
from shared.errors import Conflict, Forbidden, NotFound
from shared.paging import Page
from shared.policy import Policy
from shared.values import Uscc


class UnknownPanel(NotFound):
    """没有这个评估组 · There is no such panel."""

    code = "NJT-FIL-1204"


class NamedTwice(Conflict):
    """同一专家重复 · An expert is named twice."""

    code = "NJT-FIL-1206"


class ExpertRecused(Conflict):
    """专家应当回避 · The expert must step aside."""

    code = "NJT-FIL-1207"


class AlreadyConvened(Conflict):
    """本轮评估已组建评估组 · A panel was convened for this round already."""

    code = "NJT-FIL-1210"


class NotOnPanel(Forbidden):
    """不是该评估组的专家 · Not an expert of this panel."""

    code = "NJT-FIL-1211"


class AlreadyScored(Conflict):
    """该专家已经评分 · This expert's marks are in already."""

    code = "NJT-FIL-1214"


class PanelConcluded(Conflict):
    """评估已经结束 · The panel has concluded."""

    code = "NJT-FIL-1215"


class Declined(Conflict):
    """该专家已谢绝本次评估 · This expert has declined to assess this case."""

    code = "NJT-FIL-1216"


class NothingToVoid(Conflict):
    """该专家尚未评分 · This expert has given no marks that could be voided."""

    code = "NJT-FIL-1217"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One expert of a panel as it was called, with its statement on recusal (回避声明); `declined` is why it will not."""

    expert_id: UUID
    name: str
    subject: str | None
    statement: str
    declined: str = ""


@dataclass(frozen=True, kw_only=True)
class Withdrawal:
    """An expert that left, and why: before it had scored, or with its sheet voided."""

    expert_id: UUID
    name: str
    reason: str
    at: datetime
    voided: bool = False


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks at a panel: its login, and whether it does so as an officer."""

    subject: str
    official: bool


@dataclass(eq=False, kw_only=True)
class Panel:
    """One round of assessment. What anybody gave is hidden from everybody else until all have given theirs.

    `organ` is the filing's district or park, `convened_by` the organ that handles it; `rubric_on` the day whose rubric
    all of them score by.
    """

    id: UUID
    filing_id: UUID
    organ: str
    convened_by: str
    uscc: Uscc
    round: int
    members: tuple[Member, ...]
    rubric_on: date
    convened_at: datetime
    withdrawn: tuple[Withdrawal, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    concluded_at: datetime | None = None
    outcome: FilingState | None = None
    vetoes: tuple[str, ...] = ()
    report: str = ""
    version: int = 0

    @property
    def complete(self) -> bool:
        return len(self.sheets) == len(self.members)

    @property
    def tally(self) -> Tally | None:
        """What was given in all; nothing before the last sheet is in."""
        if self.concluded_at is None:
            return None
        total = sum(sheet.total for sheet in self.sheets)
        return Tally(total=total, experts=len(self.sheets), vetoes=self.vetoes)

    def knows_experts(self, viewer: Viewer) -> bool:
        """Whether a viewer reads what the experts said of themselves: officers and the panel's experts alone."""
        return viewer.official or self._member_with(viewer.subject) is not None

    def names_seen_by(self, viewer: Viewer) -> bool:
        """Whether a viewer learns who the experts are; everybody else only once they cannot be swayed (assumed)."""
        return self.concluded_at is not None or self.knows_experts(viewer)

    def sheets_seen_by(self, viewer: Viewer) -> tuple[Sheet, ...]:
        """Before the end nobody sees a sheet but its own expert; then officers and the panel's experts see all."""
        own = self._member_with(viewer.subject)
        if self.concluded_at is not None and (viewer.official or own is not None):
            return self.sheets
        return tuple(sheet for sheet in self.sheets if own and sheet.expert_id == own.expert_id)

    def seat_of(self, subject: str) -> Member:
        """The member who logs in so; raises NotOnPanel."""
        member = self._member_with(subject)
        if member is None:
            raise NotOnPanel
        return member

    def check_may_read(self, subject: str) -> None:
        """Whoever assesses the case reads its documents meanwhile; raises NotOnPanel or PanelConcluded."""
        if self.seat_of(subject).declined:
            raise NotOnPanel
        self._check_open()

    def decline(self, subject: str, reason: str) -> None:
        """谢绝评审: a member will not assess this case; an officer seats another in its place.

        Raises NotOnPanel, PanelConcluded, AlreadyScored or Declined.
        """
        member = self.seat_of(subject)
        self._check_open()
        if self.has_scored(member.expert_id):
            raise AlreadyScored
        if member.declined:
            raise Declined
        gone = replace(member, declined=reason)
        self.members = tuple(gone if each is member else each for each in self.members)

    def has_scored(self, expert_id: UUID) -> bool:
        return any(sheet.expert_id == expert_id for sheet in self.sheets)

    def check_convened_by(self, organ: str) -> None:
        """Raises NotTheHandlingOrgan for any other organ."""
        if organ != self.convened_by:
            raise NotTheHandlingOrgan(f"由 {self.convened_by} 经办 · {self.convened_by} handles it")

    def enter(self, sheet: Sheet, policy: Policy) -> None:
        """Take one expert's marks.

        Raises NotOnPanel, Declined, AlreadyScored, PanelConcluded, MarksNotValid or NotAVetoItem.
        """
        self._check_open()
        if self._member(sheet.expert_id).declined:
            raise Declined
        if self.has_scored(sheet.expert_id):
            raise AlreadyScored
        sheet.check(policy.rubric(self.rubric_on))
        self.sheets = (*self.sheets, sheet)

    def conclude(self, filing: Filing, policy: Policy, *, at: datetime) -> None:
        """All sheets are in: the verdict is added up and decides the case (N1.2)."""
        rubric = policy.rubric(self.rubric_on)
        self.concluded_at, self.vetoes = at, vetoed(self.sheets, rubric)
        total = sum(sheet.total for sheet in self.sheets)
        verdict = Verdict(
            total=total, experts=len(self.sheets), vetoes=self.vetoes, measured_on=self.rubric_on
        )
        filing.assess(verdict, policy, at=at)
        self.outcome = filing.state
        self.report = report_on(self.sheets, rubric, outcome=filing.state.label)

    def exchange(self, leaving: UUID, member: Member, reason: str, *, at: datetime) -> None:
        """Let a member that has not scored yet go, and seat another in its place.

        Raises NotOnPanel, AlreadyScored, PanelConcluded, NamedTwice, or ExpertRecused for one that left before.
        """
        self._check_open()
        gone = self._member(leaving)
        if self.has_scored(leaving):
            raise AlreadyScored
        self._seat(member, gone, reason, at=at)

    def void(self, leaving: UUID, member: Member, reason: str, *, at: datetime) -> None:
        """评分作废: a member that has scored is found to be recused; its sheet counts no more, another is seated.

        Nobody knows yet what is on the sheet. Raises NothingToVoid and what `exchange` does, but for AlreadyScored.
        """
        self._check_open()
        gone = self._member(leaving)
        if not self.has_scored(leaving):
            raise NothingToVoid
        self._seat(member, gone, reason, at=at, voided=True)
        self.sheets = tuple(sheet for sheet in self.sheets if sheet.expert_id != leaving)

    def _seat(self, member: Member, gone: Member, reason: str, *, at: datetime, voided: bool = False) -> None:
        leaving = gone.expert_id
        if any(each.expert_id == member.expert_id for each in self.withdrawn) or member.expert_id == leaving:
            raise ExpertRecused(f"{member.name}：已退出本次评估 · left this panel before")
        check_distinct([*(each.expert_id for each in self.members), member.expert_id])
        withdrawal = Withdrawal(expert_id=leaving, name=gone.name, reason=reason, at=at, voided=voided)
        self.withdrawn = (*self.withdrawn, withdrawal)
        self.members = tuple(member if each is gone else each for each in self.members)

    def _check_open(self) -> None:
        if self.concluded_at is not None:
            raise PanelConcluded

    def _member(self, expert_id: UUID) -> Member:
        found = next((each for each in self.members if each.expert_id == expert_id), None)
        if found is None:
            raise NotOnPanel(str(expert_id))
        return found

    def _member_with(self, subject: str) -> Member | None:
        return next((each for each in self.members if each.subject == subject), None)


def check_distinct(experts: Collection[UUID]) -> None:
    """Raises NamedTwice."""
    twice = [str(key) for key, times in Counter(experts).items() if times > 1]
    if twice:
        raise NamedTwice("、".join(twice))


class Panels(Protocol):
    """Where panels are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Panel: ...

    def add(self, aggregate: Panel) -> None: ...

    async def of_filing(self, filing_id: UUID) -> list[Panel]: ...

    async def of_subject(self, subject: str, *, cursor: str | None, size: int) -> Page[Panel]: ...
