"""A city and the provincial simulator at work on one line, and whether they agree in the end."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.filing.province import province as filing_province
from shared.contracts.province import InstitutionFiled, Receipt
from shared.messaging.bus import Bus, Topology
from shared.province.adapter import PROVINCE_EXCHANGE
from shared.province.intents import Dispatch
from shared.province.keys.signing import KeyRing
from shared.values import Uscc
from simulator.chasing import Habits
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect as Tongue
from simulator.keys import PeerKeys, ProvinceKey
from simulator.line import Line
from simulator.store import Store
from tests.builders import a_uscc, institution_filed, registered
from tests.shared.province.letters import FILED, REPORTED
from tests.shared.province.service import City

SECONDS = 20


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds; a TimeoutError says that it never did."""
    async with asyncio.timeout(SECONDS):
        while not await holds():
            await asyncio.sleep(0.02)


@dataclass(frozen=True, kw_only=True)
class Exchange:
    """Both ends of a line that works."""

    city: City
    province: Counterpart
    office: AsyncExitStack

    async def province_leaves(self) -> None:
        """Nobody is there any more, until somebody comes back."""
        await self.office.aclose()

    async def province_comes_back(self) -> None:
        await self.office.enter_async_context(self.province.running())

    async def file(self, *, lane: str, filed: InstitutionFiled | None = None) -> UUID:
        """The province tells that it has filed another body."""
        payload = filed or institution_filed()
        return await self.province.send(
            "filing", FILED, business_key=payload.provincial_number, lane=lane, payload=payload
        )

    async def report(self, number: str, *, uscc: Uscc | None = None) -> None:
        """The city tells what it has filed."""
        await self.city.owe(report(number, uscc=uscc))

    async def conclusion(self, message_id: UUID) -> Receipt:
        return await self.province.concluded(message_id, timeout=SECONDS)

    async def all_told(self) -> None:
        """Wait until the city owes nothing and the province has every answer."""

        async def quiet() -> bool:
            open_here = await self.city.rows(
                "SELECT 1 FROM exchange_intent WHERE state IN ('owed', 'delivered', 'accepted')"
            )
            open_there = [it for it in self.province.sent.values() if not it.conclusion.done()]
            return not open_here and not open_there

        await until(quiet)

    async def registers(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the city has reported as done and what the province has on record, by business key."""
        ours = {each["business_key"]: each["payload"] for each in await self.city.intents(REPORTED)}
        theirs = {
            key: message.envelope.payload
            for (code, key), message in self.province.register.items()
            if code == REPORTED
        }
        return ours, theirs

    async def filings(self) -> tuple[list[str], list[str]]:
        """What the city has on record and what the province knows to be carried out there."""
        carried_out = {
            it.act.business_key
            for it in self.province.sent.values()
            if it.act.code == FILED and it.business is not None and it.business.ok
        }
        return await self.city.on_record(), sorted(carried_out)

    async def agreed(self, *, filed: int, reported: int) -> None:
        """Assert that both registers are equal, so large, and that nothing happened twice."""
        ours, theirs = await self.registers()
        assert ours == theirs
        assert len(ours) == reported
        here, there = await self.filings()
        assert here == there
        assert len(here) == filed
        announced = await self.city.rows("SELECT count(*) AS facts FROM outbox")
        assert announced == [{"facts": filed}]
        assert await self.city.held() == []


def report(number: str, *, uscc: Uscc | None = None) -> Dispatch:
    """What the province is told of a registration with this filing number."""
    told = filing_province.dispatch(registered(filing_number=number, uscc=uscc or a_uscc()))
    assert told is not None
    return told


@asynccontextmanager
async def connected(
    city: City,
    bus: Bus,
    line: Line,
    *,
    tongue: Tongue | None = None,
    store: Store | None = None,
    habits: Habits | None = None,
    chasing: bool = True,
) -> AsyncIterator[Exchange]:
    """Both ends at work while the block runs; without `chasing` the city never asks after anything."""
    tongue = tongue or Tongue()
    key = ProvinceKey.new(tongue.algorithm)
    ear = city.ear(KeyRing(key.public()))
    await bus.declare(Topology(exchanges=frozenset({PROVINCE_EXCHANGE}), queues=(ear.queue,)))
    peers = PeerKeys(city.signer.public())
    province = Counterpart(key, peers, line, city.clock, dialect=tongue, store=store, habits=habits)
    work = [ear.run(bus, prefetch=50), city.courier(bus).run(), *([city.chaser().run()] if chasing else [])]
    async with at_work(city, province, work) as exchange:
        yield exchange


@asynccontextmanager
async def at_work(
    city: City, province: Counterpart, work: Sequence[Coroutine[None, None, None]]
) -> AsyncIterator[Exchange]:
    """The city does this work and the province its own while the block runs."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        async with AsyncExitStack() as office:
            await office.enter_async_context(province.running())
            yield Exchange(city=city, province=province, office=office)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
