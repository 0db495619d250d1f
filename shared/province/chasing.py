"""Asks after what should have come: the fate of our messages that nobody answered, and the numbers missing in a lane."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import BigInteger, Column, DateTime, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.contracts.exchange import AskedMessage, ResendRequest, StatusQuery
from shared.contracts.province import MessageCode
from shared.ids import uuid7
from shared.messaging.failures import Gap, is_outage
from shared.observability import Metrics
from shared.persistence.security import enter_everywhere
from shared.province.intents import Dispatch, SqlIntents, query_key
from shared.province.lanes import STREAM
from shared.province.operating.pausing import Pause
from shared.province.operating.standing import standing
from shared.province.reading import fields_at_fault

_MOST = 500

_ALONE = text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.chasing'))")
_UNANSWERED = text("""
    SELECT id, code, business_key FROM exchange_intent WHERE query_at <= :now
    ORDER BY query_at, id LIMIT :most FOR UPDATE SKIP LOCKED
""")
_ASKED = text("""
    UPDATE exchange_intent
    SET query_at = CAST(:now AS timestamptz)
                   + make_interval(secs => least(:first * power(2, least(queries, 30)), :longest)),
        queries = queries + 1
    WHERE id = ANY (CAST(:ids AS uuid[]))
""")
# What stands between two held messages of a lane, or between the last one taken and the first one held.
_GAPS = text("""
    WITH held AS (
        SELECT held.subject, held.lane, held.sequence, held.code, held.first_at, coalesce(known.sequence, 0) AS taken,
               lag(held.sequence) OVER (PARTITION BY held.subject ORDER BY held.sequence) AS before
        FROM held_message AS held LEFT JOIN inbox_position AS known USING (stream, subject)
        WHERE held.stream = :stream AND held.sequence IS NOT NULL AND held.lane <> ''
    )
    SELECT subject, lane, greatest(before, taken) + 1 AS first, sequence - 1 AS last, first_at
    FROM held WHERE code = :gap AND greatest(before, taken) + 1 < sequence ORDER BY first_at, subject, first
""")
_CLOSED = text("""
    DELETE FROM exchange_missing AS known WHERE NOT EXISTS (
        SELECT 1 FROM unnest(CAST(:subjects AS uuid[]), CAST(:firsts AS bigint[])) AS gap (subject, first)
        WHERE gap.subject = known.subject AND gap.first = known.first)
""")
_MISSED = text("""
    INSERT INTO exchange_missing AS known (subject, first, last, lane, since, asked_at, asks)
    SELECT subject, first, last, lane, since, :now, 1
    FROM unnest(CAST(:subjects AS uuid[]), CAST(:firsts AS bigint[]), CAST(:lasts AS bigint[]),
                CAST(:lanes AS text[]), CAST(:sinces AS timestamptz[])) AS gap (subject, first, last, lane, since)
    ON CONFLICT (subject, first) DO UPDATE
        SET last = excluded.last, asked_at = excluded.asked_at, asks = known.asks + 1
        WHERE known.asked_at <= :before
    RETURNING lane, first, last
""")

log = structlog.get_logger(__name__)


def missing_tables(metadata: MetaData) -> None:
    """Numbers of the other side's lanes that are missing and were asked for, as long as they are missing."""
    Table(
        "exchange_missing",
        metadata,
        Column("subject", Uuid, primary_key=True),
        Column("first", BigInteger, primary_key=True, autoincrement=False),
        Column("last", BigInteger, nullable=False),
        Column("lane", Text, nullable=False),
        Column("since", DateTime(timezone=True), nullable=False),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("asks", Integer, nullable=False),
    )


@dataclass(frozen=True, kw_only=True)
class Deadlines:
    """When to ask. Pauses between two questions about a message double from `first_pause` to `longest_pause`.

    A message asked about `overdue_after` times is overdue. Numbers missing for `missing` are asked for, and again
    whenever that time has passed once more.
    """

    first_pause: timedelta = timedelta(minutes=1)
    longest_pause: timedelta = timedelta(hours=1)
    overdue_after: int = 3
    missing: timedelta = timedelta(minutes=5)


class Chaser:
    """One service's questions to a counterpart; while that is paused it asks nothing. Any number of them may run."""

    def __init__(
        self,
        *,
        counterpart: str,
        engine: AsyncEngine,
        clock: Clock,
        metrics: Metrics,
        deadlines: Deadlines = Deadlines(),
        poll_seconds: float = 1.0,
    ) -> None:
        self._counterpart = counterpart
        self._engine = engine
        self._clock = clock
        self._metrics = metrics
        self._deadlines = deadlines
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Ask until cancelled; outlives outages of the database."""
        while True:
            for task in (self._ask_all_fates, self.ask_missing, self.measure):
                try:
                    await task()
                except Exception as problem:  # the chaser must outlive whatever happens to one question
                    log.warning("chaser paused", problem=type(problem).__name__, outage=is_outage(problem))
            await asyncio.sleep(self._poll_seconds)

    async def _ask_all_fates(self) -> None:
        while await self.ask_fates() == _MOST:
            pass

    async def ask_fates(self) -> int:
        """Owe one query about up to 500 messages that were not answered in time; how many it asks about."""
        now = self._clock.now()
        async with self._engine.connect() as connection, connection.begin():
            await enter_everywhere(connection)
            if await self._paused(connection):
                return 0
            rows = (await connection.execute(_UNANSWERED, {"now": now, "most": _MOST})).all()
            if not rows:
                return 0
            query = StatusQuery(
                query_id=uuid7(now),
                messages=tuple(
                    AskedMessage(message_id=row.id, code=row.code, business_key=row.business_key)
                    for row in rows
                ),
            )
            pauses = {
                "first": self._deadlines.first_pause.total_seconds(),
                "longest": self._deadlines.longest_pause.total_seconds(),
            }
            await connection.execute(_ASKED, {"ids": [row.id for row in rows], "now": now, **pauses})
            dispatch = Dispatch(
                code=MessageCode.STATUS_QUERY,
                business_key=query_key(query.query_id),
                lane="",
                payload=query.model_dump(mode="json"),
            )
            await _owe(connection, [dispatch], now=now)
        return len(rows)

    async def ask_missing(self) -> int:
        """Owe requests for the numbers that have been missing too long; how many gaps they name."""
        now = self._clock.now()
        async with self._engine.connect() as connection, connection.begin():
            await enter_everywhere(connection)
            if await self._paused(connection) or not (await connection.execute(_ALONE)).scalar_one():
                return 0
            gaps = (await connection.execute(_GAPS, {"stream": STREAM, "gap": Gap.code})).all()
            keys = {"subjects": [gap.subject for gap in gaps], "firsts": [gap.first for gap in gaps]}
            await connection.execute(_CLOSED, keys)
            before = now - self._deadlines.missing
            late = [gap for gap in gaps if gap.first_at <= before]
            if not late:
                return 0
            missed = {
                "subjects": [gap.subject for gap in late],
                "firsts": [gap.first for gap in late],
                "lasts": [gap.last for gap in late],
                "lanes": [gap.lane for gap in late],
                "sinces": [gap.first_at for gap in late],
            }
            asked = (await connection.execute(_MISSED, {**missed, "now": now, "before": before})).all()
            requests = [each for row in asked if (each := _request(row.lane, row.first, row.last, now))]
            await _owe(connection, requests, now=now)
        return len(requests)

    async def measure(self) -> None:
        """Tell the operators how things stand."""
        async with self._engine.connect() as connection, connection.begin():
            await enter_everywhere(connection)
            found = await standing(connection, self._counterpart, overdue_after=self._deadlines.overdue_after)
        self._metrics.exchange(
            owed=found.owed,
            overdue=found.overdue,
            refused=found.refused,
            missing=found.missing,
            paused=found.paused,
        )

    async def _paused(self, connection: AsyncConnection) -> bool:
        pause = await Pause.of(connection, self._counterpart)
        return pause is not None and pause.resumed_at is None


async def _owe(connection: AsyncConnection, dispatches: list[Dispatch], *, now: datetime) -> None:
    def new_id() -> UUID:
        return uuid7(now)

    intents = SqlIntents(connection, at=now, new_id=new_id)
    for dispatch in dispatches:
        intents.owe(dispatch)
    await intents.save()


def _request(lane: str, first: int, last: int, now: datetime) -> Dispatch | None:
    """The request for these numbers; None for such as cannot be asked for, which must not keep the others."""
    try:
        missing = ResendRequest(lane=lane, first=first, last=last)
    except ValidationError as broken:
        log.warning("gap cannot be asked for", fields=fields_at_fault(broken))
        return None
    return Dispatch(
        code=MessageCode.RESEND_REQUEST,
        business_key=f"resend:{uuid7(now)}",
        lane=lane,
        payload=missing.model_dump(mode="json"),
    )
