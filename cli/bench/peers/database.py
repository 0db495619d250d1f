"""PostgreSQL used bare: asyncpg, and pgbench with the same statements."""

import asyncio
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg

from cli.servers.installations import installed
from shared.contracts.filing import InstitutionRegistered
from shared.errors import Refusal

CONNECTIONS = 8
SCHEMA = "peer"
TABLES = """
    CREATE TABLE state (id uuid PRIMARY KEY, version int NOT NULL, organ text NOT NULL, name text NOT NULL);
    CREATE TABLE outbox (
        position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL UNIQUE, topic text NOT NULL,
        subject uuid NOT NULL, data text NOT NULL, at timestamptz NOT NULL DEFAULT now(), published_at timestamptz
    );
    CREATE INDEX ix_outbox_unpublished ON outbox (position) WHERE published_at IS NULL;
    CREATE TABLE effect (id uuid PRIMARY KEY, body bytea NOT NULL);
"""
_EMPTY = "TRUNCATE state, outbox, effect"
_STATE = "INSERT INTO state (id, version, organ, name) VALUES ($1, 1, $2, $3)"
_OUTBOX = "INSERT INTO outbox (id, topic, subject, data) VALUES ($1, $2, $3, $4)"
_EFFECT = "INSERT INTO effect (id, body) VALUES ($1, $2)"
_EFFECTS = "INSERT INTO effect (id, body) SELECT * FROM unnest($1::uuid[], $2::bytea[])"
_FILL = """
    INSERT INTO outbox (id, topic, subject, data)
    SELECT gen_random_uuid(), $2, gen_random_uuid(), $3 FROM generate_series(1, $1)
"""
_CLAIM = """
    SELECT position, id, topic, subject, data, at FROM outbox WHERE published_at IS NULL
    ORDER BY position LIMIT $1 FOR UPDATE SKIP LOCKED
"""
_MARK = "UPDATE outbox SET published_at = now() WHERE position = ANY ($1::bigint[])"
_PGBENCH = """
BEGIN;
INSERT INTO state (id, version, organ, name) VALUES (gen_random_uuid(), 1, '{organ}', '{name}');
INSERT INTO outbox (id, topic, subject, data) VALUES (gen_random_uuid(), '{topic}', gen_random_uuid(), '{data}');
COMMIT;
"""
_THREADS = 2


class PgbenchFailed(Refusal):
    """pgbench 运行失败 · pgbench failed."""

    code = "NJT-CLI-0013"


@asynccontextmanager
async def emptied(url: str) -> AsyncIterator[asyncpg.Pool]:
    """Eight connections to the peers' tables, which are empty now."""
    settings = {"search_path": SCHEMA, "jit": "off"}
    async with asyncpg.create_pool(
        url, min_size=CONNECTIONS, max_size=CONNECTIONS, server_settings=settings
    ) as pool:
        await pool.execute(_EMPTY)
        yield pool


async def write(pool: asyncpg.Pool, event: InstitutionRegistered) -> None:
    """State and outbox in one transaction."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_STATE, event.institution_id, event.organ, event.name)
        await connection.execute(
            _OUTBOX, event.filing_id, event.topic, event.subject, event.model_dump_json()
        )


async def take_effect(pool: asyncpg.Pool, subject: UUID, body: bytes) -> None:
    """One row in a transaction of its own."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_EFFECT, subject, body)


async def take_effects(pool: asyncpg.Pool, received: Sequence[tuple[UUID, bytes]]) -> None:
    """One row each, all in one statement and transaction."""
    subjects, bodies = zip(*received, strict=True)
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(_EFFECTS, subjects, bodies)


async def fill(pool: asyncpg.Pool, count: int, event: InstitutionRegistered) -> None:
    """So many rows in the outbox."""
    await pool.execute(_FILL, count, event.topic, event.model_dump_json())


@asynccontextmanager
async def claimed(pool: asyncpg.Pool, most: int) -> AsyncIterator[Sequence[asyncpg.Record]]:
    """Unpublished rows, locked for the block and marked published at its end."""
    async with pool.acquire() as connection, connection.transaction():
        rows = await connection.fetch(_CLAIM, most)
        yield rows
        await connection.execute(_MARK, [row["position"] for row in rows])


def find_pgbench() -> Path | None:
    """The program, when this machine has it."""
    on_path = shutil.which("pgbench")
    places = [Path(on_path)] if on_path else []
    places += [each.folder / "pgbench" for each in installed()]
    return next((place for place in places if place.exists()), None)


async def pgbench(program: Path, url: str, event: InstitutionRegistered, *, seconds: float) -> float:
    """Transactions a second of eight clients writing the same rows; raises PgbenchFailed."""
    script = _PGBENCH.format(
        organ=event.organ, name=event.name, topic=event.topic, data=event.model_dump_json()
    )
    return await run_script(program, url, script, schema=SCHEMA, clients=CONNECTIONS, seconds=seconds)


async def run_script(
    program: Path,
    url: str,
    script: str,
    *,
    schema: str,
    clients: int,
    seconds: float,
    log: Path | None = None,
) -> float:
    """Transactions a second of so many clients; each one's microseconds go to files that begin with `log`.

    Raises PgbenchFailed.
    """
    logging = () if log is None else ("--log", f"--log-prefix={log}")
    process = await asyncio.create_subprocess_exec(
        *(program, "--no-vacuum", "--protocol=prepared", "--file=/dev/stdin"),
        *logging,
        *(f"--client={clients}", f"--jobs={_THREADS}", f"--time={max(1, round(seconds))}", url),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PGOPTIONS": f"-c search_path={schema}"},
    )
    told, complaint = await process.communicate(script.encode())
    found = re.search(r"^tps = ([\d.]+)", told.decode(), re.MULTILINE)
    if found is None:
        raise PgbenchFailed(complaint.decode().strip()[-500:])
    return float(found[1])
