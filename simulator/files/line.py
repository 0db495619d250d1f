"""A line of files: what came in them is handed over, and what is said is kept until it is carried away."""

import asyncio
from collections.abc import Sequence

from simulator.line import Handle, Letter


class FileLine:
    """`heard` is set when everything that came has been handed over; `left` is what was said."""

    def __init__(self, came: Sequence[Letter]) -> None:
        self.left: list[Letter] = []
        self.heard = asyncio.Event()
        self._came = came
        self._moving = asyncio.Event()

    async def open(self) -> None:
        """There is nothing to open."""

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        self.left += letters
        self._moving.set()
        return [True] * len(letters)

    async def moved(self) -> None:
        """Wait until something more is said."""
        self._moving.clear()
        await self._moving.wait()

    async def listen(self, handle: Handle) -> None:
        for letter in self._came:
            await handle(letter)
        self.heard.set()
        await asyncio.Event().wait()

    async def close(self) -> None:
        """There is nothing to close."""
