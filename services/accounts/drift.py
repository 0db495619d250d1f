"""省级名录比对: what of the accounts is other than the provincial register has it, and how it is mended (N2.1, N2.6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from shared.contracts.queries import RegisteredInstitution, RegisterQuery
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.paging import Page
from shared.policy.terms import Term
from shared.values import Uscc

SETTLES = timedelta(hours=1)
"""How long a change may take until it has reached the accounts (assumed); what is younger is no difference yet."""


class UnknownDrift(NotFound):
    """没有这条差异 · There is no such difference."""

    code = "NJT-ACC-1020"


class UnknownCheck(NotFound):
    """没有这次比对 · There is no such check."""

    code = "NJT-ACC-1021"


class CheckedToday(Conflict):
    """当日比对已经发起 · The day's check was begun already."""

    code = "NJT-ACC-1022"


class CheckRunning(Conflict):
    """比对正在进行 · A check is under way; wait for its result."""

    code = "NJT-ACC-1023"


class NotTheCitysCheck(Forbidden):
    """与省级名录的比对由市级发起 · The city begins a check of all accounts."""

    code = "NJT-ACC-1024"


class NotThatRepair(Invalid):
    """该差异不能如此处理 · This difference cannot be mended so."""

    code = "NJT-ACC-1025"


class DriftSettled(Conflict):
    """该差异已办结或尚无处理建议 · There is nothing to decide on this difference."""

    code = "NJT-ACC-1026"


class SamePersonDrift(Conflict):
    """提出与批准须由不同人员办理 · Whoever proposed a repair may not decide on it."""

    code = "NJT-ACC-1027"


class Cause(Term):
    """What is other here than there."""

    MISSING = "missing", "省级在册，本市无账号", "on the provincial record, and no account here"
    SUSPENDED_THERE = "suspended_there", "省级已暂停，账号仍开通", "suspended by the province, open here"
    ENDED_THERE = "ended_there", "省级已取消或到期，账号未关闭", "ended at the province, not closed here"
    SUSPENDED_HERE = (
        "suspended_here",
        "省级在效，账号仍按省级暂停",
        "in force at the province, still suspended here by its word",
    )
    CLOSED_HERE = "closed_here", "省级在效，账号已关闭", "in force at the province, closed here"
    SCOPE = "scope", "评价范围不一致", "another scope"
    NAME = "name", "名称不一致", "another name"
    UNKNOWN_THERE = "unknown_there", "账号在册，省级查无", "an account here, and nothing at the province"


class Repair(Term):
    """What may be done about it; whatever is not `leave` has filing follow the province's record again as well."""

    REFOLLOW = "refollow", "按省级备案重新核对", "follow the record again"
    SUSPEND = "suspend", "暂停账号", "suspend the account"
    CLOSE = "close", "关闭账号", "close the account"
    LEAVE = "leave", "不作处理", "leave it as it is"


POSSIBLE: dict[Cause, tuple[Repair, ...]] = {
    Cause.MISSING: (Repair.REFOLLOW, Repair.LEAVE),
    Cause.SUSPENDED_THERE: (Repair.SUSPEND, Repair.REFOLLOW, Repair.LEAVE),
    Cause.ENDED_THERE: (Repair.CLOSE, Repair.SUSPEND, Repair.REFOLLOW, Repair.LEAVE),
    Cause.SUSPENDED_HERE: (Repair.REFOLLOW, Repair.LEAVE),
    Cause.CLOSED_HERE: (Repair.LEAVE,),
    Cause.SCOPE: (Repair.REFOLLOW, Repair.LEAVE),
    Cause.NAME: (Repair.REFOLLOW, Repair.LEAVE),
    Cause.UNKNOWN_THERE: (Repair.LEAVE, Repair.SUSPEND, Repair.CLOSE),
}
"""What mends which cause, the one to be proposed first. What was closed is closed for good."""


class DriftState(Term):
    """How far it is; `applied` waits for the next check to find it gone."""

    OPEN = "open", "待处理", "open"
    PROPOSED = "proposed", "待批准", "proposed"
    APPLIED = "applied", "已处理，待复核", "applied"
    LEFT = "left", "不作处理", "left as it is"
    HEALED = "healed", "已消除", "healed"


@dataclass(frozen=True, kw_only=True)
class Found:
    """One difference as a check finds it.

    `standing` is the province's, "" where it knows nothing of it; `lane` and `sequence` are of the message that told it
    last.
    """

    number: str
    name: str
    uscc: Uscc
    organ: str
    cause: Cause
    basis: tuple[str, ...]
    ours: str
    theirs: str
    standing: str = ""
    account_id: UUID | None = None
    lane: str = ""
    sequence: int = 0


@dataclass(eq=False, kw_only=True)
class Drift:
    """One difference between an account and the provincial register, until a check does not find it any more."""

    id: UUID
    check_id: UUID
    organ: str
    number: str
    name: str
    uscc: Uscc
    account_id: UUID | None
    cause: Cause
    basis: tuple[str, ...]
    ours: str
    theirs: str
    standing: str
    lane: str
    sequence: int
    repair: Repair
    found_at: datetime
    state: DriftState = DriftState.OPEN
    proposed_by: str = ""
    reason: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    opinion: str = ""
    healed_at: datetime | None = None
    version: int = 0

    def found_again(self, found: Found, *, check_id: UUID) -> None:
        """A later check finds it still: what was done did not help, and what was left is asked again if it changed."""
        other = (self.ours, self.theirs) != (found.ours, found.theirs)
        self.check_id, self.ours, self.theirs = check_id, found.ours, found.theirs
        self.account_id, self.standing = found.account_id, found.standing
        self.lane, self.sequence = found.lane, found.sequence
        if self.state is DriftState.APPLIED or (self.state is DriftState.LEFT and other):
            self._reopen()

    def heal(self, *, at: datetime) -> None:
        """A check does not find it any more."""
        self.state, self.healed_at = DriftState.HEALED, at

    def propose(self, repair: Repair, reason: str, *, by: str) -> None:
        """拟处理; raises DriftSettled, or NotThatRepair for what does not mend its cause."""
        if self.state not in (DriftState.OPEN, DriftState.PROPOSED):
            raise DriftSettled(self.state.label, basis=self.basis)
        if repair not in POSSIBLE[self.cause]:
            raise NotThatRepair(f"{self.cause.label}：{repair.label}", basis=self.basis)
        self.repair, self.reason, self.proposed_by = repair, reason, by
        self.state = DriftState.PROPOSED

    def decide(self, *, accepted: bool, opinion: str, by: str, at: datetime) -> bool:
        """批准或退回 by a second person; whether it is to be carried out. Raises DriftSettled or SamePersonDrift."""
        if self.state is not DriftState.PROPOSED:
            raise DriftSettled(self.state.label, basis=self.basis)
        if by == self.proposed_by:
            raise SamePersonDrift(basis=self.basis)
        self.decided_by, self.decided_at, self.opinion = by, at, opinion
        if not accepted:
            self.state = DriftState.OPEN
            return False
        self.state = DriftState.LEFT if self.repair is Repair.LEAVE else DriftState.APPLIED
        return self.state is DriftState.APPLIED

    def _reopen(self) -> None:
        self.state, self.repair = DriftState.OPEN, POSSIBLE[self.cause][0]


class CheckState(StrEnum):
    """How far a check is; one that was overtaken or broken off was never answered to its end."""

    ASKING = "asking"
    COMPARED = "compared"
    OVERTAKEN = "overtaken"
    BROKEN_OFF = "broken_off"


@dataclass(eq=False, kw_only=True)
class DriftCheck:
    """One comparison, page by page, the last behind `after`; `day` is whose daily check it is, `reason` why it broke."""

    id: UUID
    day: date | None
    started_at: datetime
    started_by: str
    query_id: UUID
    after: str = ""
    state: CheckState = CheckState.ASKING
    reason: str = ""
    pages: int = 0
    entries: int = 0
    found: int = 0
    healed: int = 0
    finished_at: datetime | None = None
    version: int = 0

    def take(self, entries: int) -> None:
        """Another page came."""
        self.pages, self.entries = self.pages + 1, self.entries + entries

    def go_on(self, after: str, *, query_id: UUID, at: datetime) -> bool:
        """Ask for what is behind this; False, and it is broken off, where that would not come to an end."""
        if after <= self.after:
            self.state, self.finished_at = CheckState.BROKEN_OFF, at
            self.reason = (
                f"省级名录翻页不前进：{self.after} 之后又从 {after} 起 · the register's pages do not go on"
            )
            return False
        self.after, self.query_id = after, query_id
        return True

    def conclude(self, *, found: int, healed: int, at: datetime) -> None:
        self.state, self.finished_at = CheckState.COMPARED, at
        self.found, self.healed = found, healed

    def overtake(self, *, at: datetime) -> None:
        """Another one begins; raises CheckRunning while this one may still be answered."""
        if at - self.started_at < SETTLES:
            raise CheckRunning(f"{self.started_at:%Y-%m-%d %H:%M}Z")
        self.state, self.finished_at = CheckState.OVERTAKEN, at


class DriftChecks(Protocol):
    """Where checks are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> DriftCheck: ...

    def add(self, aggregate: DriftCheck) -> None: ...

    async def on(self, day: date) -> DriftCheck | None: ...

    async def running(self) -> Sequence[DriftCheck]: ...

    async def waiting_for(self, query_id: UUID) -> DriftCheck | None: ...


class Entries(Protocol):
    """Where the pages of a check are kept until it is compared."""

    async def keep(self, check_id: UUID, entries: Iterable[RegisteredInstitution]) -> None: ...

    async def take(self, check_id: UUID) -> Sequence[RegisteredInstitution]: ...


class Drifts(Protocol):
    """Where differences are kept; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Drift: ...

    def add(self, aggregate: Drift) -> None: ...

    async def unhealed(self) -> Sequence[Drift]: ...

    async def count_open(self) -> int: ...

    async def page(self, *, state: DriftState | None, cursor: str | None, size: int) -> Page[Drift]: ...


class Queries(Protocol):
    """Asks the province."""

    def ask(self, query: RegisterQuery) -> None: ...
