"""Policy releases, in and out."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictInt, StringConstraints

from services.subsidy.domain.impact_run import ImpactRun, RunState
from services.subsidy.domain.release import Release, ReleaseKind, ReleaseState
from services.subsidy.schemas.parts import Body, Line, Text
from shared.http.work import View
from shared.policy import Clause, Document, MoneyLine, RateClass, Status, Unit
from shared.policy.money import ListedOccupation, Yuan
from shared.values import Level

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
Amounts = dict[Level, Yuan]


class Entry(Body):
    """What every entry says: the days on which it holds, and the clause where there is one."""

    clause: Name | None = None
    effective_from: date
    effective_to: date | None = None
    note: str = Field(default="", max_length=500)


class RateTableBody(Entry):
    """Amounts in whole yuan: flat by level on line A, by class and level on line B; printed uplifted ones beside them."""

    line: MoneyLine
    flat: Amounts = Field(default_factory=dict)
    by_class: dict[RateClass, Amounts] = Field(default_factory=dict)
    uplifted_flat: Amounts = Field(default_factory=dict)
    uplifted_by_class: dict[RateClass, Amounts] = Field(default_factory=dict)


class ShortageListBody(Entry):
    """A list of shortage occupations; it adds to others of the same days, but for those it replaces."""

    id: Name
    title: Line
    occupations: Annotated[tuple[ListedOccupation, ...], Field(min_length=1, max_length=2000)]
    replaces: Annotated[tuple[Name, ...], Field(max_length=50)] = ()


class ParameterBody(Entry):
    """A value of one of the subsidy's parameters."""

    key: Annotated[str, StringConstraints(pattern=r"^subsidy\.[a-z_]{1,60}$")]
    value: StrictInt | Annotated[str, StringConstraints(max_length=500)]
    unit: Unit


class UpliftBody(Entry):
    """By how many per cent which levels of one line are raised."""

    clause: Name
    line: MoneyLine
    percent: StrictInt = Field(gt=0, le=100)
    levels: Annotated[frozenset[Level], Field(min_length=1)]


class Rates(Body):
    """Rate tables."""

    kind: Literal[ReleaseKind.RATES]
    entries: Annotated[tuple[RateTableBody, ...], Field(min_length=1, max_length=20)]


class Lists(Body):
    """Shortage lists."""

    kind: Literal[ReleaseKind.SHORTAGE]
    entries: Annotated[tuple[ShortageListBody, ...], Field(min_length=1, max_length=10)]


class Parameters(Body):
    """Windows, caps and other parameters."""

    kind: Literal[ReleaseKind.PARAMETERS]
    entries: Annotated[tuple[ParameterBody, ...], Field(min_length=1, max_length=50)]


class Uplifts(Body):
    """Uplift rules."""

    kind: Literal[ReleaseKind.UPLIFTS]
    entries: Annotated[tuple[UpliftBody, ...], Field(min_length=1, max_length=10)]


class SourceBody(Body):
    """The document that says so, and how sure it is."""

    title: Line
    number: Annotated[str, StringConstraints(max_length=120)] = ""
    issued: date | None = None
    note: str = Field(default="", max_length=500)
    status: Status = Field(description="cited 或 assumed · how sure it is")


class ClauseBody(Body):
    """A clause of that document which the entries name."""

    id: Name
    zh: Text
    en: Text


class NewRelease(Body):
    """What the city publishes."""

    document: SourceBody
    clauses: Annotated[tuple[ClauseBody, ...], Field(max_length=20)] = ()
    content: Annotated[Rates | Lists | Parameters | Uplifts, Field(discriminator="kind")]
    supersedes: UUID | None = None


class DryRunView(BaseModel):
    """What it would change, in fen; examples are masked."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime
    since: date
    known_from: date
    digest: str
    figures: dict[str, Any]


class RunView(View):
    """How far a dry-run is; once it is ready, what it found stands with its release."""

    state: RunState
    asked_by: str
    asked_at: datetime
    since: date
    known_from: date
    total: int = Field(
        description="须测算的项数，开始后可知 · items to be worked out, known once it has begun"
    )
    done: int = Field(description="已测算的项数 · items worked out so far")
    problem: str = Field(description="未能完成的原因 · why it failed")
    finished_at: datetime | None
    release_version: int = Field(
        description="发布的当前版本 · the release's version, which a change must name"
    )

    @classmethod
    def of(cls, run: ImpactRun, release: Release) -> "RunView":
        names = [name for name in cls.model_fields if name != "release_version"]
        return cls(**{name: getattr(run, name) for name in names}, release_version=release.version)


class ReleaseView(View):
    """A release and how far it is."""

    kind: ReleaseKind
    state: ReleaseState
    document: Document
    status: Status
    clauses: tuple[Clause, ...]
    entries: tuple[dict[str, Any], ...]
    supersedes: UUID | None
    superseded_by: UUID | None
    published_by: str
    published_at: datetime
    dry_run: DryRunView | None
    released_by: str | None
    released_at: datetime | None
    known_from: date | None = Field(description="自该日起知悉并适用 · known, and counting, from this day on")

    @classmethod
    def of(cls, release: Release) -> "ReleaseView":
        """With what its dry-run found, which is for the city alone."""
        shown = ("source", "status", "known_from", "known_until")
        return cls(
            **{
                name: getattr(release, name)
                for name in cls.model_fields
                if name not in {"entries", "dry_run"}
            },
            entries=tuple(entry.model_dump(mode="json", exclude=set(shown)) for entry in release.entries),
            dry_run=DryRunView.model_validate(release.dry_run) if release.dry_run else None,
        )

    @classmethod
    def stated(cls, release: Release) -> "ReleaseView":
        """What it states, and not whom it concerns."""
        return cls.of(release).model_copy(update={"dry_run": None})


class ReleaseSummaryView(View):
    """A release in a list."""

    kind: ReleaseKind
    state: ReleaseState
    title: str
    number: str
    published_at: datetime
    released_at: datetime | None
    known_from: date | None

    @classmethod
    def of(cls, release: Release) -> "ReleaseSummaryView":
        return cls(
            id=release.id,
            version=release.version,
            kind=release.kind,
            state=release.state,
            title=release.document.title,
            number=release.document.number,
            published_at=release.published_at,
            released_at=release.released_at,
            known_from=release.known_from,
        )
