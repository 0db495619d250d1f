"""`njt bench faults`: every fault of the exchange tried in earnest, and a story at scale with a little of each.

Both registers end equal: nothing twice, nothing lost, nothing owed.
"""

from cli.bench.contest import Say
from cli.bench.faults import long, story
from cli.bench.faults.results import FaultTable
from cli.bench.faults.story import StoryTold

__all__ = ["faults"]


async def faults(say: Say, *, at_scale: bool, quick: bool) -> FaultTable | StoryTold:
    """The table of faults, or the story at scale."""
    if at_scale:
        return await story.story_at_scale(say, story.SMALL if quick else story.FULL)
    return await long.long_run(say, long.SMALL if quick else long.FULL)
