"""When each fact became true, by its subject, on the one clock of a machine; and what a process held at most."""

import asyncio
import time
from collections.abc import Iterable
from pathlib import Path

_KILOBYTES = 1024


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


def peak_megabytes() -> float:
    """The most memory that this process ever held; unlike `ru_maxrss` it does not count that of the process before it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    told = dict(line.split(":", 1) for line in status.splitlines())
    return int(told["VmHWM"].split()[0]) / _KILOBYTES
