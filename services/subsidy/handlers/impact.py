"""影响测算: asked for by a person, worked out by the worker part by part, ready when nothing is left to be read."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from services.subsidy.domain.impact import Example, Impact
from services.subsidy.domain.impact_run import ImpactRun, Part, RunState, Summed
from services.subsidy.domain.release import DryRun, Release, first_known
from services.subsidy.domain.release_faults import check_release
from services.subsidy.handlers.releases import OnRelease, begin, check_city, read_release
from services.subsidy.handlers.work import Work
from services.subsidy.holders import masked
from shared.errors import Refusal
from shared.policy import Policy, months_after
from shared.privacy import mask_number
from shared.values import Edition, Occupation, OccupationCode

PART = 2000
"""Items of one part, worked out in one transaction."""
PAGE = 250
"""Items worked out at once; others are served in between."""
_PARTS_IN_A_ROW = 25
"""After so many the worker's other jobs have their turn."""
_OCCUPATION, _ORGAN = "occupation", "organ"


async def ask_dry_run(command: OnRelease, work: Work) -> ImpactRun:
    """要求测算, over the open items and those decided in the last months; what is being worked out goes on.

    Asked again, only what changed is read again. Raises NotTheCity, AlreadyReleased or FaultyRelease.
    """
    check_city(command.organ, work.policy)
    release = await work.releases.get(command.release_id, seen=command.seen)
    release.check_waiting()
    known_from = first_known(work.at)
    check_release(release, work.policy, known_from=known_from)
    months = work.policy.number("subsidy.impact_months", work.today)
    asked = ImpactRun(
        id=release.id,
        asked_by=command.by,
        asked_at=work.at,
        since=months_after(work.today, -months),
        known_from=known_from,
        policy=work.policy.digest,
    )
    run = await work.impact_runs.of(release.id)
    if run is None:
        work.impact_runs.add(asked)
        return asked
    if run.state is not RunState.COMPUTING and not run.ask_again(asked):
        await work.impact_runs.clear(run.id)
    return run


async def read_dry_run(release_id: UUID, organ: str, work: Work) -> tuple[ImpactRun, Release]:
    """How far it is, for the city alone; raises NotTheCity, UnknownRelease or UnknownDryRun."""
    check_city(organ, work.policy)
    release = await read_release(release_id, organ, work)
    return await work.impact_runs.get(release_id), release


async def parts_to_work_out(work: Work) -> Sequence[UUID]:
    """Each dry-run as often as it has parts left, and once more to be finished; others get their turn in between."""
    return [
        key
        for key, left in await work.impact_runs.computing()
        for _ in range(min(_PARTS_IN_A_ROW, max(0, left) // PART + 3))
    ]


async def work_out_part(release_id: UUID, work: Work) -> ImpactRun | None:
    """Work out the next part, or what changed meanwhile, or finish; None when another worker is at it or it is done."""
    run = await work.impact_runs.taken(release_id)
    if run is None:
        return None
    release = await work.releases.get(release_id)
    try:
        release.check_waiting()
        check_release(release, work.policy, known_from=run.known_from)
    except Refusal as refusal:
        run.fail(refusal.detail or refusal.title, at=work.at)
        return run
    if run.policy != work.policy.digest:
        await work.impact_runs.clear(run.id)
        run.policy = work.policy.digest
        run.begin()
    if not await _advance(run, release, work):
        await _finish(run, release, work)
    return run


async def _advance(run: ImpactRun, release: Release, work: Work) -> bool:
    """Whether there was something left to be read: what comes after the last part, or a part that changed."""
    last = await work.impact_runs.last(run.id)
    if last is None:
        run.total = await work.decided.count_considered(since=begin(run.since))
    place, after = (last.place + 1, last.last) if last else (0, None)
    if made := await _worked_out(run, release, work, _Range(place, after)):
        await work.impact_runs.keep(run.id, made)
        run.done += made.items
        return True
    if not run.redo and not run.look_again(await work.impact_runs.changed(run.id, since=begin(run.since))):
        return False
    old = await work.impact_runs.part(run.id, run.redo[0])
    run.redo = run.redo[1:]
    if made := await _worked_out(run, release, work, _Range(old.place, old.after, old.last)):
        await work.impact_runs.keep(run.id, made)
        run.done += made.items - old.items
    return True


class _Range(NamedTuple):
    """The items after one, up to a last one where the part was made before."""

    place: int
    after: UUID | None
    last: UUID | None = None


async def _worked_out(run: ImpactRun, release: Release, work: Work, of: _Range) -> Part | None:
    """A part, read page by page; None when nothing is left that is in none."""
    impact = Impact(
        work.policy,
        work.policy.with_releases((release.stated(known_from=run.known_from),)),
        known_on=run.known_from,
    )
    marks, read = (0, 0), of.after
    while page := await work.decided.considered(since=begin(run.since), after=read, until=of.last, most=PAGE):
        impact.add(page)
        for each in page:
            marks = marks[0] ^ each.marks[0], marks[1] ^ each.marks[1]
        read = page[-1].id
        if of.last is None and impact.total.items >= PART:
            break
    last = of.last or read
    if last is None or (of.last is None and read == of.after):
        return None
    figures = {**impact.told, "examples": await _examples(impact.examples, work)}
    return Part(
        place=of.place,
        after=of.after,
        last=last,
        items=impact.total.items,
        marks=marks,
        figures=figures,
    )


async def _finish(run: ImpactRun, release: Release, work: Work) -> None:
    summed: Summed = await work.impact_runs.sum(run.id)
    data = f"{run.policy}/{summed.state_of_data}"
    figures = {
        **_named(summed.told, work.policy),
        "undecided": await work.decided.undecided(),
        "examples": summed.examples,
    }
    release.worked_out(
        DryRun(
            by=run.asked_by,
            at=work.at,
            since=run.since,
            known_from=run.known_from,
            data=data,
            digest=summed.digest(data),
            figures=figures,
        )
    )
    run.ready(at=work.at)


async def _examples(examples: Sequence[Example], work: Work) -> list[dict[str, Any]]:
    """Masked: whose certificate it is, is not told by a dry-run."""
    numbers = [each.item.certificate_number for each in examples]
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
        for each in examples
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
