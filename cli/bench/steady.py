"""A steady pace that nobody can slow down: each act begins at its time, whether or not the last one is done."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

T = TypeVar("T")

Act = Callable[[T], Awaitable[None]]


async def at_pace(act: Act[T], things: Sequence[T], *, per_second: float) -> None:
    """Do the act to each thing, so many a second, and wait until all of it is done."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        for number, thing in enumerate(things):
            await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))
            tasks.create_task(_await(act(thing)))


async def at_once(act: Act[T], things: Sequence[T], *, hands: int, seconds: float) -> float:
    """Let so many hands do the act one after the other for a while; returns acts a second."""
    queue = iter(things)
    began = time.monotonic()

    async def hand() -> int:
        done = 0
        while time.monotonic() - began < seconds and (thing := next(queue, None)) is not None:
            await act(thing)
            done += 1
        return done

    done = sum(await asyncio.gather(*(hand() for _ in range(hands))))
    return done / (time.monotonic() - began)


async def _await(awaitable: Awaitable[None]) -> None:
    await awaitable
