"""The campaign in which every district goes through all filed institutions again (N3.6)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.filing.domain.deadline import Deadline
from shared.clock import SHANGHAI
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.paging import Page
from shared.policy import OrganKind, Policy
from shared.policy.terms import Term

BASIS = ("N3.6",)


class UnknownCampaign(NotFound):
    """没有这次核定 · There is no such campaign."""

    code = "NJT-FIL-1301"


class NotTheCity(Forbidden):
    """由市级组织 · The city opens and closes campaigns."""

    code = "NJT-FIL-1302"


class CampaignRunning(Conflict):
    """上一次核定尚未结束 · Another campaign is not closed yet."""

    code = "NJT-FIL-1303"


class EffectiveInThePast(Invalid):
    """生效日期不得早于今天 · It cannot take effect in the past."""

    code = "NJT-FIL-1304"


class CampaignClosed(Conflict):
    """核定已结束 · The campaign is closed."""

    code = "NJT-FIL-1305"


class StillOpening(Conflict):
    """任务仍在分派 · The reviews are still being handed out."""

    code = "NJT-FIL-1306"


class ReviewsOpen(Conflict):
    """尚有机构未核定 · Some institutions are not reviewed yet."""

    code = "NJT-FIL-1307"


class CampaignState(Term):
    """How far a campaign has come; while it opens, reviews are still being handed out."""

    OPENING = "opening", "分派中", "handing out reviews"
    OPEN = "open", "核定中", "under review"
    CLOSED = "closed", "已结束", "closed"


class Outcome(Term):
    """What a decision made of the scope."""

    UNCHANGED = "unchanged", "维持", "confirmed as it was"
    NARROWED = "narrowed", "核减", "narrowed"
    WIDENED = "widened", "核增", "widened"
    RESHAPED = "reshaped", "调整", "narrowed and widened"


class ReviewState(StrEnum):
    """Whether an institution is still to be reviewed; void when it went off the record meanwhile."""

    OPEN = "open"
    DECIDED = "decided"
    VOID = "void"


@dataclass(eq=False, kw_only=True)
class Campaign:
    """重新梳理和核定 (N3.6): `opened_by` the city's organ; decisions count from `effective_on`, not before.

    `institutions` is how many were on record at its opening and are reviewed. `left_out` are those the province
    filed: no district assesses them again (N2.1), so none reviews them; that reading is assumed, and set by the
    parameter `filing.campaign_leaves_out`.
    """

    id: UUID
    opened_by: str
    title: str
    effective_on: date
    opened_at: datetime
    due_at: datetime
    institutions: int
    left_out: int
    state: CampaignState = CampaignState.OPENING
    closed_at: datetime | None = None
    forced_because: str = ""
    left_open: int = 0
    basis: tuple[str, ...] = BASIS
    version: int = 0

    def handed_out(self) -> None:
        """Every institution has its review."""
        if self.state is CampaignState.OPENING:
            self.state = CampaignState.OPEN

    def close(self, *, at: datetime, left_open: int, forced_because: str) -> None:
        """End it; raises CampaignClosed, StillOpening, or ReviewsOpen unless a reason is given."""
        self.check_running()
        if self.state is CampaignState.OPENING:
            raise StillOpening(basis=self.basis)
        if left_open and not forced_because:
            raise ReviewsOpen(
                f"{left_open} 家未核定 · {left_open} not reviewed",
                basis=self.basis,
                extra={"open": left_open},
            )
        self.state, self.closed_at, self.left_open = CampaignState.CLOSED, at, left_open
        self.forced_because = forced_because if left_open else ""

    def check_running(self) -> None:
        """Raises CampaignClosed."""
        if self.state is CampaignState.CLOSED:
            raise CampaignClosed(self.title, basis=self.basis)

    def counts_from(self, today: date) -> date:
        """From which day on a decision of today holds."""
        return max(self.effective_on, today)

    def is_overdue(self, *, at: datetime) -> bool:
        """Whether what is open, or was when it was closed, is late."""
        return (self.closed_at or at) > self.due_at


def check_city(organ: str, policy: Policy) -> None:
    """Raises NotTheCity for every other organ."""
    if not organ or policy.organ(organ).kind is not OrganKind.CITY:
        raise NotTheCity(basis=BASIS)


def check_effective_on(day: date, *, today: date) -> None:
    """Raises EffectiveInThePast."""
    if day < today:
        raise EffectiveInThePast(f"{day} < {today}", basis=BASIS)


def due_at(policy: Policy, *, at: datetime) -> datetime:
    """Until when the districts have to have gone through all of them."""
    return Deadline.of("filing.campaign_review_days", policy, at=at).due_at


def left_out(policy: Policy, *, at: datetime) -> str:
    """Whose filings are not reviewed, as `Institution.filed_by` names them."""
    return policy.text("filing.campaign_leaves_out", at.astimezone(SHANGHAI).date())


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many reviews of one organ stand so; `organ` is None for those not handed out yet."""

    organ: str | None
    state: ReviewState
    outcome: Outcome | None
    number: int


class Campaigns(Protocol):
    """Where campaigns are kept, with the institutions whose reviews are still to be handed out."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Campaign: ...

    def add(self, aggregate: Campaign) -> None: ...

    async def held(self, key: UUID) -> Campaign: ...

    async def claimed(self, key: UUID, *, seen: int) -> Campaign: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[Campaign]: ...

    async def line_up(self, key: UUID, *, apart_from: str) -> tuple[int, int]: ...

    async def waiting(self) -> dict[UUID, int]: ...

    async def counts(self, key: UUID) -> list[Count]: ...
