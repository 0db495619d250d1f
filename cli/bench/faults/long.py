"""The long run: every fault, several seeds, workers that are processes over RabbitMQ and are killed, a durable database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from cli.bench.contest import Say
from cli.bench.faults.cases import IN_EARNEST, ON_THE_LINE
from cli.bench.faults.ground import crewed
from cli.bench.faults.results import FaultTable, Row, Tally
from cli.bench.faults.town import Town, inhabited
from cli.bench.faults.trial import Size, tried
from cli.bench.ground import own_servers
from cli.suite.database import SERVICES
from simulator.amqp import AmqpLine
from simulator.faults import Faults

_RECONCILE_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How much is told while each fault strikes, how often each is tried, and which services work."""

    size: Size
    seeds: int
    services: Sequence[str] = SERVICES


FULL = Sizes(size=Size(institutions=50, certificates=500, seconds=600), seeds=3)
SMALL = Sizes(
    size=Size(institutions=6, certificates=0, seconds=120), seeds=1, services=("filing", "accounts")
)


async def long_run(say: Say, sizes: Sizes) -> FaultTable:
    """Try every fault with every seed, one after the other in one town; in the end both sides reconcile."""
    rows: list[Row] = []
    async with settled(say, sizes.services) as town:
        for seed in range(1, sizes.seeds + 1):
            for place, case in enumerate((*ON_THE_LINE, *IN_EARNEST)):
                row = await tried(case, town, sizes.size, seed=seed * 100 + place)
                say(f"{seed}/{sizes.seeds} · {row.fault}: {row.seconds:.1f} s {'; '.join(row.problems)}")
                rows.append(replace(row, fault=f"{seed} · {row.fault}"))
        rows.append(await reconciliation(town))
    return FaultTable(name="faults", rows=rows)


@asynccontextmanager
async def settled(say: Say, services: Sequence[str]) -> AsyncIterator[Town]:
    """A town of processes on servers of this run's own."""
    async with (
        own_servers(say) as servers,
        crewed(servers.postgres, servers.rabbit, servers.keys.parent / "faults", services=services) as ground,
        inhabited(ground, AmqpLine(servers.rabbit.province_url)) as town,
    ):
        yield town


async def reconciliation(town: Town) -> Row:
    """What both tell each other of all days, as a row of the table."""
    town.province.faults = Faults()
    problems = await town.reconciled(seconds=_RECONCILE_SECONDS)
    return Row(
        fault="逐日对账 · reconciled day by day",
        messages=await town.registers.acts(),
        injected=0,
        tally=Tally(),
        seconds=0.0,
        problems=problems,
    )
