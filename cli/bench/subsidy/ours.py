"""Our parts: decisions by the domain's own calculation, written whole; and many claims of one certificate at once."""

import asyncio
import json
import time
from array import array
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256
from itertools import islice
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cli.bench.actors import Answer, Cue, Go, play
from cli.bench.moments import peak_megabytes
from cli.bench.subsidy.cohort import AT_ONCE, LINE, SCHEMA, Cohort
from services.subsidy.domain.assessment import ClaimItem, assess, assess_all
from services.subsidy.domain.decision import Tariff
from services.subsidy.domain.entitlement import Entitlement
from services.subsidy.domain.refusals import AlreadyClaimed
from services.subsidy.domain.verdict import Decision, Verdict, pack
from services.subsidy.repository.entitlements import SqlEntitlements
from shared.identity.scope import Scope
from shared.ids import uuid7
from shared.ledger.entries import Ledger
from shared.persistence.engine import create_engine
from shared.persistence.together import write_together
from shared.policy import load_policy
from shared.settings import PolicySettings

ORGAN = "320115"
_CHUNK = 5_000
_SLICE = 100_000  # so many are stored before the one who asked hears of it
_CLERK = Scope(actor="client:bench-claimant", act="claim", organs=frozenset({ORGAN}))
_ENTER = "SELECT set_config('njt.organs', $1, true)"
# Nothing is copied straight into a table under row-level security, so each chunk goes through one of the session's own.
_STAGE = "CREATE TEMP TABLE decided (LIKE claim_item) ON COMMIT DELETE ROWS"
_STORE = "INSERT INTO claim_item SELECT * FROM decided"
_COLUMNS = (
    *("id", "version", "claim_id", "organ", "uscc", "line", "place", "turn", "certificate_id"),
    *("certificate_number", "holder_index", "family", "level", "inputs_digest", "inputs"),
    *("employment", "sampled", "excluded_for", "excluded_by", "objections_open", "decided_at"),
    *("state", "outcome", "amount_fen", "base_fen", "uplift", "shortage", "basis", "explanation"),
    *("policy_version", "known_on"),
)
_NOBODY = ""
_DECLARED = ""

Row = tuple[Any, ...]


class Packing:
    """What is the same for everybody who shares a verdict, made ready once: above all the explanation."""

    def __init__(self) -> None:
        self._packed: dict[int, tuple[Verdict, Row]] = {}

    def of(self, decision: Decision) -> Row:
        verdict = decision.verdict
        known = self._packed.get(id(verdict))
        if known is None:  # the verdict is kept beside it, so that its id stays its own
            known = self._packed[id(verdict)] = (verdict, _packed(decision))
        return known[1]


def _packed(decision: Decision) -> Row:
    packed = pack(decision)
    return (
        packed["outcome"],
        packed["outcome"],
        packed["amount_fen"],
        packed["base_fen"],
        packed["uplift"],
        packed["shortage"],
        packed["basis"],
        json.dumps(packed["explanation"], ensure_ascii=False, separators=(",", ":")),
        packed["policy_version"],
        decision.verdict.known_on,
    )


def rows_of(cohort: Cohort, amounts: "array[int]") -> Iterator[Row]:
    """Every certificate decided, as the row that is kept of it; what each is paid goes to `amounts`."""
    for claiming, candidates in cohort.claims():
        tariff, packing, now = (
            Tariff(cohort.policy, claiming, known_on=claiming.on),
            Packing(),
            datetime.now(UTC),
        )
        claim_id = uuid7(now)
        for place, item in enumerate(assess_all(candidates, {}, tariff)):
            amounts.append(item.decision.amount)
            yield (
                *(uuid7(now), 1, claim_id, ORGAN, _NOBODY, LINE.value, place, place, uuid7(now)),
                *_of_item(item, tariff),
                *(_DECLARED, False, "", "", 0, now),
                *packing.of(item.decision),
            )


def _of_item(item: ClaimItem, tariff: Tariff) -> Row:
    """Raises ValueError for a decision that was not just made."""
    inputs = item.decision.inputs
    if inputs is None:
        raise ValueError("没有输入 · without inputs")
    return (
        item.certificate_number,
        item.holder_index,
        tariff.case(inputs.asked.lot).family,
        int(item.level),
        inputs.digest,
        inputs.canonical.decode(),
    )


@asynccontextmanager
async def decide(cue: Cue) -> AsyncIterator[Go]:
    """Going again until none is left, certificates are decided and their rows, explanation and inputs, are committed."""
    cohort = Cohort(load_policy(PolicySettings().folder), cue.count)
    connection = await asyncpg.connect(
        cue.database, server_settings={"search_path": SCHEMA, "jit": "off", "TimeZone": "UTC"}
    )
    try:
        await connection.execute("TRUNCATE claim_item")
        await connection.execute(_STAGE)

        amounts = array("q")
        rows = rows_of(cohort, amounts)
        stored, chunk = 0, list[Row]()

        async def go() -> Answer:
            nonlocal stored, chunk
            began, until = time.monotonic(), stored + _SLICE
            chunk = chunk or _next(rows)
            while chunk and stored < until:
                stored += len(chunk)
                # The database writes one chunk while the next is decided; never more than two are held.
                _, chunk = await asyncio.gather(_store(connection, chunk), asyncio.to_thread(_next, rows))
            return _answer(began, amounts, left=bool(chunk))

        yield go
    finally:
        await connection.close()


def _next(rows: Iterator[Row]) -> list[Row]:
    return list(islice(rows, _CHUNK))


async def _store(connection: asyncpg.Connection, chunk: list[Row]) -> None:
    async with connection.transaction():
        await connection.execute(_ENTER, ORGAN)
        await connection.copy_records_to_table("decided", records=chunk, columns=_COLUMNS)
        await connection.execute(_STORE)


@asynccontextmanager
async def decide_only(cue: Cue) -> AsyncIterator[Go]:
    """Going, every certificate is decided, and nothing is kept but what it is paid."""
    cohort = Cohort(load_policy(PolicySettings().folder), cue.count)

    async def go() -> Answer:
        began = time.monotonic()
        amounts = array("q")
        for claiming, candidates in cohort.claims():
            tariff = Tariff(cohort.policy, claiming, known_on=claiming.on)
            amounts.extend(item.decision.amount for item in assess_all(candidates, {}, tariff))
        return _answer(began, amounts)

    yield go


def _answer(began: float, amounts: "array[int]", *, left: bool = False) -> Answer:
    return {
        "left": left,
        "seconds": time.monotonic() - began,
        "count": len(amounts),
        "total": sum(amounts),
        "digest": sha256(amounts.tobytes()).hexdigest(),
        "peak": peak_megabytes(),
    }


@asynccontextmanager
async def race(cue: Cue) -> AsyncIterator[Go]:
    """Going, fifty claims read the holder's history, meet, decide, and take up the grant: the database lets one win."""
    cohort = Cohort(load_policy(PolicySettings().folder), 1)
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
    claiming, (candidate,) = next(cohort.claims())
    try:
        async with engine.begin() as connection:
            ledger = Ledger(_CLERK, at=now)
            entitlements = SqlEntitlements(connection, ledger)
            histories = await entitlements.histories([candidate.holder_index])
            await meeting.wait()
            assessment = assess([candidate], histories, claiming, cohort.policy)
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
    play({"decide": decide, "decide only": decide_only, "race": race})
