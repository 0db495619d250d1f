"""The bench `filing`: taking cases in, reading lists, a campaign and an import, in about twenty minutes."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from cli.bench.actors import on_stage
from cli.bench.contest import Comparison, Say
from cli.bench.filing.campaign import campaign
from cli.bench.filing.ground import prepared
from cli.bench.filing.imports import imports
from cli.bench.filing.intake import intake
from cli.bench.filing.lists import lists
from cli.bench.filing.sizes import FULL, SMALL, Sizes
from cli.bench.filing.stage import Stage

__all__ = ["FULL", "SMALL", "Sizes", "filing"]


@asynccontextmanager
async def filing(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on; servers, callers and database are processes of their own.

    Ours has everything on; its traces, sampled at 100 %, are exported over OTLP to the collector of `cli.collector`.
    """
    async with (
        prepared(sizes, say) as ground,
        on_stage("cli.bench.filing.ours") as ours,
        on_stage("cli.bench.peers.doors") as peers,
        on_stage("cli.bench.callers") as callers,
    ):
        stage = Stage(ground=ground, sizes=sizes, ours=ours, peers=peers, callers=callers)
        async with lists(stage) as pages:
            yield [*intake(stage), *pages, campaign(stage), imports(stage)]
