"""经办人: who handles cases in an organ, when somebody is away, and from whose cases somebody keeps away (N3.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.paging import Page
from shared.values import Uscc


class UnknownOfficer(NotFound):
    """没有这名经办人 · There is no such officer."""

    code = "NJT-FIL-1404"


class SubjectTaken(Conflict):
    """该登录名已是本机关经办人 · This login is an officer of the organ already."""

    code = "NJT-FIL-1405"


class ForeignOffice(Conflict):
    """该经办点不属于此机关或已停办 · The office is another organ's, or has closed."""

    code = "NJT-FIL-1406"


class BadLeave(Invalid):
    """请假期间或代办人有误 · The leave's days or the deputy are not valid."""

    code = "NJT-FIL-1407"


class NotOnLeave(Conflict):
    """该经办人没有请假 · The officer has taken no leave."""

    code = "NJT-FIL-1408"


class RecusedOfficer(Forbidden):
    """经办人须回避该申请单位 · The officer is recused from this applicant's cases."""

    code = "NJT-FIL-1409"


class UnknownRecusal(NotFound):
    """没有这项回避 · There is no such recusal."""

    code = "NJT-FIL-1410"


@dataclass(frozen=True, kw_only=True)
class Leave:
    """Away from the first to the last day, both included; the deputy takes over what is in hand."""

    first: date
    last: date
    deputy_id: UUID | None = None

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, kw_only=True)
class Recusal:
    """回避: whose cases an officer keeps away from, and why."""

    uscc: Uscc
    reason: str


@dataclass(eq=False, kw_only=True)
class Officer:
    """Who handles cases of an organ. `subject` is the login's name; only a `public_name` is shown to everybody."""

    id: UUID
    organ: str
    office_id: UUID
    name: str
    subject: str
    duties: str = ""
    public_name: bool = False
    active: bool = True
    leave: Leave | None = None
    recusals: tuple[Recusal, ...] = ()
    version: int = 0

    def revise(self, changes: Mapping[str, Any]) -> None:
        """Set what is named."""
        for name, value in changes.items():
            setattr(self, name, value)

    def is_away(self, day: date) -> bool:
        """Whether it handles nothing that day: on leave, or no officer any more."""
        return not self.active or (self.leave is not None and self.leave.covers(day))

    def is_recused_from(self, uscc: Uscc) -> bool:
        return any(each.uscc == uscc for each in self.recusals)

    def take_leave(self, leave: Leave, deputy: "Officer | None") -> None:
        """Raises BadLeave for days out of order, or a deputy that is no other active officer of the organ."""
        if leave.last < leave.first:
            raise BadLeave(f"{leave.first} — {leave.last}")
        if deputy is not None and (deputy.id == self.id or deputy.organ != self.organ or not deputy.active):
            raise BadLeave("代办人须为本机关其他在岗经办人 · the deputy must be another officer of the organ")
        self.leave = leave

    def come_back(self) -> None:
        """End the leave, or take it back before it began; raises NotOnLeave."""
        if self.leave is None:
            raise NotOnLeave(str(self.id))
        self.leave = None

    def recuse(self, recusal: Recusal) -> None:
        """Keep away from an applicant's cases; another reason replaces the one before."""
        others = tuple(each for each in self.recusals if each.uscc != recusal.uscc)
        self.recusals = (*others, recusal)

    def lift_recusal(self, uscc: Uscc) -> None:
        """Raises UnknownRecusal."""
        if not self.is_recused_from(uscc):
            raise UnknownRecusal(uscc)
        self.recusals = tuple(each for each in self.recusals if each.uscc != uscc)


class Officers(Protocol):
    """Where officers are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Officer: ...

    def add(self, aggregate: Officer) -> None: ...

    async def count(self, organ: str) -> int: ...

    async def page(self, *, organ: str | None, cursor: str | None, size: int) -> Page[Officer]: ...

    async def named(self, subjects: frozenset[str], *, organ: str) -> list[Officer]: ...
