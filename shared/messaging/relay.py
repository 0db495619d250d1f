"""Carries announced facts from the outbox to the bus. Any number of relays may run at once."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import DateTime, RowMapping, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.clock import Clock
from shared.messaging.bus import EVENTS_EXCHANGE, Bus, Message, Outcome
from shared.messaging.envelope import CONTENT_TYPE, encode
from shared.messaging.failures import is_outage
from shared.observability import Metrics

_CLAIM = text("""
    SELECT position, id, topic, subject, sequence, at, data, traceparent FROM outbox
    WHERE published_at IS NULL AND (retry_at IS NULL OR retry_at <= :at)
    ORDER BY position LIMIT :most FOR UPDATE SKIP LOCKED
""")
_AGAIN = text("UPDATE outbox SET retry_at = :at WHERE position = ANY (CAST(:positions AS bigint[]))")
# Soon at first, once a minute in the end: however many wait for a listener, there is time for the others.
_LATER = text("""
    UPDATE outbox SET retry_at = :now + least(greatest((:now - at) / 8, interval '1 second'), interval '1 minute')
    WHERE position = ANY (CAST(:positions AS bigint[]))
""").bindparams(bindparam("now", type_=DateTime(timezone=True)))
_PUBLISHED = text("UPDATE outbox SET published_at = :at WHERE position = ANY (CAST(:positions AS bigint[]))")
_OLDEST = text("SELECT min(at) FROM outbox WHERE published_at IS NULL")
_PRUNE = text("DELETE FROM outbox WHERE published_at < :before")
_KEEP = timedelta(days=7)
_RETRY = timedelta(seconds=2)

log = structlog.get_logger(__name__)


class Relay:
    """Claims unpublished rows in batches, publishes them with pipelined confirms, marks what was confirmed.

    Woken in process after each commit; a slow poll is the safety net for what another process left behind.
    """

    def __init__(
        self,
        *,
        service: str,
        engine: AsyncEngine,
        bus: Bus,
        clock: Clock,
        metrics: Metrics,
        batch: int = 500,
        poll_seconds: float = 1.0,
    ) -> None:
        self._source = f"/services/{service}"
        self._engine = engine
        self._bus = bus
        self._clock = clock
        self._metrics = metrics
        self._batch = batch
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to publish."""
        self._woken.set()

    async def run(self) -> None:
        """Publish until cancelled; outlives outages of the database and of the broker."""
        while True:
            try:
                await self.flush()
            except Exception as problem:  # the relay must outlive whatever happens to one batch
                log.warning("relay paused", problem=type(problem).__name__, outage=is_outage(problem))
            try:
                await asyncio.wait_for(self._woken.wait(), self._poll_seconds)
            except TimeoutError:
                await self._measure()
            self._woken.clear()

    async def flush(self) -> int:
        """Publish what is there, as long as the broker takes or returns any of it; returns how many were confirmed."""
        total = 0
        while True:
            outcomes = await self._publish_batch()
            total += outcomes.count(Outcome.CONFIRMED)
            if len(outcomes) < self._batch or outcomes.count(Outcome.FAILED) == len(outcomes):
                return total

    async def _publish_batch(self) -> list[Outcome]:
        async with self._engine.connect() as connection, connection.begin():
            claim = {"most": self._batch, "at": self._clock.now()}
            rows = (await connection.execute(_CLAIM, claim)).mappings().all()
            if not rows:
                return []
            outcomes = await self._bus.publish([self._message(row) for row in rows])
            positions = _parted(rows, outcomes)
            now = self._clock.now()
            await connection.execute(_PUBLISHED, {"positions": positions[Outcome.CONFIRMED], "at": now})
            # Out of the way of the rest: what nobody takes must not stand at the head of every batch.
            if later := positions[Outcome.UNROUTABLE]:
                await connection.execute(_LATER, {"positions": later, "now": now})
            if again := positions[Outcome.FAILED]:
                await connection.execute(_AGAIN, {"positions": again, "at": now + _RETRY})
        self._metrics.published(outcomes.count(Outcome.CONFIRMED), unroutable=len(later))
        if later:
            log.warning("nobody listens yet", facts=len(later))
        return outcomes

    def _message(self, row: RowMapping) -> Message:
        headers = {"traceparent": row["traceparent"]} if row["traceparent"] else {}
        return Message(
            id=str(row["id"]),
            exchange=EVENTS_EXCHANGE,
            routing_key=row["topic"],
            body=encode({**row, "source": self._source}),
            content_type=CONTENT_TYPE,
            headers=headers,
        )

    async def _measure(self) -> None:
        try:
            async with self._engine.connect() as connection:
                self._metrics.outbox_age.set(await outbox_age(connection, self._clock.now()))
        except Exception as problem:  # a measurement is not worth the relay
            log.warning("outbox not measured", problem=type(problem).__name__)


def _parted(rows: Sequence[RowMapping], outcomes: Sequence[Outcome]) -> dict[Outcome, list[int]]:
    """The positions by what became of them."""
    positions: dict[Outcome, list[int]] = {outcome: [] for outcome in Outcome}
    for row, outcome in zip(rows, outcomes, strict=True):
        positions[outcome].append(row["position"])
    return positions


async def outbox_age(connection: AsyncConnection, now: datetime) -> float:
    """Seconds since the oldest fact that is not published yet; 0.0 when there is none."""
    oldest: Any = (await connection.execute(_OLDEST)).scalar_one()
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0


async def prune(connection: AsyncConnection, now: datetime) -> int:
    """Remove facts that were published more than seven days ago."""
    return (await connection.execute(_PRUNE, {"before": now - _KEEP})).rowcount
