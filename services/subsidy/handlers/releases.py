"""政策发布: published by one person, released by another once its impact is worked out, known from the next day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from services.subsidy.domain.release import (
    DryRunOutdated,
    NotTheCity,
    Release,
    ReleaseKind,
    ReleaseState,
    UnknownRelease,
    first_known,
    read_entries,
)
from services.subsidy.domain.release_faults import check_release
from services.subsidy.handlers.work import Work
from shared.clock import SHANGHAI
from shared.policy import Clause, Document, OrganKind, Policy, Status


@dataclass(frozen=True, kw_only=True)
class PublishRelease:
    """What is published: the entries as in the pack's files, but for source, status and the day they are known from."""

    kind: ReleaseKind
    title: str
    number: str
    issued: date | None
    note: str
    status: Status
    clauses: tuple[tuple[str, str, str], ...]
    entries: Sequence[Mapping[str, Any]]
    supersedes: UUID | None
    by: str
    organ: str


@dataclass(frozen=True, kw_only=True)
class OnRelease:
    """Names the release, the version that was seen, who asks and of which organ."""

    release_id: UUID
    seen: int
    by: str
    organ: str


async def publish_release(command: PublishRelease, work: Work) -> Release:
    """拟发布; nothing of it counts yet.

    Raises NotTheCity, FaultyRelease, UnknownRelease or NotSupersedable.
    """
    check_city(command.organ, work.policy)
    if command.supersedes is not None:
        (await work.releases.get(command.supersedes)).check_supersedable(command.kind)
    key = work.new_id()
    document = Document(
        id=f"release-{key}",
        title=command.title,
        number=command.number,
        issued=command.issued,
        note=command.note,
    )
    release = Release(
        id=key,
        kind=command.kind,
        document=document,
        status=command.status,
        clauses=tuple(Clause(id=it, document=document.id, zh=zh, en=en) for it, zh, en in command.clauses),
        entries=read_entries(command.kind, command.entries, document, command.status),
        supersedes=command.supersedes,
        published_by=command.by,
        published_at=work.at,
    )
    check_release(release, work.policy, known_from=first_known(work.at))
    work.releases.add(release)
    return release


async def release_policy(command: OnRelease, work: Work) -> Release:
    """核准发布, by another person, as long as nothing changed since its impact was worked out.

    Raises NotTheCity, AlreadyReleased, PublisherMayNotRelease, DryRunMissing, DryRunRunning, DryRunOutdated or
    NotSupersedable.
    """
    check_city(command.organ, work.policy)
    if await work.releases.take_turn() != len(work.policy.releases):
        raise DryRunOutdated("刚有另一项政策发布 · Another release was made just now")
    release = await work.releases.get(command.release_id, seen=command.seen)
    run = await work.impact_runs.of(release.id)
    if run is not None:
        run.check_ready()
    data = await _data(release.dry_run.since, work) if release.dry_run else ""
    release.release(by=command.by, at=work.at, data=data)
    check_release(release, work.policy, known_from=first_known(work.at))
    if release.supersedes is not None:
        (await work.releases.get(release.supersedes)).supersede(release)
    return release


async def read_release(release_id: UUID, organ: str, work: Work) -> Release:
    """One release; to others than the city only what it has released. Raises UnknownRelease."""
    release = await work.releases.get(release_id)
    if release.state is ReleaseState.PUBLISHED and not is_city(organ, work.policy):
        raise UnknownRelease(str(release_id))
    return release


def is_city(organ: str, policy: Policy) -> bool:
    """Whether it is the city's own organ, which publishes and sees what nobody else does yet."""
    return bool(organ) and policy.organ(organ).kind is OrganKind.CITY


def check_city(organ: str, policy: Policy) -> None:
    """Raises NotTheCity."""
    if not is_city(organ, policy):
        raise NotTheCity


async def _data(since: date, work: Work) -> str:
    """What a dry-run is worked out from: the policy of the moment and the state of every item it looks at."""
    return f"{work.policy.digest}/{await work.decided.state_of_data(since=begin(since))}"


def begin(day: date) -> datetime:
    """The first moment of a day in Nanjing."""
    return datetime.combine(day, time.min, SHANGHAI)
