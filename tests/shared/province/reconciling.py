"""Two registers of one day that can be made to differ, and what operators do about it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cli.suite.province_line import ProvinceLine
from shared.identity import Scope
from shared.messaging.memory import MemoryBus
from shared.province.following import Follower
from shared.province.reconciling import differences, mending, reconciliation
from shared.province.reconciling.comparing import Cause, Repair
from shared.province.reconciling.differences import Difference
from shared.province.reconciling.reconciliation import Reconciliation
from simulator.chasing import Habits
from simulator.memory import MemoryLine
from simulator.store import Store
from tests.shared.province.exchange import Exchange, connected, until
from tests.shared.province.service import City

DAY = date(2024, 3, 4)
MACHINE = Scope.of_service("filing", "test")


def person(name: str) -> Scope:
    return Scope(actor=name, act="test", everything=True)


ONE, OTHER = person("测试员甲"), person("测试员乙")


async def begun(city: City, day: date = DAY, by: Scope = MACHINE) -> Reconciliation:
    async with city.works.transaction(by) as transaction:
        return await reconciliation.begin(day, transaction)


async def seen(city: City, key: UUID) -> Reconciliation:
    async with city.works.transaction(MACHINE) as transaction:
        return await reconciliation.get(key, transaction)


async def found(city: City, **wanted: Any) -> Sequence[Difference]:
    """The differences, in the order in which they were found."""
    asked = {"state": None, "day": None, "cursor": None, "size": 500} | wanted
    async with city.works.transaction(MACHINE) as transaction:
        return (await differences.page(transaction, **asked)).items


async def proposed(city: City, key: UUID, repair: Repair, by: Scope = ONE) -> Difference:
    async with city.works.transaction(by) as transaction:
        return await mending.propose(key, repair, "核对无误", transaction)


async def carried_out(city: City, key: UUID, by: Scope = OTHER) -> Difference:
    follower = Follower(city.adapter, city.works, city.journal)
    async with city.works.transaction(by) as transaction:
        return await mending.carry_out(key, transaction, follower)


@dataclass(frozen=True, kw_only=True)
class TwoBooks:
    """Both ends at work, and the province's own store to meddle with."""

    exchange: Exchange
    store: Store

    @property
    def city(self) -> City:
        return self.exchange.city

    def there(self, statement: str, *values: object) -> None:
        """Change what the province has on record."""
        assert self.store.db.execute(statement, values).rowcount > 0

    async def here(self, statement: str, **values: object) -> None:
        """Change what the city has on record."""
        assert await self.city.rows(f"{statement} RETURNING 1", **values)

    async def reconciled(self, day: date = DAY) -> Reconciliation:
        """One reconciliation from its first question to its last answer, on the day after."""
        if self.city.clock.at.date() <= day:
            self.city.clock.advance(days=1)
        key = (await begun(self.city, day)).id

        async def concluded() -> bool:
            return (await seen(self.city, key)).concluded_at is not None

        await until(concluded)
        return await seen(self.city, key)

    async def differ(self, day: date = DAY) -> list[tuple[str, Cause, Repair]]:
        """What a reconciliation finds."""
        done = await self.reconciled(day)
        open_ones = await found(self.city, state="open", day=day)
        assert done.differing == len(open_ones)
        return [(each.business_key, each.cause, each.repair) for each in open_ones]

    async def _nothing_waits(self) -> bool:
        """What is held here is tried again as time goes by."""
        self.city.clock.advance(minutes=1)
        return await self.city.held() == [] and not self.store.db.execute("SELECT 1 FROM held").fetchone()

    async def mended(self) -> None:
        """One person proposes what the system does, another carries it out; then the next reconciliation finds nothing."""
        for each in await found(self.city, state="open"):
            await proposed(self.city, each.id, each.repair)
            assert (await carried_out(self.city, each.id)).state == "applied"
        await self.exchange.all_told()
        await until(self._nothing_waits)
        self.city.clock.advance(hours=1)
        again = await self.reconciled()
        left = [(each.business_key, each.cause, each.state) for each in await found(self.city)]
        assert (again.differing, again.ours) == (0, again.theirs), left
        assert {each.state for each in await found(self.city)} == {"healed"}


@asynccontextmanager
async def two_books(city: City) -> AsyncIterator[TwoBooks]:
    """Both ends, of which the city asks after nothing by itself."""
    bus, store = MemoryBus(), Store()
    line = MemoryLine(ProvinceLine(bus))
    habits = Habits(gap_seconds=0.1)
    async with connected(city, bus, line, store=store, habits=habits, chasing=False) as exchange:
        yield TwoBooks(exchange=exchange, store=store)
    store.close()
