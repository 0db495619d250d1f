"""A line from which the messages for one service can be taken, to be carried there in a file."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any

from cli.bench.faults.ground import Ground
from cli.suite.roster import entry
from shared.contracts.batches import Form
from shared.identity import Scope
from shared.messaging.memory import MemoryBus
from shared.province.batches.carrier import import_batch
from shared.service import Runtime
from shared.service.correspondence import Correspondence
from simulator.dialect import Dialect
from simulator.files.batches import Sender, write_batch
from simulator.line import Handle, Letter, Line, to_city

_OPERATOR = Scope(actor="client:fault-operator", act="exchange.import", everything=True)
_FORM = Form.XLSX


class TappedLine:
    """The line it stands for; while `tap` names a service, what is said to that is kept in `kept` and not sent."""

    def __init__(self, line: Line) -> None:
        self.tap: str | None = None
        self.kept: list[Letter] = []
        self._line = line

    async def open(self) -> None:
        await self._line.open()

    async def publish(self, letters: Sequence[Letter]) -> Sequence[bool]:
        if self.tap is None:
            return await self._line.publish(letters)
        key = to_city(self.tap)
        self.kept += [letter for letter in letters if letter.routing_key == key]
        others = iter(await self._line.publish([it for it in letters if it.routing_key != key]))
        return [letter.routing_key == key or next(others) for letter in letters]

    async def listen(self, handle: Handle) -> None:
        await self._line.listen(handle)

    async def close(self) -> None:
        await self._line.close()


def file_of(letters: Sequence[Letter], service: str, ground: Ground) -> bytes:
    """A signed file with these messages."""
    sender = Sender(key=ground.key, dialect=Dialect(), at=ground.clock.now())
    return write_batch(letters, service, _FORM, sender)


async def handed_in(content: bytes, service: str, ground: Ground, *, times: int) -> list[dict[str, int]]:
    """Hand the same file in so many times, as the service's interface takes it; the outcomes of its rows each time."""
    async with AsyncExitStack() as stack:
        settings = ground.plan.settings(service)
        runtime: Runtime[Any] = entry(service).create_runtime(settings, bus=MemoryBus())
        stack.push_async_callback(runtime.close)
        office = Correspondence(runtime).office()
        taken = [
            await import_batch(office, content, name="province.zip", scope=_OPERATOR) for _ in range(times)
        ]
        return [dict(each.batch.outcomes) for each in taken]
