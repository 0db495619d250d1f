"""What waits to go out: it is offered until the line takes it, and each service has a post of its own."""

import asyncio
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

import structlog

from simulator.line import Letter, Line

_BATCH = 100
_PAUSE = 0.5
_OVERTAKEN_SECONDS = 0.3

log = structlog.get_logger(__name__)


@dataclass(frozen=True, order=True)
class _Waiting:
    """A letter and the moment of the loop's clock from which it may go; `place` keeps the order of one moment."""

    due: float
    place: int
    letter: Letter = field(compare=False)


class Post:
    """The letters for one service, in the order in which they may go."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._waiting: list[_Waiting] = []
        self._overtaken: list[Letter] = []
        self._offered: list[_Waiting] = []
        self._places = count()
        self._arrived = asyncio.Event()

    @property
    def empty(self) -> bool:
        """Whether everything has left."""
        return not self._waiting and not self._overtaken and not self._offered

    def put(self, letter: Letter, *, delay: float = 0.0) -> None:
        """Send this once `delay` seconds have passed, in front of those that are due later."""
        self._push(letter, delay)
        overtaken, self._overtaken = self._overtaken, []
        for each in overtaken:
            self._push(each, delay)

    def put_behind_next(self, letter: Letter) -> None:
        """Send this right after the next one, or shortly when there is none."""
        self._overtaken.append(letter)
        asyncio.get_running_loop().call_later(_OVERTAKEN_SECONDS, self._release, letter)

    def _release(self, letter: Letter) -> None:
        if letter in self._overtaken:
            self._overtaken.remove(letter)
            self._push(letter, 0.0)

    def _push(self, letter: Letter, delay: float) -> None:
        due = asyncio.get_running_loop().time() + delay
        heappush(self._waiting, _Waiting(due, next(self._places), letter))
        self._arrived.set()

    async def run(self) -> None:
        """Send until cancelled; what the line does not take is offered again."""
        stuck = False
        while True:
            batch = self._offered = await self._due()
            try:
                taken = await self._line.publish([it.letter for it in batch])
            except BaseException:
                self._put_back(batch)
                raise
            left = [it for it, ok in zip(batch, taken, strict=True) if not ok]
            self._put_back(left)
            if left and not stuck:
                log.warning("not taken yet", destination=left[0].letter.routing_key, letters=len(left))
            stuck = bool(left)
            if stuck:
                await asyncio.sleep(_PAUSE)

    def _put_back(self, batch: list[_Waiting]) -> None:
        self._offered = []
        for it in batch:
            heappush(self._waiting, it)

    async def _due(self) -> list[_Waiting]:
        """Take the letters whose time has come, at least one."""
        loop = asyncio.get_running_loop()
        while not self._waiting or self._waiting[0].due > loop.time():
            self._arrived.clear()
            wait = self._waiting[0].due - loop.time() if self._waiting else None
            try:
                await asyncio.wait_for(self._arrived.wait(), wait)
            except TimeoutError:
                continue
        batch: list[_Waiting] = []
        while self._waiting and len(batch) < _BATCH and self._waiting[0].due <= loop.time():
            batch.append(heappop(self._waiting))
        return batch
