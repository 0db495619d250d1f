"""One fault tried: a small story told while it strikes, until both registers are equal."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import filterfalse

from cli.bench.faults.cases import Case
from cli.bench.faults.results import Row
from cli.bench.faults.town import DAY, Town
from shared.contracts.province import FilingChange
from simulator.faults import Faults
from simulator.scenario import Step
from simulator.story import Story

_PATIENCE_SECONDS, _LOOK_SECONDS = 30.0, 0.05


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is told while a fault strikes, and how long both may take until they are equal."""

    institutions: int
    certificates: int
    seconds: float

    def story(self, seed: int) -> Story:
        return Story(institutions=self.institutions, certificates=self.certificates, seed=seed, today=DAY)


async def tried(case: Case, town: Town, size: Size, *, seed: int) -> Row:
    """Let it strike, and see both registers equal. A seed makes a story of bodies that no other seed has."""
    story = list(size.story(seed))
    if case.on_record:
        filings, story = [*filter(_files, story)], [*filterfalse(_files, story)]
        await town.agreed(await town.told(filings, seconds=size.seconds), seconds=size.seconds)
    before, called = await town.tally(), town.called.copy()
    faults = town.province.faults = case.fault(seed)
    began = time.monotonic()
    left, befell = await _befallen(case, town, story, size)
    if case.by_hand:
        await _struck(faults)
        town.province.faults = Faults()
    problems = await town.agreed(left, seconds=size.seconds)
    town.province.faults = Faults()
    seconds = time.monotonic() - began
    injected = sum(faults.counts.values()) + befell
    tally = await town.tally() - before
    return Row(
        fault=case.name,
        messages=len(story),
        injected=injected,
        tally=tally,
        seconds=seconds,
        problems=problems or _unexpected(case, injected, town.called - called),
    )


async def _befallen(case: Case, town: Town, story: Iterable[Step], size: Size) -> tuple[list[Step], int]:
    """Tell the story, and let the disaster befall the town meanwhile; what was not carried out, and how often it did."""
    async with asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(town.told(story, seconds=size.seconds))
        befalling = tasks.create_task(case.disaster(town)) if case.disaster else None
    return telling.result(), befalling.result() if befalling else 0


async def _struck(faults: Faults) -> None:
    """Wait until it has: what it strikes may come after all that was told."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while not faults.counts.total():  # noqa: ASYNC110 — it strikes in other hands
                await asyncio.sleep(_LOOK_SECONDS)


def _files(step: Step) -> bool:
    return step.payload.get("change") == FilingChange.FILED


def _unexpected(case: Case, injected: int, called: Mapping[str, int]) -> list[str]:
    """A fault that never struck shows nothing, and what mends itself needs nobody."""
    if not injected:
        return ["never struck"]
    return [f"somebody had to act: {what}" for what in called if not case.by_hand]
