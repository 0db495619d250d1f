"""When each fact became true, by its subject, on the clock that all processes of a machine share."""

import asyncio
import time
from collections.abc import Iterable


class Moments:
    """Monotonic seconds; on Linux they mean the same in every process since the machine started."""

    def __init__(self) -> None:
        self.known: dict[str, float] = {}
        self._more = asyncio.Event()

    def note(self, subjects: Iterable[object]) -> None:
        """Just now, these did."""
        now = time.monotonic()
        self.known.update((str(subject), now) for subject in subjects)
        self._more.set()

    async def reach(self, count: int) -> dict[str, float]:
        """Wait until so many are known, and return them."""
        while len(self.known) < count:
            self._more.clear()
            await self._more.wait()
        return self.known
