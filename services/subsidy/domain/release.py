"""政策发布: rates, shortage lists, parameters and uplifts that the city publishes; never edited, only superseded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from pydantic import ValidationError

from services.subsidy.domain.refusals import SamePerson
from shared.clock import SHANGHAI
from shared.errors import Conflict, Forbidden, Invalid, NotFound
from shared.paging import Page
from shared.policy import Clause, Document, Parameter, RateTable, Released, ShortageList, Status, Uplift
from shared.policy.dated import DatedEntry
from shared.policy.terms import Term

_LATE = timedelta(hours=1)
"""A release of a day's last hour is known a day later: it is written everywhere before anybody decides by it."""


class UnknownRelease(NotFound):
    """没有这项政策发布 · There is no such policy release."""

    code = "NJT-SUB-1601"


class FaultyRelease(Invalid):
    """发布内容有误，逐条见说明 · The release is at fault; each fault is listed."""

    code = "NJT-SUB-1602"

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("；".join(faults), extra={"faults": list(faults)})


class AlreadyReleased(Conflict):
    """该项政策已经生效发布，只能由新的发布替代 · It was released already and can only be superseded."""

    code = "NJT-SUB-1603"


class PublisherMayNotRelease(SamePerson):
    """拟发布与核准发布须由不同人员办理 · Whoever published it may not release it."""

    code = "NJT-SUB-1604"


class DryRunMissing(Conflict):
    """须先作影响测算 · Its impact was not worked out yet."""

    code = "NJT-SUB-1605"


class DryRunOutdated(Conflict):
    """测算后数据或政策已变化，须重新测算 · Data or policy changed after the dry-run; work out the impact again."""

    code = "NJT-SUB-1606"


class NotTheCity(Forbidden):
    """补贴政策由市级发布 · Only the city publishes subsidy policy."""

    code = "NJT-SUB-1607"


class NotSupersedable(Conflict):
    """所替代的发布未生效、已被替代或类别不同 · What it would supersede is not in effect or of another kind."""

    code = "NJT-SUB-1608"


class ReleaseKind(Term):
    """发布类别: what is published."""

    RATES = "rates", "补贴标准", "Rates"
    SHORTAGE = "shortage", "紧缺职业目录", "Shortage lists"
    PARAMETERS = "parameters", "期限与次数", "Windows and caps"
    UPLIFTS = "uplifts", "上浮规定", "Uplift rules"


class ReleaseState(Term):
    """How far a release is."""

    PUBLISHED = "published", "待核准", "published, not released"
    RELEASED = "released", "已发布", "released"
    SUPERSEDED = "superseded", "已被替代", "superseded"


MODELS: Mapping[ReleaseKind, type[DatedEntry]] = {
    ReleaseKind.RATES: RateTable,
    ReleaseKind.SHORTAGE: ShortageList,
    ReleaseKind.PARAMETERS: Parameter,
    ReleaseKind.UPLIFTS: Uplift,
}


@dataclass(frozen=True, kw_only=True)
class DryRun:
    """影响测算: when it was worked out by whom, over which items, and what came of it.

    `data` names the items, decisions and policy it was worked out from, `digest` these and the figures.
    """

    by: str
    at: datetime
    since: date
    known_from: date
    data: str
    digest: str
    figures: Mapping[str, Any]


@dataclass(eq=False, kw_only=True)
class Release:
    """What one document adds to the policy. Its entries are known to nobody until a second person releases it."""

    id: UUID
    kind: ReleaseKind
    document: Document
    status: Status
    clauses: tuple[Clause, ...]
    entries: tuple[DatedEntry, ...]
    supersedes: UUID | None
    published_by: str
    published_at: datetime
    dry_run: DryRun | None = None
    released_by: str | None = None
    released_at: datetime | None = None
    known_from: date | None = None
    superseded_by: UUID | None = None
    version: int = 0

    @property
    def state(self) -> ReleaseState:
        if self.known_from is None:
            return ReleaseState.PUBLISHED
        return ReleaseState.SUPERSEDED if self.superseded_by else ReleaseState.RELEASED

    def check_waiting(self) -> None:
        """Raises AlreadyReleased."""
        if self.known_from is not None:
            raise AlreadyReleased(f"自 {self.known_from} 起 · known from {self.known_from}")

    def worked_out(self, dry_run: DryRun) -> None:
        """What it would change; the latest dry-run counts. Raises AlreadyReleased."""
        self.check_waiting()
        self.dry_run = dry_run

    def release(self, *, by: str, at: datetime, data: str) -> None:
        """核准发布, by a second person who has seen what it changes; known from the day after.

        `data` names what a dry-run would be worked out from now. Raises AlreadyReleased, PublisherMayNotRelease,
        DryRunMissing or DryRunOutdated.
        """
        self.check_waiting()
        if by == self.published_by:
            raise PublisherMayNotRelease
        if self.dry_run is None:
            raise DryRunMissing
        if self.dry_run.data != data:
            raise DryRunOutdated(f"测算于 · worked out at {self.dry_run.at:%Y-%m-%d %H:%M}Z")
        self.released_by, self.released_at, self.known_from = by, at, first_known(at)

    def supersede(self, other: "Release") -> None:
        """The other, released now, takes its place; raises NotSupersedable."""
        self.check_supersedable(other.kind)
        self.superseded_by = other.id

    def check_supersedable(self, kind: ReleaseKind) -> None:
        """Raises NotSupersedable unless it is in effect and of this kind."""
        if self.state is not ReleaseState.RELEASED or self.kind is not kind:
            raise NotSupersedable(f"{self.id}: {self.kind.label}, {self.state.label}")

    def stated(self, *, known_from: date) -> Released:
        """As the policy takes it in, known from a day on."""
        return Released(
            id=str(self.id),
            known_from=known_from,
            document=self.document,
            clauses=self.clauses,
            entries=self.entries,
            supersedes=str(self.supersedes) if self.supersedes else None,
        )


def first_known(at: datetime) -> date:
    """The day from which on a release made at a moment is known: never the same, which has decisions already."""
    return (at + _LATE).astimezone(SHANGHAI).date() + timedelta(days=1)


def read_entries(
    kind: ReleaseKind, written: Iterable[Mapping[str, Any]], document: Document, status: Status
) -> tuple[DatedEntry, ...]:
    """The entries of a release as the pack's own models, with its document as their source; raises FaultyRelease."""
    given = {"source": document.id, "status": status, "known_from": date.max}
    faults: list[str] = []
    entries: list[DatedEntry] = []
    for place, each in enumerate(written):
        try:
            entries.append(MODELS[kind].model_validate({**each, **given}))
        except ValidationError as error:
            faults += [f"entries[{place}]{_path(it['loc'])}: {_reason(it['msg'])}" for it in error.errors()]
    if faults:
        raise FaultyRelease(faults)
    return tuple(entries)


def _path(location: Sequence[int | str]) -> str:
    return "".join(f".{step}" for step in location)


def _reason(message: str) -> str:
    message = message.removeprefix("Value error, ")
    return message if " · " in message else f"内容不合规 · {message}"


class Releases(Protocol):
    """Where releases are kept. They are of the whole city, so everybody who may ask sees all of them."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Release: ...

    def add(self, aggregate: Release) -> None: ...

    async def take_turn(self) -> int: ...

    async def page(self, *, released: bool, cursor: str | None, size: int) -> Page[Release]: ...
