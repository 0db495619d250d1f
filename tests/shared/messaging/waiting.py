"""Waiting for something to become true, and running something meanwhile."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager

SECONDS = 20


async def until(holds: Callable[[], bool] | Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds; a TimeoutError says that it never did."""
    async with asyncio.timeout(SECONDS):
        while True:
            answer = holds()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.01)


@asynccontextmanager
async def meanwhile(*work: Coroutine[None, None, object]) -> AsyncIterator[None]:
    """Endless work that goes on while the block runs; breaking down fails the test."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, return_exceptions=True)
    broken = [each for each in results if isinstance(each, Exception)]
    if broken:
        raise ExceptionGroup("broke down meanwhile", broken)
