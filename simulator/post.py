"""What waits to go out: it is offered until the line takes it, and each service has a post of its own."""

import asyncio
from collections import deque
from dataclasses import dataclass
from itertools import islice

import structlog

from simulator.line import Letter, Line

_BATCH = 100
_PAUSE = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class _Waiting:
    """A letter and the moment of the loop's clock from which it may go."""

    letter: Letter
    due: float


class Post:
    """The letters for one service, in order."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._waiting: deque[_Waiting] = deque()
        self._arrived = asyncio.Event()

    def put(self, letter: Letter, *, delay: float) -> None:
        """Send this once `delay` seconds have passed and what came before it is gone."""
        due = asyncio.get_running_loop().time() + delay
        self._waiting.append(_Waiting(letter=letter, due=due))
        self._arrived.set()

    async def run(self) -> None:
        """Send until cancelled; what the line does not take is offered again."""
        stuck = False
        while True:
            batch = await self._due()
            taken = await self._line.publish([it.letter for it in batch])
            left = [it for it, ok in zip(batch, taken, strict=True) if not ok]
            for _ in batch:
                self._waiting.popleft()
            self._waiting.extendleft(reversed(left))
            if left and not stuck:
                log.warning("not taken yet", destination=left[0].letter.routing_key, letters=len(left))
            stuck = bool(left)
            if stuck:
                await asyncio.sleep(_PAUSE)

    async def _due(self) -> list[_Waiting]:
        """The first letters whose time has come; they stay in the queue."""
        while not self._waiting:
            self._arrived.clear()
            await self._arrived.wait()
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._waiting[0].due - loop.time()))
        batch = [self._waiting[0]]
        for it in islice(self._waiting, 1, _BATCH):
            if it.due > loop.time():
                break
            batch.append(it)
        return batch
