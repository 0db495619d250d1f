"""The story at scale: institutions and certificates through filing, accounts and subsidy, a little of every fault."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

from rich.table import Table

from cli.bench.contest import Say
from cli.bench.faults.ground import opened
from cli.bench.faults.results import Tally
from cli.bench.faults.town import DAY, Town, inhabited
from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from simulator.chasing import Habits
from simulator.faults import Faults, Share
from simulator.memory import MemoryLine
from simulator.story import Story

SHARE = 0.01
_PACE = timedelta(minutes=1)
_HABITS = Habits(receipt_seconds=10, gap_seconds=5, resends=12)
_SAY_SECONDS = 15.0
_LOOK_SECONDS = 1.0
_TELL_SECONDS, _AT_ONCE = 120.0, 500
_LATE_SECONDS, _DOWN_SECONDS = 1.0, 5.0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much there is to tell, and how long both sides may take until they are equal once it is told."""

    institutions: int
    certificates: int
    seconds: float


FULL = Sizes(institutions=10_000, certificates=100_000, seconds=600)
SMALL = Sizes(institutions=30, certificates=300, seconds=60)


@dataclass(frozen=True, kw_only=True)
class StoryTold:
    """What it came to."""

    story: Story
    seconds: float
    tally: Tally
    struck: Mapping[str, int]
    acts: int
    problems: Sequence[str]
    name: str = "story"

    @property
    def ok(self) -> bool:
        return not self.problems

    def figures(self) -> dict[str, float]:
        """What is counted, by name."""
        return {
            "institutions": self.story.institutions,
            "certificates": self.story.certificates,
            "messages of the story": len(self.story),
            "acts on record on both sides": self.acts,
            "seconds until both were equal": round(self.seconds, 1),
            "institutions/s": round(self.story.institutions / self.seconds, 1),
            "certificates/s": round(self.story.certificates / self.seconds, 1),
            **{f"fault {name}": times for name, times in sorted(self.struck.items())},
            **vars(self.tally),
            "differences": len(self.problems),
        }

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "equal": self.ok, **self.figures(), "problems": list(self.problems)}

    def as_table(self) -> Table:
        table = Table("项目 · what", title="大剧本 · the story at scale")
        table.add_column("", justify="right")
        for name, number in self.figures().items():
            table.add_row(name, f"{number:,}")
        for problem in self.problems:
            table.add_row("[red]不一致 · different[/]", problem)
        return table


async def story_at_scale(say: Say, sizes: Sizes) -> StoryTold:
    """Tell it to the suite in one process, on a durable database; it ends with equal registers, reconciled."""
    with scratch_folder() as folder:
        postgres = await asyncio.to_thread(start_postgres, folder / "postgres", durable=True, say=say)
        try:
            async with (
                opened(postgres.url, folder / "passwords", folder / "story", pace=_PACE) as ground,
                inhabited(ground, MemoryLine(ground.line), habits=_HABITS) as town,
            ):
                return await told(town, sizes, say)
        finally:
            await asyncio.to_thread(postgres.stop)


async def told(town: Town, sizes: Sizes, say: Say, *, share: float = SHARE) -> StoryTold:
    """Tell it with such a share of every fault, until both registers are equal and reconciled."""
    story = Story(institutions=sizes.institutions, certificates=sizes.certificates, seed=7, today=DAY)
    faults = town.province.faults = some_of_everything(share)
    began = time.monotonic()
    async with _telling(town, story, say):
        left = await town.told(story, seconds=_TELL_SECONDS, at_once=_AT_ONCE)
        problems = await town.agreed(left, seconds=sizes.seconds, look=_LOOK_SECONDS)
    seconds = time.monotonic() - began
    return StoryTold(
        story=story,
        seconds=seconds,
        tally=await town.tally(),
        struck=+Counter(faults.counts),
        acts=await town.registers.acts(),
        problems=problems or await town.reconciled(seconds=sizes.seconds),
    )


def some_of_everything(share: float) -> Faults:
    """A share of whatever can strike a letter, and once the province falls silent."""
    faults = Faults(seed=4, late_seconds=_LATE_SECONDS, down_seconds=_DOWN_SECONDS)
    for fault in get_args(Share):
        setattr(faults, fault, share)
    return faults


@asynccontextmanager
async def _telling(town: Town, story: Story, say: Say) -> AsyncIterator[None]:
    """Say now and then how far it is."""

    async def tell() -> None:
        while True:
            await asyncio.sleep(_SAY_SECONDS)
            say(
                f"{len(town.province.sent):,}/{len(story):,} 发出 · sent,"
                f" {len(town.province.register):,} 市级报送 · of the city, {sum(town.province.faults.counts.values()):,}"
                " 故障 · faults"
            )

    task = asyncio.create_task(tell())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
