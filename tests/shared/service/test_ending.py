"""Background work comes to its end, even what did not hear it the first time."""

import asyncio
import contextlib

import pytest

from shared.service import runtime
from shared.service.runtime import end


async def test_work_that_lost_its_cancellation_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "_AGAIN_SECONDS", 0.01)
    told = 0

    async def work() -> None:
        nonlocal told
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    async with asyncio.timeout(10):
        task = asyncio.create_task(work())
        await asyncio.sleep(0)
        await end([task])
    assert (task.cancelled(), told) == (True, 2)


async def test_work_in_hand_is_waited_for() -> None:
    done = []

    async def work() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(0.05)
        done.append("carried through")

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await end([task])
    assert done == ["carried through"]


async def test_nothing_to_end_is_ended_at_once() -> None:
    await end([])
