"""A dry-run of any size: worked out part by part, told how far it is, never given out half or stale."""

import asyncio
from datetime import timedelta

import pytest

from services.subsidy.domain.impact_run import DryRunRunning, ImpactRun, RunState, UnknownDryRun
from services.subsidy.domain.release import (
    DryRunMissing,
    DryRunOutdated,
    NotTheCity,
    Release,
    ReleaseKind,
    ReleaseState,
    UnknownRelease,
)
from services.subsidy.handlers import impact
from services.subsidy.handlers.impact import ask_dry_run, parts_to_work_out, read_dry_run, work_out_part
from services.subsidy.handlers.review import exclude_item
from tests.subsidy.builders import lathe, robot
from tests.subsidy.claiming import Claimant
from tests.subsidy.releasing import CITY, DISTRICT, PolicyWorks, on

pytestmark = pytest.mark.usefixtures("small_parts")


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a handful of items makes many parts."""
    monkeypatch.setattr(impact, "PART", 2)
    monkeypatch.setattr(impact, "PAGE", 2)


async def claimed(city: PolicyWorks, *, count: int = 5) -> Claimant:
    employer = await Claimant(city).on_record()
    await employer.claimed(*[lathe(3), robot(3), lathe(4)] * count)
    return employer


async def steps(city: PolicyWorks, made: Release) -> list[ImpactRun]:
    """Every step of the worker until nothing is left, each as it left the run."""
    found = []
    while await city.step(made) is not None:
        found.append(await city.how_far(made))
    return found


async def test_many_parts_come_to_what_one_part_comes_to(
    city: PolicyWorks, monkeypatch: pytest.MonkeyPatch
) -> None:
    await claimed(city)
    in_parts = (await city.worked_out(ReleaseKind.RATES)).dry_run
    monkeypatch.setattr(impact, "PART", 1000)
    at_once = (await city.worked_out(ReleaseKind.RATES)).dry_run
    assert in_parts is not None
    assert at_once is not None
    assert in_parts.figures == at_once.figures
    assert in_parts.data == at_once.data
    assert (in_parts.figures["total"]["items"], len(in_parts.figures["examples"])) == (15, 15)


async def test_how_far_it_is_is_told_and_it_is_released_only_when_it_is_ready(city: PolicyWorks) -> None:
    await claimed(city)
    made = await city.published()
    asked = await city.ask(made)
    assert (asked.state, asked.done, asked.total, asked.asked_by) == (RunState.COMPUTING, 0, 0, "publisher")
    await city.step(made)
    halfway = await city.how_far(made)
    assert (halfway.done, halfway.total) == (2, 15)
    with pytest.raises(DryRunRunning, match="2 / 15") as running:
        await city.released(made)
    assert running.value.code == "NJT-SUB-1612"
    left = await steps(city, made)
    assert [each.done for each in left] == [4, 6, 8, 10, 12, 14, 15, 15]
    assert (left[-1].state, left[-1].finished_at) == (RunState.READY, city.at)
    async with city() as work:
        made = await work.releases.get(made.id)
    assert (await city.released(made)).state is ReleaseState.RELEASED


async def test_a_worker_that_is_killed_leaves_what_was_worked_out_before(city: PolicyWorks) -> None:
    await claimed(city)
    made = await city.published()
    await city.ask(made)
    await city.step(made)
    with pytest.raises(ConnectionError):
        await killed(city, made)
    assert (await city.how_far(made)).done == 2
    assert (await steps(city, made))[-1].done == 15


async def killed(city: PolicyWorks, made: Release) -> None:
    async with city() as work:
        await work_out_part(made.id, work)
        raise ConnectionError


async def test_two_workers_never_work_out_the_same_part(city: PolicyWorks) -> None:
    await claimed(city)
    made = await city.published()
    await city.ask(made)
    async with city() as first:
        assert await work_out_part(made.id, first) is not None
        async with city() as second:
            assert await work_out_part(made.id, second) is None


async def test_what_changes_while_it_is_worked_out_is_read_again(city: PolicyWorks) -> None:
    employer = await claimed(city)
    made = await city.published()
    await city.ask(made)
    for _ in range(4):
        await city.step(made)
    claim = await employer.claimed(lathe(3))
    (item,) = await employer.items(claim)
    async with city() as work:
        early = await work.decided.considered(since=city.at - timedelta(days=1), after=None, most=1)
        first = await work.items.get(early[0].id)
        owner = await work.claims.get(first.claim_id)
    async with city() as work:
        await exclude_item(employer.by(owner), first.id, work, reason="材料不实")
    found = await steps(city, made)
    assert max(each.rounds for each in found) == 1
    async with city() as work:
        made = await work.releases.get(made.id)
        assert made.dry_run is not None
        assert made.dry_run.figures["total"]["items"] == 16
    assert (await city.released(made)).state is ReleaseState.RELEASED
    assert item.state.value == "payable"


async def test_data_that_never_stands_still_ends_it_all_the_same_and_its_release_asks_anew(
    city: PolicyWorks,
) -> None:
    employer = await claimed(city, count=2)
    made = await city.published()
    await city.ask(made)
    while True:
        (item, *_) = await employer.items(await employer.claimed(lathe(3)))
        async with city() as work:
            owner = await work.claims.get(item.claim_id)
        if await city.step(made) is None:
            break
        async with city() as work:
            await exclude_item(employer.by(owner), item.id, work, reason="材料不实")
        await asyncio.sleep(0)
        if (await city.how_far(made)).done > 60:
            pytest.fail("it never ends")
    run = await city.how_far(made)
    assert run.state is RunState.READY
    async with city() as work:
        made = await work.releases.get(made.id)
    with pytest.raises(DryRunOutdated):
        await city.released(made)


async def test_asked_again_only_what_changed_is_read_again(city: PolicyWorks) -> None:
    employer = await claimed(city)
    made = await city.worked_out()
    await employer.claimed(lathe(3))
    with pytest.raises(DryRunOutdated):
        await city.released(made)
    again = await city.ask(made)
    assert (again.state, again.done) == (RunState.COMPUTING, 15)
    assert len(await steps(city, made)) == 2
    async with city() as work:
        made = await work.releases.get(made.id)
    assert (await city.released(made)).state is ReleaseState.RELEASED


async def test_another_release_made_meanwhile_begins_it_anew(city: PolicyWorks) -> None:
    await claimed(city)
    first = await city.worked_out(ReleaseKind.SHORTAGE)
    second = await city.published()
    await city.ask(second)
    await city.step(second)
    await city.released(first)
    found = await steps(city, second)
    assert found[0].done == 2
    async with city() as work:
        assert found[-1].policy == work.policy.digest
        second = await work.releases.get(second.id)
    assert (await city.released(second)).state is ReleaseState.RELEASED


async def test_one_that_cannot_be_worked_out_any_more_fails_and_says_why(city: PolicyWorks) -> None:
    first, second = await city.published(ReleaseKind.SHORTAGE), await city.published(ReleaseKind.SHORTAGE)
    await city.ask(second)
    await city.released(await city.work_out(first))
    (failed,) = await steps(city, second)
    assert failed.state is RunState.FAILED
    assert "目录“nj-2024”已有" in failed.problem
    with pytest.raises(DryRunMissing):
        await city.released(second)


async def test_what_is_asked_twice_is_worked_out_once(city: PolicyWorks) -> None:
    await claimed(city)
    made = await city.published()
    await city.ask(made)
    await city.step(made)
    again = await city.ask(made)
    assert (again.done, again.state) == (2, RunState.COMPUTING)


async def test_other_jobs_have_their_turn_between_the_parts_of_a_large_one(city: PolicyWorks) -> None:
    await claimed(city, count=30)
    made = await city.published()
    await city.ask(made)
    await city.step(made)
    async with city() as work:
        assert await parts_to_work_out(work) == [made.id] * 25


async def test_how_far_it_is_is_for_the_city_alone(city: PolicyWorks) -> None:
    made = await city.published()
    async with city() as work:
        with pytest.raises(UnknownDryRun) as caught:
            await read_dry_run(made.id, CITY, work)
        with pytest.raises(NotTheCity):
            await read_dry_run(made.id, DISTRICT, work)
        with pytest.raises(NotTheCity):
            await ask_dry_run(on(made, organ=DISTRICT), work)
    assert caught.value.code == "NJT-SUB-1611"
    async with city() as work:
        with pytest.raises(UnknownRelease):
            await read_dry_run(work.new_id(), CITY, work)
