"""One institution's scope under review in a campaign, and what its district decides (N3.6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.campaign import BASIS, Outcome, ReviewState
from services.filing.domain.institution import Institution, ScopeVersion, ScopeWhy
from shared.contracts.scope import ScopeItem
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.paging import Page
from shared.values import Uscc


class UnknownReview(NotFound):
    """没有这项核定任务 · There is no such review."""

    code = "NJT-FIL-1311"


class NotYourReview(Forbidden):
    """由机构所在区或园区核定 · The institution's own district or park reviews it."""

    code = "NJT-FIL-1312"


class ReviewOver(Conflict):
    """该机构已核定 · This institution was reviewed already."""

    code = "NJT-FIL-1313"


class NotAllJudged(Invalid):
    """须逐项核定，每项一次 · Every item under review has to be judged, each once."""

    code = "NJT-FIL-1314"


class NothingLeft(Conflict):
    """核定后无任何职业(工种)，应办理注销 · Nothing would be left of the scope; cancel the institution instead."""

    code = "NJT-FIL-1315"


class ScopeMoved(Conflict):
    """核定期间评价范围已变更，请刷新 · The scope has changed since; refresh the review."""

    code = "NJT-FIL-1316"


class OpinionGiven(Conflict):
    """机构已提出意见，须单独核定 · The institution has commented; decide this one by itself."""

    code = "NJT-FIL-1317"


class NotInThisCampaign(Conflict):
    """不属于这次核定 · This review belongs to another campaign."""

    code = "NJT-FIL-1318"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """An item that is withdrawn or added, and why."""

    item: ScopeItem
    reason: str


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """What is decided of each item: narrowing a range of levels withdraws those levels."""

    confirmed: tuple[ScopeItem, ...] = ()
    withdrawn: tuple[Judged, ...] = ()
    added: tuple[Judged, ...] = ()

    @property
    def result(self) -> tuple[ScopeItem, ...]:
        """The scope it leaves."""
        return (*self.confirmed, *self.new_items)

    @property
    def new_items(self) -> tuple[ScopeItem, ...]:
        return tuple(each.item for each in self.added)

    @property
    def outcome(self) -> Outcome:
        if self.withdrawn and self.added:
            return Outcome.RESHAPED
        if self.withdrawn:
            return Outcome.NARROWED
        return Outcome.WIDENED if self.added else Outcome.UNCHANGED

    def check_judges(self, items: Iterable[ScopeItem]) -> None:
        """Raises NotAllJudged unless every item is confirmed or withdrawn, once, and what is added is new."""
        named = [*self.confirmed, *(each.item for each in self.withdrawn)]
        under_review = set(items)
        if len(named) != len(set(named)) or set(named) != under_review:
            missing = len(under_review - set(named))
            raise NotAllJudged(
                f"{missing} 项未核定，或有重复、多余 · {missing} not judged, or some twice or not under review",
                basis=BASIS,
            )
        if len(self.new_items) != len(set(self.new_items)) or under_review & set(self.new_items):
            raise NotAllJudged("核增项须为新增且不重复 · what is added must be new, each once", basis=BASIS)


@dataclass(eq=False, kw_only=True)
class Review:
    """An institution's task in a campaign. `items` is its scope as it was taken in; nothing changes by itself."""

    id: UUID
    campaign_id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    name: str
    number: str
    items: tuple[ScopeItem, ...]
    state: ReviewState = ReviewState.OPEN
    outcome: Outcome | None = None
    withdrawn: tuple[Judged, ...] = ()
    added: tuple[Judged, ...] = ()
    opinion: str = ""
    opinion_at: datetime | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    basis: tuple[str, ...] = BASIS
    version: int = 0

    def comment(self, opinion: str, *, at: datetime) -> None:
        """What the institution says before the decision; its last word counts. Raises ReviewOver."""
        self.check_open()
        self.opinion, self.opinion_at = opinion, at

    def refresh(self, institution: Institution) -> None:
        """Take in the scope anew, as it is now; raises ReviewOver, Ended."""
        self.check_open()
        institution.check_on_record()
        self.items, self.name, self.number = institution.scope, institution.name, institution.number

    def decide(self, ruling: Ruling, institution: Institution, *, by: str, at: datetime) -> None:
        """Judge every item; raises ReviewOver, Ended, ScopeMoved, NotAllJudged or NothingLeft."""
        self.check_open()
        institution.check_on_record()
        if set(institution.scope) != set(self.items):
            raise ScopeMoved(institution.number, basis=self.basis)
        ruling.check_judges(self.items)
        if not ruling.result:
            raise NothingLeft(institution.number, basis=self.basis)
        self.state, self.outcome = ReviewState.DECIDED, ruling.outcome
        self.withdrawn, self.added = ruling.withdrawn, ruling.added
        self.decided_by, self.decided_at = by, at

    def confirm(self, institution: Institution, *, by: str, at: datetime) -> None:
        """All of it as it was, one of many at once; raises as `decide`, or OpinionGiven."""
        self.check_open()
        if self.opinion:
            raise OpinionGiven(self.number, basis=self.basis)
        self.decide(Ruling(confirmed=self.items), institution, by=by, at=at)

    def lapse(self, *, at: datetime) -> None:
        """The institution is on record no more: nothing is left to decide."""
        if self.state is ReviewState.OPEN:
            self.state, self.decided_at = ReviewState.VOID, at

    def check_organ(self, organ: str) -> None:
        """Raises NotYourReview."""
        if organ != self.organ:
            raise NotYourReview(f"{self.organ} 核定 · {self.organ} reviews it", basis=self.basis)

    def check_open(self) -> None:
        """Raises ReviewOver."""
        if self.state is not ReviewState.OPEN:
            raise ReviewOver(self.number, basis=self.basis)


def version_of(ruling: Ruling, institution: Institution, *, counts_from: date) -> ScopeVersion:
    """The version of the scope that a decision makes; it builds on the latest, so it never begins before that."""
    begins = max([counts_from, *(each.valid_from for each in institution.versions)])
    return ScopeVersion(valid_from=begins, items=ruling.result, why=ScopeWhy.RESCOPED, basis=BASIS)


class Reviews(Protocol):
    """Where reviews are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Review: ...

    async def claimed(self, keys: Sequence[UUID]) -> dict[UUID, Review]: ...

    async def hand_out(self, campaign_id: UUID, ids: Sequence[UUID]) -> int: ...

    async def page(
        self,
        campaign_id: UUID,
        *,
        organ: str | None,
        state: ReviewState | None,
        cursor: str | None,
        size: int,
    ) -> Page[Review]: ...

    async def open_of(self, campaign_id: UUID) -> int: ...

    async def of_ended(self) -> list[UUID]: ...
