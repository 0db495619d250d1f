"""A register of any size: one case and one institution as the service itself writes them, then multiplied in place."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime

import asyncpg

from cli.bench.actors import Cue
from cli.bench.filing.serving import APPLICANT_USCC, DISTRICT, working
from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, ScopeVersion, ScopeWhy, first_standing
from services.filing.domain.terms import Applicant
from shared.contracts.scope import ScopeItem
from shared.identity import Scope
from shared.ids import uuid7
from shared.paging import encode_cursor
from shared.policy import Audience, Category
from shared.values import Edition, Level, OccupationCode, Uscc, uscc_check_character

EVERYWHERE = (
    "320102",
    "320104",
    "320105",
    "320106",
    "320111",
    "320113",
    "320114",
    "320115",
    "320116",
    "320117",
)
_SEEDING = Scope.of_service("filing", "seed")
_BEGINS = date(2024, 3, 4)
_DEEP = 0.9  # of the way to the end
_EMPTY = """
    DO $$ BEGIN EXECUTE (
        SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') FROM pg_tables
        WHERE schemaname = 'filing' AND tablename <> 'alembic_version'
    ); END $$
"""
_COLUMNS = """
    SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
_INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid = $1::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
_ORGAN = "organs[1 + n % cardinality(organs)]"
_NAME = "'测速用虚构机构第 ' || lpad(n::text, 7, '0') || ' 号'"
_DRAFTED = "timestamptz '2024-01-01 00:00Z' + n * interval '40 seconds'"
_CASES: Mapping[str, str] = {
    "id": "md5('case ' || n)::uuid",
    "organ": _ORGAN,
    "handled_by": _ORGAN,
    "name": _NAME,
    "uscc": "seed.uscc",
    "state": "(ARRAY['submitted', 'accepted', 'publicity', 'refused'])[least(4, 1 + n % 20)]",
    "priority": "n % 7 = 0",
    "drafted_at": _DRAFTED,
    "submitted_at": f"{_DRAFTED} + interval '1 hour'",
    "due_at": f"CASE WHEN n % 20 < 2 THEN {_DRAFTED} + interval '30 days' END",
}
_INSTITUTIONS: Mapping[str, str] = {
    "id": "md5('institution ' || n)::uuid",
    "organ": _ORGAN,
    "filed_by": _ORGAN,
    "name": _NAME,
    "uscc": "seed.uscc",
    "number": "'测速〔2024〕' || n || ' 号'",
    "verification": "md5('code ' || n)",
    "category": "CASE WHEN n % 10 = 9 THEN 'technical_school' ELSE 'municipal_enterprise' END",
}
_CASE_AT = """
    SELECT priority, drafted_at, id FROM filing WHERE $1::text IS NULL OR organ = $1
    ORDER BY priority DESC, drafted_at, id OFFSET (
        SELECT (count(*) * $2::float8)::int FROM filing WHERE $1::text IS NULL OR organ = $1
    ) LIMIT 1
"""
_INSTITUTION_AT = """
    SELECT name, id FROM institution ORDER BY name, id
    OFFSET (SELECT (count(*) * $1::float8)::int FROM institution) LIMIT 1
"""


@asynccontextmanager
async def database(url: str) -> AsyncIterator[asyncpg.Connection]:
    """A connection that isolation does not hold back, for preparing."""
    settings = {"search_path": "filing", "synchronous_commit": "off", "maintenance_work_mem": "256MB"}
    connection = await asyncpg.connect(url, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def empty(url: str) -> None:
    """Nothing of filing's is left."""
    async with database(url) as connection:
        await connection.execute(_EMPTY)


async def fill(
    url: str, cue: Cue, *, cases: int, institutions: int, organs: Sequence[str] = EVERYWHERE
) -> None:
    """Nothing but so many cases and institutions, spread over these organs."""
    await empty(url)
    async with working(cue) as works, works(_SEEDING) as work:
        work.filings.add(_a_case(work.at))
        work.institutions.add(_an_institution(work.at))
    async with database(url) as connection:
        await connection.execute("TRUNCATE public_register, coverage, ledger_entry")
        await connection.execute("CREATE TEMPORARY TABLE seed (n integer, uscc text)")
        await connection.copy_records_to_table("seed", records=_numbered(max(cases, institutions)))
        await _multiply(connection, "filing", _CASES, count=cases, organs=organs)
        await _multiply(connection, "institution", _INSTITUTIONS, count=institutions, organs=organs)
        await connection.execute("VACUUM (ANALYZE)")


async def deep_cursors(url: str) -> Mapping[str, str]:
    """Where the pages begin that lie nine tenths deep: of one organ's queue, of the city's, and of the register."""
    async with database(url) as connection:
        own = await connection.fetchrow(_CASE_AT, DISTRICT, _DEEP)
        city = await connection.fetchrow(_CASE_AT, None, _DEEP)
        institution = await connection.fetchrow(_INSTITUTION_AT, _DEEP)
    return {
        "queue": encode_cursor(own["priority"], own["drafted_at"].isoformat(), own["id"]),
        "city": encode_cursor(city["priority"], city["drafted_at"].isoformat(), city["id"]),
        "register": encode_cursor(*institution),
    }


def _numbered(count: int) -> Iterator[tuple[int, str]]:
    for number in range(count):
        body = f"91320115MB{number:07}"
        yield number, body + uscc_check_character(body)


async def _multiply(
    connection: asyncpg.Connection,
    table: str,
    varied: Mapping[str, str],
    *,
    count: int,
    organs: Sequence[str],
) -> None:
    """Copies of the one row that is there, each with other values in the columns that vary, instead of it."""
    columns = [row["attname"] for row in await connection.fetch(_COLUMNS, table)]
    indexes = await connection.fetch(_INDEXES, table)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    await connection.execute(f"CREATE TEMPORARY TABLE only_{table} AS TABLE {table}")
    await connection.execute(f"TRUNCATE {table}")
    values = [varied.get(column, f"one.{column}") for column in columns]
    await connection.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"  # noqa: S608 — names out of the catalogue
        f" FROM seed, only_{table} AS one, (SELECT $1::text[] AS organs) AS spread WHERE n < $2",
        list(organs),
        count,
    )
    for index in indexes:
        await connection.execute(index["definition"])


def _item(level: Level) -> ScopeItem:
    return ScopeItem(edition=Edition("2015"), occupation=OccupationCode("6-18-01-01"), level=level)


def _a_case(at: datetime) -> Filing:
    return Filing(
        id=uuid7(at),
        applicant=Applicant(name="测速用虚构机构", uscc=Uscc(APPLICANT_USCC)),
        organ=DISTRICT,
        handled_by=DISTRICT,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=(_item(Level(4)),),
        basis=("N2.2",),
        drafted_at=at.astimezone(UTC),
    )


def _an_institution(at: datetime) -> Institution:
    scope = tuple(_item(Level(level)) for level in (5, 4, 3))
    version = ScopeVersion(valid_from=_BEGINS, items=scope, why=ScopeWhy.FILED, basis=("N2.2",))
    return Institution(
        id=uuid7(at),
        name="测速用虚构机构",
        uscc=Uscc(APPLICANT_USCC),
        organ=DISTRICT,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        versions=(version,),
        standings=first_standing(_BEGINS),
        number="测速〔2024〕0 号",
        valid_from=_BEGINS,
        valid_until=date(2099, 12, 31),
        basis=("N2.2",),
        filed_by=DISTRICT,
        verification="bench",
    )
