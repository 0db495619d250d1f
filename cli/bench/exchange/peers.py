"""Those who do a part of it and promise nothing: a signature verified, rows stored as they are."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cli.bench.exchange.ground import PEER, SERVICE
from cli.bench.exchange.steps import Step
from shared.province.keys.signing import KeyRing

_EVERYTHING = "SET njt.everything = 'on'"
_SEE = text("SELECT set_config('njt.everything', 'on', true)")
_AGAIN = f"DROP TABLE IF EXISTS {PEER}; CREATE TABLE {PEER} (LIKE certificate INCLUDING ALL)"
_TOGETHER = 10_000


def verified(body: bytes, ring: KeyRing) -> int:
    """How many certificates a message holds whose signature holds; raises ValueError where it does not."""
    message = json.loads(body)
    signature = message.pop("signature")
    content = json.dumps(message, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if not ring.holds(message["key_id"], content, signature):
        raise ValueError("签名不符 · The signature does not hold")
    return len(message["payload"]["certificates"])


@asynccontextmanager
async def stored_again(owner: str, by: str) -> AsyncIterator[Step]:
    """Step by step the rows of the certificates are read, which does not count, and stored `by` COPY or executemany."""
    reader = await asyncpg.connect(owner, server_settings={"search_path": SERVICE})
    writer = await asyncpg.connect(owner, server_settings={"search_path": SERVICE})
    try:
        await reader.execute(_EVERYTHING)
        await writer.execute(_AGAIN)
        async with reader.transaction():
            cursor = await reader.cursor("SELECT * FROM certificate ORDER BY id")

            async def step() -> tuple[float, int]:
                rows = [tuple(row) for row in await cursor.fetch(_TOGETHER)]
                began = time.monotonic()
                if rows:
                    await _store(writer, rows, by=by)
                return time.monotonic() - began, len(rows)

            yield step
    finally:
        await reader.close()
        await writer.close()


async def _store(writer: asyncpg.Connection, rows: list[tuple[Any, ...]], *, by: str) -> None:
    if by == "COPY":
        await writer.copy_records_to_table(PEER, records=rows)
        return
    places = ", ".join(f"${place}" for place in range(1, len(rows[0]) + 1))
    await writer.executemany(f"INSERT INTO {PEER} VALUES ({places})", rows)  # noqa: S608 — a name of our own


async def count(owner: str, table: str) -> int:
    """How many rows there are, in truth."""
    connection = await asyncpg.connect(owner, server_settings={"search_path": SERVICE})
    try:
        await connection.execute(_EVERYTHING)
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 — a name of our own
    finally:
        await connection.close()


async def see_everything(connection: AsyncConnection) -> None:
    """As the courier does."""
    await connection.execute(_SEE)
