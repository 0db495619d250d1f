"""政策发布: published by one person, worked out, released by another, known from the next day on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from services.subsidy.domain.impact import Impact
from services.subsidy.domain.release import (
    DryRun,
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
from services.subsidy.holders import masked
from shared.clock import SHANGHAI
from shared.policy import Clause, Document, OrganKind, Policy, Status, months_after
from shared.privacy import mask_number
from shared.values import Edition, Occupation, OccupationCode

PAGE = 250
"""Items worked out at once; others are served in between."""
_OCCUPATION, _ORGAN = "occupation", "organ"


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
    _check_city(command.organ, work.policy)
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


async def work_out_release(command: OnRelease, work: Work) -> Release:
    """影响测算, over the open items and those decided in the last months.

    Raises NotTheCity, AlreadyReleased or FaultyRelease.
    """
    _check_city(command.organ, work.policy)
    release = await work.releases.get(command.release_id, seen=command.seen)
    release.check_waiting()
    known_from = first_known(work.at)
    check_release(release, work.policy, known_from=known_from)
    months = work.policy.number("subsidy.impact_months", work.today)
    since = months_after(work.today, -months)
    data = await _data(since, work)
    impact = Impact(
        work.policy,
        work.policy.with_releases((release.stated(known_from=known_from),)),
        known_on=known_from,
    )
    await _count_all(impact, since, work)
    figures = {
        **_named(impact.told, work.policy),
        "undecided": await work.decided.undecided(),
        "examples": await _examples(impact, work),
    }
    release.worked_out(
        DryRun(
            by=command.by,
            at=work.at,
            since=since,
            known_from=known_from,
            data=data,
            digest=impact.digest(data),
            figures=figures,
        )
    )
    return release


async def release_policy(command: OnRelease, work: Work) -> Release:
    """核准发布, by another person, as long as nothing changed since its impact was worked out.

    Raises NotTheCity, AlreadyReleased, PublisherMayNotRelease, DryRunMissing, DryRunOutdated or NotSupersedable.
    """
    _check_city(command.organ, work.policy)
    if await work.releases.take_turn() != len(work.policy.releases):
        raise DryRunOutdated("刚有另一项政策发布 · Another release was made just now")
    release = await work.releases.get(command.release_id, seen=command.seen)
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


def _check_city(organ: str, policy: Policy) -> None:
    if not is_city(organ, policy):
        raise NotTheCity


async def _data(since: date, work: Work) -> str:
    """What a dry-run is worked out from: the policy of the moment and the state of every item it looks at."""
    return f"{work.policy.digest}/{await work.decided.state_of_data(since=_begin(since))}"


async def _count_all(impact: Impact, since: date, work: Work) -> None:
    after: UUID | None = None
    while page := await work.decided.considered(since=_begin(since), after=after, most=PAGE):
        impact.add(page)
        after = page[-1].id


async def _examples(impact: Impact, work: Work) -> list[dict[str, Any]]:
    """Masked: whose certificate it is, is not told by a dry-run."""
    numbers = [each.item.certificate_number for each in impact.examples]
    certificates = {each.number: each for each in await work.certificates.all_numbered(numbers)}
    return [
        {
            "claim_id": str(each.item.claim_id),
            "certificate": mask_number(each.item.certificate_number),
            "holder": masked(work.cipher, certificates[each.item.certificate_number]).name,
            "effect": each.effect.value,
            "before_fen": each.before_fen,
            "after_fen": each.after_fen,
        }
        for each in impact.examples
    ]


def _named(told: dict[str, Any], policy: Policy) -> dict[str, Any]:
    """The rows with what people call an occupation and an organ."""
    return {**told, "rows": [{**row, "name": _name(row["by"], row["key"], policy)} for row in told["rows"]]}


def _name(dimension: str, key: str, policy: Policy) -> str:
    if dimension == _ORGAN and key in policy.organs:
        return policy.organ(key).name
    if dimension == _OCCUPATION:
        edition, _, code = key.partition(":")
        entry = policy.occupations.get(Occupation(Edition(edition), OccupationCode(code)))
        return entry.name if entry else key
    return key


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
