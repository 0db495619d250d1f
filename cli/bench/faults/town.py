"""The suite and a province that misbehaves, at work on one line; and who sees to it that both agree in the end."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta

from cli.bench.faults.carrying import TappedLine
from cli.bench.faults.ground import OPENS_AT, Crewed, Ground
from cli.bench.faults.operators import Operators
from cli.bench.faults.registers import Registers
from cli.bench.faults.results import Tally
from simulator.chasing import Habits
from simulator.counterpart import Counterpart
from simulator.line import Line
from simulator.scenario import Step, play
from simulator.store import Store
from simulator.wire import day_of

DAY: date = day_of(OPENS_AT)
HABITS = Habits(receipt_seconds=0.3, gap_seconds=0.3, resends=12)
"""A province that asks after a moment."""
_AT_ONCE = 50
_LOOK_SECONDS = 0.1
_LOOKS = 2
_TRIES = 5
"""Within its time, what the province tells is told so often; what was lost for good on its way is not waited for."""
_CROSSED = """
    SELECT count(*) FILTER (WHERE direction = 'in' AND outcome = 'refused') AS refused,
           count(*) FILTER (WHERE outcome = 'duplicate') AS repeated,
           count(*) FILTER (WHERE code IN ('STATUS_QUERY', 'RESEND_REQUEST')) AS asked
    FROM exchange_message
"""


@dataclass(kw_only=True)
class Town:
    """Both sides, and what their operators were called for, how often; `crew` where the workers are processes.

    `crossed` counts what the province made of what came in.
    """

    ground: Ground
    line: TappedLine
    province: Counterpart
    registers: Registers
    operators: Operators
    crew: Crewed | None
    crossed: Counter[str]
    called: Counter[str] = field(default_factory=Counter)

    async def told(self, steps: Iterable[Step], *, seconds: float, at_once: int = _AT_ONCE) -> list[Step]:
        """Let the province tell these, so many at once; what was not carried out by the end.

        One that was lost on its way keeps nobody waiting.
        """
        left: list[Step] = []
        room = asyncio.Semaphore(at_once)

        async def tell(step: Step) -> None:
            async for _, receipt in play(self.province, [step], seconds=seconds):
                left.extend([] if receipt and receipt.ok else [step])
            room.release()

        async with asyncio.TaskGroup() as tasks:
            for step in steps:
                await room.acquire()
                tasks.create_task(tell(step))
        return left

    async def tally(self) -> Tally:
        """What crossed so far, by the exchange ledgers of the city and what the province says it refused."""
        found = {
            "refused": len(self.province.refused) + len(self.province.unreadable),
            "repeated": self.crossed["duplicate"],
        }
        for service in self.ground.services:
            async with self.registers.reading(service) as connection:
                for name, count in (await connection.fetchrow(_CROSSED)).items():
                    found[name] = found.get(name, 0) + count
        return Tally(by_hand=self.called.total(), **found)

    async def reconciled(self, *, seconds: float) -> list[str]:
        """The acts on which the province and a service do not agree, as they tell each other, day by day."""
        days = (day_of(self.ground.clock.now()) - DAY).days + 1
        return [
            f"{service}: {each}"
            for service in self.ground.services
            for day in range(days)
            for each in await self.province.reconcile(service, DAY + timedelta(days=day), timeout=seconds)
        ]

    async def agreed(self, left: list[Step], *, seconds: float, look: float = _LOOK_SECONDS) -> list[str]:
        """Wait until both registers are equal, people doing what is theirs; what still keeps them apart in the end.

        Whoever looks twice in a row sees nothing, and nothing under way, so that no letter of today is tomorrow's fault.
        """
        until = time.monotonic() + seconds
        quiet = 0
        while quiet < _LOOKS:
            self.called += Counter(f"province: {step.send} not done" for step in left)
            self.called += await self.operators.settle()
            left = await self.told(left, seconds=seconds / _TRIES) if left else []
            at_rest = self.province.at_rest
            problems = await self.registers.differences()
            problems += [f"not done: {step.business_key}" for step in left]
            if time.monotonic() > until:
                return problems
            quiet = quiet + 1 if at_rest and not problems else 0
            await asyncio.sleep(look)
        return []


@asynccontextmanager
async def inhabited(ground: Ground, line: Line, *, habits: Habits = HABITS) -> AsyncIterator[Town]:
    """Both sides at work."""
    store, crossed, tapped = Store(), Counter[str](), TappedLine(line)
    registers = Registers(database=ground.database, services=ground.services, store=store)
    async with AsyncExitStack() as stack:
        operators = await Operators.at(ground, registers, stack)
        counterpart = Counterpart(
            ground.key,
            ground.peers,
            tapped,
            ground.clock,
            store=store,
            habits=habits,
            announce=ground.announce,
            observe=lambda crossing: crossed.update([crossing.outcome]),
        )
        await stack.enter_async_context(counterpart.running())
        yield Town(
            ground=ground,
            line=tapped,
            province=counterpart,
            registers=registers,
            operators=operators,
            crew=ground if isinstance(ground, Crewed) else None,
            crossed=crossed,
        )
