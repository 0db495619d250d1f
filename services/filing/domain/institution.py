"""An evaluation institution on record, whoever filed it: what it may evaluate on which day, and since when it may not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from services.filing.domain.refusals import BadValidity, Ended, NotSuspended
from services.filing.domain.register import EVERYBODY, Sought
from services.filing.domain.terms import Particulars, Site
from services.filing.domain.validity import Lapse
from shared.contracts.scope import ScopeItem
from shared.paging import Page
from shared.policy import Audience, Category
from shared.policy.terms import Term
from shared.values import Level, Occupation, StationCode, Uscc


class Standing(Term):
    """Whether it may evaluate; the last four are final."""

    ACTIVE = "active", "在效", "in force"
    SUSPENDED = "suspended", "暂停", "suspended"
    EXPIRED = "expired", "到期", "expired"
    CANCELLED = "cancelled", "注销", "cancelled at its own request"
    REMOVED = "removed", "移出", "removed for idleness"
    REVOKED = "revoked", "取消备案", "revoked"


class SuspendedBy(Term):
    """Whose word suspends it: whoever suspended it resumes it, and it may evaluate again when nobody holds it back."""

    SUPERVISION = "supervision", "督导", "supervision"
    ORGAN = "organ", "备案机关", "the organ that filed it"
    PROVINCE = "province", "省级", "the province"


_DAY = timedelta(days=1)

ON_RECORD = frozenset({Standing.ACTIVE, Standing.SUSPENDED})


class ScopeWhy(StrEnum):
    """How a version of the scope came about."""

    FILED = "filed"
    EXTENDED = "extended"
    RESCOPED = "rescoped"
    PROVINCE = "province"
    IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True)
class ScopeVersion:
    """What it may evaluate from a day on, until the next version begins."""

    valid_from: date
    items: tuple[ScopeItem, ...]
    why: ScopeWhy
    basis: tuple[str, ...]
    filing_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class StandingChange:
    """Since when it stands so, and why; `held_by` are those by whose word it is suspended."""

    valid_from: date
    standing: Standing
    reason: str = ""
    held_by: tuple[SuspendedBy, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PostLevel:
    """岗位等级: a level of the enterprise's own for an occupation, and the state level it is held against (N1.5)."""

    occupation: Occupation
    name: str
    held_as: Level | None = None


@dataclass(eq=False, kw_only=True)
class Institution:
    """Entitled to evaluate within its scope.

    `number` is the filing number, the district's, the city's or the province's; plaque and certificate carry it
    (一牌一证, N2.8). Station codes are received from the province, never made here. `verification` is the code in
    the QR of plaque and certificate. Versions and standings are dated, and `lapses` are the days between an expiry
    and a late renewal: what held on a day is never rewritten.
    """

    id: UUID
    name: str
    uscc: Uscc
    organ: str
    category: Category
    audience: Audience
    versions: tuple[ScopeVersion, ...]
    number: str
    valid_from: date
    valid_until: date
    basis: tuple[str, ...]
    filed_by: str
    verification: str
    standings: tuple[StandingChange, ...] = ()
    legal_representative: str = ""
    address: str = ""
    sites: tuple[Site, ...] = ()
    plaque_number: str | None = None
    certificate_number: str | None = None
    station_codes: tuple[StationCode, ...] = ()
    post_levels: tuple[PostLevel, ...] = ()
    last_evaluated_on: date | None = None
    batches: int = 0
    lapses: tuple[Lapse, ...] = ()
    version: int = field(default=0)

    def __post_init__(self) -> None:
        if self.valid_until <= self.valid_from:
            raise BadValidity(f"{self.valid_from} – {self.valid_until}")

    @property
    def scope(self) -> tuple[ScopeItem, ...]:
        """What it is on record for by the latest version, in force already or not."""
        return self.versions[-1].items if self.versions else ()

    @property
    def standing(self) -> Standing:
        return self.standings[-1].standing if self.standings else Standing.ACTIVE

    @property
    def suspended_for(self) -> str:
        return self.standings[-1].reason if self.standing is Standing.SUSPENDED else ""

    @property
    def held_by(self) -> tuple[SuspendedBy, ...]:
        """By whose word it is suspended; what was suspended before this was noted, was so by supervision."""
        if self.standing is not Standing.SUSPENDED:
            return ()
        return self.standings[-1].held_by or (SuspendedBy.SUPERVISION,)

    @property
    def ended_on(self) -> date | None:
        return None if self.on_record or not self.standings else self.standings[-1].valid_from

    @property
    def on_record(self) -> bool:
        return self.standing in ON_RECORD

    def standing_on(self, day: date) -> Standing:
        """How it stood on a day; a change counts for the whole day it was made on."""
        held = [each.standing for each in self.standings if each.valid_from <= day]
        return held[-1] if held else Standing.ACTIVE

    def valid_on(self, day: date) -> bool:
        """Whether a day is within its validity; a day that a late renewal left open is not."""
        return self.valid_from <= day <= self.valid_until and not any(each.holds(day) for each in self.lapses)

    def scope_on(self, day: date) -> tuple[ScopeItem, ...]:
        """What it may evaluate on a day: nothing outside its validity or while it is not in force."""
        if not self.valid_on(day) or self.standing_on(day) is not Standing.ACTIVE:
            return ()
        held = [each.items for each in self.versions if each.valid_from <= day]
        return held[-1] if held else ()

    def rescope(self, version: ScopeVersion) -> bool:
        """Give it another scope from a day on; False when that is what it has. Raises Ended."""
        self.check_on_record()
        if set(version.items) == set(self.scope):
            return False
        self.versions = (*self.versions, version)
        return True

    def amend(self, wanted: Particulars) -> tuple[str, ...]:
        """Change its particulars; returns the names of those that are other than before. Raises Ended.

        A site that keeps its name keeps its station code, which is the province's.
        """
        self.check_on_record()
        given = {name: value for name, value in vars(wanted).items() if value is not None}
        if wanted.sites is not None:
            given["sites"] = self._with_codes(wanted.sites)
        changed = tuple(sorted(name for name, value in given.items() if getattr(self, name) != value))
        for name in changed:
            setattr(self, name, given[name])
        return changed

    def renew(self, *, until: date, on: date) -> Lapse | None:
        """Valid until a later day; the days since its validity was over are returned. Raises Ended, BadValidity."""
        self.check_on_record()
        if until <= self.valid_until or until < on:
            raise BadValidity(f"{self.valid_until} → {until}")
        begun = self.valid_until + _DAY
        lapsed = Lapse(since=begun, until=on - _DAY) if on > begun else None
        self.lapses = (*self.lapses, *filter(None, [lapsed]))
        self.valid_until = until
        self.batches = 0
        return lapsed

    def suspend(self, *, reason: str, on: date, by: SuspendedBy = SuspendedBy.SUPERVISION) -> bool:
        """It may not evaluate until resumed; False when it was suspended already. Raises Ended."""
        self.check_on_record()
        before = self.held_by
        if by not in before:
            self._stand(Standing.SUSPENDED, reason=reason, on=on, held_by=(*before, by))
        return not before

    def resume(self, *, on: date, by: SuspendedBy = SuspendedBy.SUPERVISION) -> bool:
        """One of those who suspended it lets it go; False while another still holds it. Raises NotSuspended."""
        before = self.held_by
        if by not in before:
            told = "、".join(each.label for each in before)
            raise NotSuspended(f"非由{by.zh}暂停 · not suspended by {by.en}{f'（{told}）' if told else ''}")
        left = tuple(each for each in before if each is not by)
        if left:
            self._stand(Standing.SUSPENDED, reason=self.suspended_for, on=on, held_by=left)
        else:
            self._stand(Standing.ACTIVE, reason="", on=on)
        return not left

    def note_evaluation(self, *, on: date) -> None:
        """It held an evaluation: one batch more since it was filed or renewed."""
        self.batches += 1
        self.last_evaluated_on = max(on, self.last_evaluated_on or on)

    def give_station_codes(self, codes: tuple[StationCode, ...], sites: dict[str, StationCode]) -> bool:
        """What the province assigned, to it and to its sites by their names; False when it has these already."""
        coded = tuple(
            replace(each, station_code=sites.get(each.name, each.station_code)) for each in self.sites
        )
        if (codes, coded) == (self.station_codes, self.sites):
            return False
        self.station_codes, self.sites = codes, coded
        return True

    def end(self, standing: Standing, *, reason: str, on: date) -> bool:
        """Off the record for good: expired, cancelled, removed or revoked; False when it stands so already."""
        if self.standing is standing:
            return False
        self.check_on_record()
        self._stand(standing, reason=reason, on=on)
        return True

    def check_on_record(self) -> None:
        """Raises Ended when it is on record no more."""
        if not self.on_record:
            raise Ended(f"{self.number}：{self.standing.label}")

    def _with_codes(self, sites: tuple[Site, ...]) -> tuple[Site, ...]:
        known = {each.name: each.station_code for each in self.sites}
        return tuple(replace(each, station_code=each.station_code or known.get(each.name)) for each in sites)

    def _stand(
        self, standing: Standing, *, reason: str, on: date, held_by: tuple[SuspendedBy, ...] = ()
    ) -> None:
        change = StandingChange(valid_from=on, standing=standing, reason=reason, held_by=held_by)
        self.standings = (*self.standings, change)


def first_standing(on: date) -> tuple[StandingChange, ...]:
    return (StandingChange(valid_from=on, standing=Standing.ACTIVE),)


def merged(held: Iterable[ScopeItem], added: Iterable[ScopeItem]) -> tuple[ScopeItem, ...]:
    """A scope with further items, in the order they came, each once."""
    return tuple(dict.fromkeys((*held, *added)))


class Institutions(Protocol):
    """The register; only those within the caller's reach exist for it."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Institution: ...

    def add(self, aggregate: Institution) -> None: ...

    async def of_ids(self, keys: Sequence[UUID]) -> dict[UUID, Institution]: ...

    async def of_number(self, number: str) -> Institution | None: ...

    async def has_first_filing(self, uscc: Uscc, *, on: date) -> bool: ...

    async def take_turn(self, occupations: Sequence[Occupation]) -> None: ...

    async def any_covers(
        self, occupations: Sequence[Occupation], *, on: date, apart_from: UUID | None = None
    ) -> bool: ...

    async def page(
        self, sought: Sought = EVERYBODY, *, cursor: str | None, size: int
    ) -> Page[Institution]: ...

    async def are_more_than(self, most: int, sought: Sought) -> bool: ...

    async def expired(self, *, on: date) -> list[UUID]: ...

    async def idle(self, *, since: date) -> list[UUID]: ...
