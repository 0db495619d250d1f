"""A day of a million acts reconciled between two sides that differ in a few, beside those who only look whether they do.

Both sides are ours, each in a schema of one PostgreSQL, as the roles for which row-level security holds. Questions and
answers go over by hand, some fifty of them: no broker, no signature.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from pathlib import Path
from uuid import uuid4

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.bench.contest import Comparison, Measure, NothingMeasured, Say, Trail
from cli.bench.exchange.books import TABLES, fill
from cli.servers.places import scratch_folder
from cli.servers.postgres import start_postgres
from cli.suite.database import drop_database, migrate_all, provide_database
from shared.contracts.exchange import Reconcile, Reconciled
from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope
from shared.identity import Scope
from shared.persistence.engine import create_engine
from shared.persistence.unit_of_work import Works
from shared.province.intents import payload_of
from shared.province.reconciling import answers, reconciliation

OURS, THEIRS = "filing", "accounts"
_NAME = "njt_bench_reconciliation"
_DAY = date(2026, 3, 2)
_NOW = datetime(2026, 3, 3, 2, tzinfo=UTC)
_SCOPE = Scope.of_service("bench", "reconcile")
_WIPE = "exchange_question, exchange_reconciliation, exchange_difference"
_OWED = text("SELECT payload FROM exchange_intent WHERE code = :code AND state = 'owed' ORDER BY id")
_SENT = text("UPDATE exchange_intent SET state = 'done' WHERE sequence = 0 AND state = 'owed'")
_JOIN = """
    SELECT count(*) FROM {ours}.{table} AS mine FULL OUTER JOIN {theirs}.{table} AS other USING (code, business_key)
    WHERE mine.digest IS DISTINCT FROM other.digest
      AND coalesce(mine.sequence, other.sequence) > 0
"""
_COPY = """
    SELECT code, organ, business_key, encode(digest, 'hex') FROM {schema}.{table} WHERE sequence > 0
    ORDER BY code COLLATE "C", organ COLLATE "C", business_key COLLATE "C"
"""


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many acts of the day, half of them told by either; four times as many as `few` differ."""

    acts: int
    few: int


FULL = Sizes(acts=1_000_000, few=3)
SMALL = Sizes(acts=20_000, few=1)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What came of it: how many acts differ, in what time, with how many MB more held at the most."""

    differing: int
    seconds: float
    peak: float
    questions: int = 0


class _Now:
    def now(self) -> datetime:
        return _NOW


class Side:
    """One of both: its books, and what it owes the other."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._works: Works[None] = Works(
            engine, lambda _: None, clock=_Now(), tell=lambda _: None, announced=lambda: None
        )

    async def begin(self) -> None:
        async with self._works.transaction(_SCOPE) as transaction:
            await reconciliation.begin(_DAY, transaction)

    async def answer(self, question: Reconcile) -> None:
        async with self._works.transaction(_SCOPE) as transaction:
            await answers.answer(question, _envelope(question), transaction)

    async def take(self, answered: Reconciled) -> None:
        async with self._works.transaction(_SCOPE) as transaction:
            await answers.take(answered, transaction)

    async def owed(self, code: MessageCode) -> list[str]:
        """What leaves now."""
        async with self._works.transaction(_SCOPE) as transaction:
            rows = (await transaction.connection.execute(_OWED, {"code": code})).all()
            await transaction.connection.execute(_SENT)
        return [row.payload for row in rows]

    async def close(self) -> None:
        await self._engine.dispose()


async def reconciled(ours: Side, theirs: Side, owner: asyncpg.Connection) -> Told:
    """From the first question to the last answer, by the code of the suite."""
    began, questions = time.monotonic(), 0
    with _peak() as peak:
        await ours.begin()
        while asked := await ours.owed(MessageCode.RECONCILE):
            for question in asked:
                await theirs.answer(Reconcile.model_validate(payload_of(question)))
                for reply in await theirs.owed(MessageCode.RECONCILED):
                    await ours.take(Reconciled.model_validate(payload_of(reply)))
            questions += len(asked)
    seconds = time.monotonic() - began
    row = await owner.fetchrow(f"SELECT differing, concluded_at FROM {OURS}.exchange_reconciliation")  # noqa: S608 — a name of our own
    if row is None or row["concluded_at"] is None:
        raise NothingMeasured("对账未完成 · the reconciliation was not concluded")
    return Told(differing=row["differing"], seconds=seconds, peak=peak(), questions=questions)


async def joined(owner: asyncpg.Connection) -> Told:
    """One statement for each table, where both sides lie in one database."""
    began = time.monotonic()
    with _peak() as peak:
        names = {"ours": OURS, "theirs": THEIRS}
        found = [await owner.fetchval(_JOIN.format(table=table, **names)) for table in TABLES]
    return Told(differing=sum(found), seconds=time.monotonic() - began, peak=peak())


async def copied(owner: asyncpg.Connection) -> Told:
    """SHA-256 over each side's sorted COPY: it tells that something differs, and not what."""
    began = time.monotonic()
    with _peak() as peak:
        digests = [
            [await _copy_digest(owner, schema, table) for table in TABLES] for schema in (OURS, THEIRS)
        ]
    unlike = sum(1 for mine, other in zip(*digests, strict=True) if mine != other)
    return Told(differing=unlike, seconds=time.monotonic() - began, peak=peak())


async def _copy_digest(owner: asyncpg.Connection, schema: str, table: str) -> str:
    digest = sha256()

    async def hashed(chunk: bytes) -> None:
        digest.update(chunk)

    await owner.copy_from_query(_COPY.format(schema=schema, table=table), output=hashed)
    return digest.hexdigest()


@asynccontextmanager
async def reconciliation_of(say: Say, sizes: Sizes = FULL) -> AsyncIterator[Sequence[Comparison]]:
    """Real PostgreSQL with fsync on."""
    async with AsyncExitStack() as stack:
        starting = _started(say)
        server, folder = await asyncio.to_thread(starting.__enter__)
        stack.push_async_callback(asyncio.to_thread, starting.__exit__, None, None, None)
        await drop_database(server, _NAME)
        database = await provide_database(server, _NAME, secrets_file=folder / "passwords")
        stack.push_async_callback(drop_database, server, _NAME)
        await migrate_all(database, (OURS, THEIRS))
        address = make_url(server).set(drivername="postgresql", database=_NAME)
        owner = await asyncpg.connect(address.render_as_string(hide_password=False))
        stack.push_async_callback(owner.close)
        say(f"{sizes.acts:,} 笔备齐中 · acts are made ready")
        await fill(owner, (OURS, THEIRS), acts=sizes.acts, few=sizes.few)
        sides = [
            Side(create_engine(database.services[each], schema=each, pool_size=1)) for each in (OURS, THEIRS)
        ]
        for side in sides:
            stack.push_async_callback(side.close)
        yield [_compared(sides, owner, sizes, say)]


def _compared(sides: Sequence[Side], owner: asyncpg.Connection, sizes: Sizes, say: Say) -> Comparison:
    differing = 4 * sizes.few
    ours, theirs = sides

    async def whole() -> Told:
        await owner.execute(f"SET search_path = {OURS}; TRUNCATE {_WIPE}")
        told = await reconciled(ours, theirs, owner)
        say(f"{told.seconds:.1f} s, {told.questions} 问 · questions, +{told.peak:.0f} MB")
        return told

    def of(name: str, run: Callable[[], Awaitable[Told]], expected: int) -> Measure:
        async def measure() -> tuple[float, float]:
            told = await run()
            if told.differing != expected:
                raise NothingMeasured(f"{name}: {told.differing} ≠ {expected}")
            return sizes.acts / told.seconds, told.peak

        return measure

    return Comparison(
        title="reconciliation",
        paths=(
            Trail(name=f"{sizes.acts:,} acts of a day, {differing} differ", unit="acts/s"),
            Trail(name="held more by the process that asks", unit="MB"),
        ),
        ours=of("ours", whole, differing),
        peers={
            "one full outer join, both tables in one database": of("join", lambda: joined(owner), differing),
            "sha256 of both sorted COPYs, tells only that they differ": of(
                "copy", lambda: copied(owner), len(TABLES)
            ),
        },
    )


def _envelope(question: Reconcile) -> ProvinceEnvelope:
    """What a question came in."""
    return ProvinceEnvelope(
        schema_version=SCHEMA_VERSION,
        message_id=uuid4(),
        code=MessageCode.RECONCILE,
        sender=OURS,
        receiver=THEIRS,
        business_key=f"reconcile:{question.reconciliation_id}",
        lane="",
        sequence=0,
        issued_at=_NOW,
        payload={},
        key_id="",
        signature="",
    )


@contextmanager
def _started(say: Say) -> Iterator[tuple[str, Path]]:
    with scratch_folder() as folder:
        postgres = start_postgres(folder / "postgres", durable=True, say=say)
        try:
            yield postgres.url, folder
        finally:
            postgres.stop()


@contextmanager
def _peak() -> Iterator[Callable[[], float]]:
    """By how many MB the most that this process held went up meanwhile, at least a tenth."""
    status = Path("/proc/self/status")
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = _kilobytes(status, "VmRSS")
    yield lambda: max((_kilobytes(status, "VmHWM") - before) / 1024, 0.1)


def _kilobytes(status: Path, name: str) -> int:
    line = next(each for each in status.read_text(encoding="ascii").splitlines() if each.startswith(name))
    return int(line.split()[1])
