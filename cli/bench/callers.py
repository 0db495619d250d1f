"""The callers' part: a process that does nothing but ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.load import Errand, leaf, press


@asynccontextmanager
async def pressing(cue: Cue) -> AsyncIterator[Go]:
    """Going, `hands` callers ask for `cue.seconds`, once everything is warm."""
    errand = Errand.model_validate(cue.told)

    async def go() -> Answer:
        await press(errand.base, errand.ask, hands=errand.hands, seconds=errand.warm)
        taken = await press(errand.base, errand.ask, hands=errand.hands, seconds=cue.seconds)
        return vars(taken)

    yield go


@asynccontextmanager
async def leafing(cue: Cue) -> AsyncIterator[Go]:
    """Going, one caller asks `cue.count` times, once everything is warm."""
    errand = Errand.model_validate(cue.told)

    async def go() -> Answer:
        await leaf(errand.base, errand.ask, times=max(2, cue.count // 10))
        return vars(await leaf(errand.base, errand.ask, times=cue.count))

    yield go


if __name__ == "__main__":
    play({"press": pressing, "leaf": leafing})
