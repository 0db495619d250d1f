"""Work that is done step by step, so that whoever waits for it hears of it."""

from collections.abc import Awaitable, Callable

from cli.bench.actors import Answer, Go

_SLICE_SECONDS = 20.0  # so long is worked before the one who asked hears of it

Step = Callable[[], Awaitable[tuple[float, int]]]
"""Does a part of the work: the seconds of it that count, and how much it was; nothing when all is done."""


def stepping(step: Step, counted: Callable[[], Awaitable[int]]) -> Go:
    """Step by step until a slice of time is over; when nothing is left, what there is in the end is counted."""

    async def go() -> Answer:
        seconds, done = 0.0, 0
        while seconds < _SLICE_SECONDS:
            took, many = await step()
            if not many:
                return {"seconds": seconds, "done": done, "count": await counted()}
            seconds, done = seconds + took, done + many
        return {"seconds": seconds, "done": done, "left": True}

    return go
