"""The kit as the province, against our own suite: four services in one process, on a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cli.bench.faults.ground import opened
from cli.suite.home import Home
from simulator.conform.peer import Patience, Peer
from simulator.conform.program import CASES
from simulator.conform.sides import as_province
from simulator.conform.verdict import Case, judge, name_of
from simulator.memory import MemoryLine


@pytest.fixture(scope="module")
async def peer(postgres_url: str, home: Home, scratch: Path) -> AsyncIterator[Peer]:
    """The kit on the suite's line, in the place of the province."""
    side = as_province()
    async with opened(postgres_url, home.passwords, scratch / "conform") as free:
        peer = Peer(
            side,
            MemoryLine(free.line, queue=side.queue, routing_key=side.listens_to),
            key=free.key,
            peers=free.peers,
            clock=free.clock,
            patience=Patience(answer=20, chase=20),
        )
        async with peer.listening():
            yield peer


@pytest.mark.parametrize("case", CASES, ids=name_of)
async def test_our_own_suite_keeps_to_it(peer: Peer, case: Case) -> None:
    (verdict,) = await judge(peer, [case], told=lambda _: None)
    assert verdict.ok, f"{verdict.expected} — {verdict.seen}"
