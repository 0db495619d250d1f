"""Catches a worker at one point of its work: a table it must write next is locked, and it is killed while it waits."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from cli.bench.faults.registers import Registers

_LOOK_SECONDS = 0.02
_PATIENCE_SECONDS = 60.0
_WAITS = """
    SELECT count(*) FROM pg_locks AS held JOIN pg_class AS of ON of.oid = held.relation
    JOIN pg_namespace AS place ON place.oid = of.relnamespace
    WHERE NOT held.granted AND of.relname = $1 AND place.nspname = $2
"""


@dataclass(frozen=True, kw_only=True)
class Point:
    """Where a worker of a service is caught: when it is about to write to this table."""

    service: str
    table: str


@asynccontextmanager
async def locked(registers: Registers, point: Point) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Let nobody write there inside the block; the function waits until somebody is about to."""
    async with (
        registers.reading(point.service) as holder,
        registers.reading(point.service) as looker,
        holder.transaction(),
    ):
        await holder.execute(f"LOCK TABLE {point.table} IN SHARE ROW EXCLUSIVE MODE")

        async def caught() -> None:
            await until(lambda: _waits(looker, point))

        yield caught


async def _waits(looker: asyncpg.Connection, point: Point) -> bool:
    return bool(await looker.fetchval(_WAITS, point.table, point.service))


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it holds; a TimeoutError says that it never did."""
    async with asyncio.timeout(_PATIENCE_SECONDS):
        while not await holds():  # noqa: ASYNC110 — it is in other processes
            await asyncio.sleep(_LOOK_SECONDS)
