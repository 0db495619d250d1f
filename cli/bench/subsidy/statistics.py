"""Statistics of many certificates beside those of few: an overview costs what it shows, not what there is."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from statistics import quantiles

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import CreateSchema

from cli.bench.contest import Comparison, Measure, NothingMeasured, Say, Trail
from cli.bench.subsidy.ground import prepared
from cli.bench.subsidy.seed import fill
from services.subsidy.domain.statistic import Dimension, Kind
from services.subsidy.handlers.statistics import AskStatistics, StatisticsCount, read_statistics
from services.subsidy.handlers.work import Work
from services.subsidy.province import province
from services.subsidy.repository import bind
from services.subsidy.schemas.statistics import StatisticsView
from shared.clock import SystemClock
from shared.identity import Scope
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Works
from shared.policy import Policy, load_policy
from shared.privacy import FieldCipher
from shared.settings import PolicySettings

CITY, DISTRICT = "320100", "320115"
_D = Dimension
_YEAR = (202401, 202412)
OVERVIEWS: Mapping[str, tuple[str, AskStatistics]] = {
    "city by organ, a year": (CITY, AskStatistics(by=(_D.ORGAN,), months=_YEAR, only={}, organ=CITY)),
    "city by month and level": (
        CITY,
        AskStatistics(by=(_D.MONTH, _D.LEVEL), months=(202301, 202412), only={}, organ=CITY),
    ),
    "city by chain": (CITY, AskStatistics(by=(_D.CHAIN,), months=(202301, 202312), only={}, organ=CITY)),
    "district by occupation, a year": (
        DISTRICT,
        AskStatistics(by=(_D.OCCUPATION,), months=_YEAR, only={}, organ=DISTRICT),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many certificates there are, and how often each overview is asked for."""

    few: int
    many: int
    times: int


FULL = Sizes(few=10_000, many=1_000_000, times=300)
SMALL = Sizes(few=500, many=2_000, times=5)

_EVERYTHING = Scope(actor="bench", act="bench", everything=True)
_CIPHER = FieldCipher(keys={"k1": bytes(32)}, current="k1", index_key=bytes(32))

_DIRECT = """
    SELECT organ, count(*), count(DISTINCT holder_index) FROM certificate
    WHERE state = 'verified' AND issued_on BETWEEN '2024-01-01' AND '2024-12-31' GROUP BY organ
"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """A schema with so many certificates, half of them claimed for, and units of work on it."""

    engine: AsyncEngine
    works: Works[Work]
    count: int

    async def counted(self) -> float:
        """Seconds to count everything anew."""
        job = StatisticsCount(_unheard, _unheard)
        began = time.monotonic()
        async with self.works(_EVERYTHING) as work:
            await job.run(work.new_id(), work)
        return time.monotonic() - began

    async def asked(self, overview: str) -> None:
        """The whole way but HTTP: transaction, reach, figures, document."""
        organ, asked = OVERVIEWS[overview]
        async with self.works(_EVERYTHING) as work:
            organs = work.policy.territory(organ)
        async with self.works(Scope(actor="bench", act="bench", organs=organs)) as work:
            table = await read_statistics(asked, work)
            view = StatisticsView.of(table, work.policy)
        if not view.model_dump_json() or Kind.VALID not in table.answer.totals.tallies:
            raise NothingMeasured(f"{overview}: 无数据 · nothing in it")

    async def from_the_rows(self) -> None:
        """The same people and certificates as one statement finds them that looks at all rows."""
        async with self.works.transaction(_EVERYTHING) as transaction:
            await transaction.connection.execute(text(_DIRECT))


@asynccontextmanager
async def statistics(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on, under row-level security; the ratio is that of many certificates to few.

    Both are asked within the same seconds. What is asked goes the whole way but HTTP.
    """
    policy = load_policy(PolicySettings().folder)
    async with (
        prepared(say) as ground,
        _desk(ground.database, "few", sizes.few, policy) as few,
        _desk(ground.database, "many", sizes.many, policy) as many,
    ):
        yield [
            *(_overview(each, few, many, sizes.times) for each in OVERVIEWS),
            _from_rows(few, many, sizes.times),
            _anew(few, many),
        ]


def _overview(name: str, few: Desk, many: Desk, times: int) -> Comparison:
    return _compared(f"statistics, {name}", (many, few), times, lambda desk: desk.asked(name))


def _from_rows(few: Desk, many: Desk, times: int) -> Comparison:
    """What the first overview's people and certificates cost without keeping figures."""
    return _compared(
        "counted from the rows", (many, few), max(2, times // 20), lambda desk: desk.from_the_rows()
    )


def _compared(
    name: str, desks: tuple[Desk, Desk], times: int, ask: Callable[[Desk], Awaitable[None]]
) -> Comparison:
    many, few = desks

    def of(desk: Desk) -> Measure:
        async def measure() -> tuple[float, float]:
            taken = []
            for _ in range(times):
                began = time.perf_counter()
                await ask(desk)
                taken.append((time.perf_counter() - began) * 1000)
            hundredths = quantiles(taken, n=100, method="inclusive")
            return hundredths[49], hundredths[98]

        return measure

    path = f"{name}, of {many.count:,}"
    return Comparison(
        title=path,
        paths=(Trail(name=f"{path}, p50", unit="ms"), Trail(name=f"{path}, p99", unit="ms")),
        ours=of(many),
        peers={f"of {few.count:,}": of(few)},
    )


def _anew(few: Desk, many: Desk) -> Comparison:
    def of(desk: Desk) -> Measure:
        async def measure() -> tuple[float]:
            return (await desk.counted() / desk.count * 1000,)

        return measure

    return Comparison(
        paths=(Trail(name=f"statistics counted anew, a certificate of {many.count:,}", unit="ms"),),
        ours=of(many),
        peers={f"of {few.count:,}": of(few)},
    )


@asynccontextmanager
async def _desk(database: str, size: str, count: int, policy: Policy) -> AsyncIterator[Desk]:
    schema = f"statistics_{size}"
    engine = create_engine(database, schema=schema, pool_size=2)
    try:
        async with engine.begin() as connection:
            await connection.execute(CreateSchema(schema, if_not_exists=True))
            await fill(connection, policy, count)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.exec_driver_sql("VACUUM (ANALYZE)")
        works: Works[Work] = Works(
            engine,
            lambda transaction: bind(transaction, policy, _CIPHER),
            clock=SystemClock(),
            tell=province.dispatch,
            announced=lambda: None,
        )
        desk = Desk(engine=engine, works=works, count=count)
        await desk.counted()
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            await connection.exec_driver_sql("VACUUM (ANALYZE)")
        yield desk
    finally:
        await engine.dispose()


def _unheard(_: float) -> None:
    """Nobody listens to a bench's gauges."""
