"""Our parts: decisions by the domain's own calculation, kept by the service's own statements; and fifty at one moment."""

import asyncio
import time
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.moments import peak_megabytes
from cli.bench.subsidy.cohort import AT_ONCE, SCHEMA, Batch, Cohort
from cli.bench.subsidy.records import NOON, ORGAN, WORKER, record, working
from services.subsidy.domain.assessment import assess
from services.subsidy.domain.decision import Tariff
from services.subsidy.domain.desk import Desks
from services.subsidy.domain.docket import Rulings, rule
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.refusals import AlreadyClaimed
from services.subsidy.handlers import Work
from services.subsidy.handlers.items import chunks_to_decide, decide_chunk
from services.subsidy.repository.entitlements import SqlEntitlements
from shared.identity.scope import Scope
from shared.ids import uuid7
from shared.ledger.entries import Ledger
from shared.persistence.engine import create_engine
from shared.persistence.together import write_together
from shared.persistence.unit_of_work import Works
from shared.policy import Policy, load_policy
from shared.settings import PolicySettings

_SLICE_SECONDS = 20.0  # so long is worked before the one who asked hears of it
_CLERK = Scope(actor="client:bench-claimant", act="claim", organs=frozenset({ORGAN}))
_SETTINGS = {"search_path": SCHEMA, "jit": "off", "TimeZone": "UTC"}
_AMOUNTS = """
    SELECT claim_item.amount_fen AS fen FROM claim_item JOIN claim ON claim.id = claim_item.claim_id
    ORDER BY claim.institution_id, claim_item.turn
"""
_COUNTS = """
    SELECT (SELECT count(*) FROM verdict) AS verdicts, (SELECT count(*) FROM entitlement) AS grants,
           (SELECT count(*) FROM claim WHERE state <> 'deciding') AS claims
"""
_READ_AT_ONCE = 10_000


def _policy() -> Policy:
    return load_policy(PolicySettings().folder)


def ruled(batch: Batch, desks: Desks, policy: Policy) -> tuple[Rulings, Tariff]:
    """A claim decided, the policy being made ready for it first as far as no claim before it did."""
    tariff = desks.of(policy, batch.claiming, known_on=batch.claiming.on).tariff
    return rule(batch.docket, tariff), tariff


@asynccontextmanager
async def decide_only(cue: Cue) -> AsyncIterator[Go]:
    """Going, every certificate of every claim is decided; the columns are made ready besides, as the peers' are."""
    cohort = Cohort(_policy(), cue.count)

    async def go() -> Answer:
        seconds, amounts, desks = 0.0, array("q"), Desks()
        for batch in cohort.claims():
            began = time.monotonic()
            rulings, _ = ruled(batch, desks, cohort.policy)
            amounts.extend([each.amount for each in rulings.verdicts])
            seconds += time.monotonic() - began
        return _answer(seconds, amounts)

    yield go


@asynccontextmanager
async def store(cue: Cue) -> AsyncIterator[Go]:
    """Going, each claim is decided and what was decided is committed: verdicts, inputs, and every item of it."""
    async with _recorded(cue) as (connection, works, cohort, claims):
        left, desks = iter(zip(claims, cohort.claims(), strict=True)), Desks()

        async def step() -> float:
            claim, batch = next(left, (None, None))
            if claim is None or batch is None:
                return 0.0
            began = time.monotonic()
            rulings, tariff = ruled(batch, desks, cohort.policy)
            async with works(WORKER) as work:
                turns = range(len(batch.docket.numbers))
                await work.dockets.note(claim, turns, rulings, tariff, at=NOON)
            return time.monotonic() - began

        yield _stepping(step, connection)


@asynccontextmanager
async def decide_claims(cue: Cue) -> AsyncIterator[Go]:
    """Going, the worker's job decides claim after claim: reads, decides, stores, takes up what is granted, counts."""
    async with _recorded(cue) as (connection, works, _, _claims):
        async with works(WORKER) as work:
            left = list(await chunks_to_decide(work))

        async def step() -> float:
            if not left:
                return 0.0
            began = time.monotonic()
            async with works(WORKER) as work:
                await decide_chunk(left.pop(), work)
            return time.monotonic() - began

        yield _stepping(step, connection)


@asynccontextmanager
async def _recorded(
    cue: Cue,
) -> AsyncIterator[tuple[asyncpg.Connection, Works[Work], Cohort, list[UUID]]]:
    cohort = Cohort(_policy(), cue.count)
    connection = await asyncpg.connect(cue.database, server_settings=_SETTINGS)
    try:
        async with working(cue.database, cohort.policy) as works:
            yield connection, works, cohort, await record(connection, works, cohort)
    finally:
        await connection.close()


def _stepping(step: Callable[[], Awaitable[float]], connection: asyncpg.Connection) -> Go:
    """Step by step until a slice of time is over; when nothing is left, what is on record is read back."""

    async def go() -> Answer:
        seconds = 0.0
        while seconds < _SLICE_SECONDS:
            took = await step()
            if not took:
                return {**_answer(seconds, await _stored(connection)), **await _counted(connection)}
            seconds += took
        return {"seconds": seconds, "left": True}

    return go


async def _stored(connection: asyncpg.Connection) -> "array[int]":
    """What every item is paid by what is on record, in the cohort's order."""
    async with connection.transaction():
        await connection.execute("SELECT set_config('njt.everything', 'on', true)")
        return array("q", [row["fen"] async for row in connection.cursor(_AMOUNTS, prefetch=_READ_AT_ONCE)])


async def _counted(connection: asyncpg.Connection) -> Answer:
    async with connection.transaction():
        await connection.execute("SELECT set_config('njt.everything', 'on', true)")
        return dict(await connection.fetchrow(_COUNTS))


def _answer(seconds: float, amounts: "array[int]") -> Answer:
    return {
        "seconds": seconds,
        "count": len(amounts),
        "total": sum(amounts),
        "digest": sha256(amounts.tobytes()).hexdigest(),
        "peak": peak_megabytes(),
    }


@asynccontextmanager
async def race(cue: Cue) -> AsyncIterator[Go]:
    """Going, fifty claims read the holder's history, meet, decide, and take up the grant: the database lets one win."""
    cohort = Cohort(_policy(), 1)
    engine = create_engine(cue.database, schema=SCHEMA, pool_size=AT_ONCE)
    try:
        async with engine.begin() as connection:
            await connection.execute(text("TRUNCATE entitlement"))
        meeting = asyncio.Barrier(AT_ONCE)
        await asyncio.gather(*(_connected(engine, meeting) for _ in range(AT_ONCE)))

        async def go() -> Answer:
            began = time.monotonic()
            won = await asyncio.gather(*(_claimed(engine, cohort, meeting) for _ in range(AT_ONCE)))
            seconds = time.monotonic() - began
            async with engine.connect() as connection:
                live = await connection.execute(text("SELECT count(*) FROM entitlement WHERE live"))
                return {"seconds": seconds, "won": sum(won), "live": live.scalar_one()}

        yield go
    finally:
        await engine.dispose()


async def _connected(engine: AsyncEngine, meeting: asyncio.Barrier) -> None:
    """Every one of the pool's connections is open once all of them are held at the same time."""
    async with engine.connect():
        await meeting.wait()


async def _claimed(engine: AsyncEngine, cohort: Cohort, meeting: asyncio.Barrier) -> bool:
    now = datetime.now(UTC)
    batch = next(cohort.claims())
    candidate = batch.docket.candidate(0)
    try:
        async with engine.begin() as connection:
            ledger = Ledger(_CLERK, at=now)
            entitlements = SqlEntitlements(connection, ledger)
            histories = await entitlements.histories([candidate.holder_index])
            await meeting.wait()
            assessment = assess([candidate], histories, batch.claiming, cohort.policy)
            for holder, grant in assessment.grants:
                entitlements.add(
                    Entitlement(id=uuid7(now), claim_id=uuid7(now), holder_index=holder, grant=grant)
                )
            await entitlements.save()
            await entitlements.write()
            await write_together(connection, [ledger.take()])
    except AlreadyClaimed:
        return False
    return bool(assessment.grants)


if __name__ == "__main__":
    play({"decide only": decide_only, "store": store, "decide": decide_claims, "race": race})
