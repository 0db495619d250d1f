"""The peers of durable intake send what filing sends, statement for statement."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import asyncpg
import pytest

from cli.bench.actors import Cue
from cli.bench.filing.heard import listened
from cli.bench.filing.requests import draft
from cli.bench.load import leaf
from cli.bench.peers.database import find_pgbench, run_script
from cli.bench.peers.replay import SCHEMA, Heard, Statement, application, script
from cli.collector import Collector
from cli.suite.database import SuiteDatabase
from cli.suite.home import Home
from cli.suite.server import served
from tests.databases import connected, superuser_url

TABLES = ("filing", "ledger_entry", "idempotency_key")
COUNT = "SELECT count(*) FROM filing."


@pytest.fixture
async def cue(fresh_database: SuiteDatabase, home: Home) -> AsyncIterator[Cue]:
    collector = Collector(capacity=1)
    yield Cue(
        database=fresh_database.services["filing"],
        broker="memory://",
        collector=await collector.start(),
        keys=home.folder,
        count=0,
    )
    await collector.stop()


@pytest.fixture
async def superuser(postgres_url: str, fresh_database: SuiteDatabase) -> AsyncIterator[asyncpg.Connection]:
    async with connected(superuser_url(postgres_url, fresh_database)) as connection:
        yield connection


async def rows(superuser: asyncpg.Connection) -> dict[str, int]:
    return {table: await superuser.fetchval(COUNT + table) for table in TABLES}


async def test_what_is_sent_again_leaves_the_same_rows_behind(
    cue: Cue, superuser: asyncpg.Connection
) -> None:
    heard = await listened(cue)
    assert await rows(superuser) == dict.fromkeys(TABLES, 2)
    assert heard.statements[0].sql.lstrip().startswith("SELECT set_config('njt.everything'")
    async with application(cue.database, heard) as app, served(app) as base:
        await leaf(base, draft("none"), times=3)
    assert await rows(superuser) == dict.fromkeys(TABLES, 5)
    program = find_pgbench()
    assert program is not None
    await run_script(program, cue.database, script(heard), schema=SCHEMA, clients=2, seconds=1)
    found = await rows(superuser)
    assert len(set(found.values())) == 1
    assert found["filing"] > 5


def test_a_script_gives_each_transaction_an_id_and_a_key_of_its_own() -> None:
    key, own = "a" * 32, uuid4()
    values = [
        own,
        key,
        [own, None],
        "it's 10:30 \\ :name",
        b"\x00:",
        True,
        7,
        datetime(2024, 3, 4, tzinfo=UTC),
    ]
    places = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    heard = Heard(
        statements=[Statement(sql=f"SELECT {places}", values=values)], key=key, id=own, answer=b"{}"
    )
    drawn, begun, said, committed, _ = script(heard).split("\n")
    assert drawn.startswith("\\set r random(")
    assert (begun, committed) == ("BEGIN;", "COMMIT;")
    an_id, a_key = "CAST(lpad(to_hex(:r::bigint), 32, '0') AS uuid)", "('k' || to_hex(:r::bigint))"
    assert said == (
        f"SELECT {an_id}, {a_key}, ARRAY[{an_id}, NULL], E'it''s 10\\x3a30 \\\\ \\x3aname', E'\\\\x003a', TRUE, 7,"
        " E'2024-03-04T00\\x3a00\\x3a00+00\\x3a00';"
    )
