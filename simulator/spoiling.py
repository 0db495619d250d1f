"""The line as the faults leave it: slow, silent for a while, losing and changing letters on their way."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace

from simulator.faults import Faults
from simulator.line import Handle, Letter, Line
from simulator.post import Post

_OLD_LETTERS = 1000


class SpoiltLine:
    """A line on which what arrives may be late, lost or changed, and which may be dead for a while."""

    def __init__(self, line: Line, faults: Callable[[], Faults]) -> None:
        self._line = line
        self._faults = faults
        self._up_again_at = 0.0

    async def open(self) -> None:
        await self._line.open()

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        if self._is_down():
            return [False] * len(letters)
        return await self._line.publish(letters)

    async def listen(self, handle: Handle) -> None:
        async def spoilt(letter: Letter) -> bool:
            await self._up()
            faults = self._faults()
            if faults.slow_seconds:
                faults.counted("slow")
                await asyncio.sleep(faults.slow_seconds)
            if faults.strikes("drop"):
                return True
            return await handle(changed(letter, faults) if faults.strikes("corrupt") else letter)

        await self._line.listen(spoilt)

    async def close(self) -> None:
        await self._line.close()

    async def _up(self) -> None:
        if self._is_down():
            await asyncio.sleep(self._up_again_at - asyncio.get_running_loop().time())

    def _is_down(self) -> bool:
        now = asyncio.get_running_loop().time()
        faults = self._faults()
        if faults.goes_down():
            self._up_again_at = now + faults.down_seconds
        return now < self._up_again_at


class SpoiltPost:
    """The letters for one service, of which some are lost, changed, late, repeated or out of order."""

    def __init__(self, post: Post, faults: Callable[[], Faults]) -> None:
        self._post = post
        self._faults = faults
        self._old: deque[Letter] = deque(maxlen=_OLD_LETTERS)

    def put(self, letter: Letter) -> None:
        faults = self._faults()
        for _ in range(2 if faults.strikes("duplicate") else 1):
            self._put(letter, faults)
        if self._old and faults.strikes("replay"):
            nth = int(faults.drawn("replayed", faults.counts["replay"]) * len(self._old))
            self._post.put(self._old[nth])
        self._old.append(letter)

    def _put(self, letter: Letter, faults: Faults) -> None:
        if faults.strikes("drop"):
            return
        sent = changed(letter, faults) if faults.strikes("corrupt") else letter
        if faults.strikes("reorder"):
            self._post.put_behind_next(sent)
            return
        late = faults.late_seconds if faults.strikes("delay") else 0.0
        faults.counted("delay_seconds", happens=bool(faults.delay_seconds))
        self._post.put(sent, delay=faults.delay_seconds + late)


def changed(letter: Letter, faults: Faults) -> Letter:
    """The letter with one byte of its body changed."""
    nth = int(faults.drawn("corrupted", faults.counts["corrupt"]) * len(letter.body))
    body = bytearray(letter.body)
    if body:
        body[nth] ^= 1
    return replace(letter, body=bytes(body))
