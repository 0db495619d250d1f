"""A kit and a counterpart on one in-process bus, each with the other's key."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from cli.suite.province_line import ProvinceLine
from shared.messaging.memory import MemoryBus
from simulator.chasing import Habits
from simulator.conform.peer import Patience, Peer
from simulator.conform.program import chosen
from simulator.conform.sides import as_city
from simulator.conform.verdict import Verdict, judge
from simulator.counterpart import Counterpart
from simulator.dialect import Dialect
from simulator.faults import Faults
from simulator.keys import PeerKeys, ProvinceKey
from simulator.memory import MemoryLine
from tests.simulator.city import Now


@dataclass(frozen=True, kw_only=True)
class Table:
    """Who sits at it: the kit as the city, and the simulator."""

    peer: Peer
    counterpart: Counterpart

    async def play(self, *only: str) -> dict[str, Verdict]:
        """The cases of these names, or all of them, by name."""
        verdicts = await judge(self.peer, chosen(only), told=lambda _: None)
        return {verdict.case: verdict for verdict in verdicts}


def red(verdicts: dict[str, Verdict]) -> Sequence[str]:
    """The cases that are not as they must be."""
    return [verdict.case for verdict in verdicts.values() if not verdict.ok]


@asynccontextmanager
async def laid(
    *,
    dialect: Dialect | None = None,
    faults: Faults | None = None,
    habits_seconds: float = 0.2,
    answer: float = 5.0,
    chase: float = 5.0,
) -> AsyncIterator[Table]:
    """Both at work while the block runs."""
    line = ProvinceLine(MemoryBus())
    dialect = dialect or Dialect()
    city_key, province_key = (ProvinceKey.new(dialect.algorithm) for _ in range(2))
    counterpart = Counterpart(
        province_key,
        PeerKeys(city_key.public()),
        MemoryLine(line),
        Now(),
        dialect=dialect,
        faults=faults,
        habits=Habits(receipt_seconds=habits_seconds, gap_seconds=habits_seconds),
    )
    side = as_city()
    peer = Peer(
        side,
        MemoryLine(line, queue=side.queue, routing_key=side.listens_to),
        key=city_key,
        peers=PeerKeys(province_key.public()),
        clock=Now(),
        dialect=dialect,
        patience=Patience(answer=answer, chase=chase),
    )
    async with counterpart.running(), peer.listening():
        yield Table(peer=peer, counterpart=counterpart)
