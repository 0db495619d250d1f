"""Reconciles every day once it is over, catches up those that were missed, and asks again what was not answered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import SHANGHAI, Clock
from shared.identity import Scope
from shared.messaging.failures import is_outage
from shared.observability import Metrics
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.operating.pausing import Pause
from shared.province.reconciling import differences, questions, reconciliation
from shared.province.reconciling.differences import State

# From the first there is anything of, but no further back than is set; where there is nothing yet, the last day alone.
_MISSED = text("""
    WITH known AS (
        (SELECT CAST(at AT TIME ZONE 'Asia/Shanghai' AS date) AS day FROM exchange_intent WHERE sequence > 0
         ORDER BY at LIMIT 1)
        UNION ALL
        (SELECT CAST(issued_at AT TIME ZONE 'Asia/Shanghai' AS date) FROM exchange_received WHERE state <> 'refused'
         ORDER BY issued_at LIMIT 1)
        UNION ALL
        SELECT min(day) FROM exchange_reconciliation
    ), span AS (
        SELECT greatest(coalesce(min(day), CAST(:last AS date)),
                        CAST(:last AS date) - CAST(:back AS integer) + 1) AS first
        FROM known
    )
    SELECT CAST(each AS date) AS day FROM span, generate_series(first, CAST(:last AS date), interval '1 day') AS each
    WHERE NOT EXISTS (SELECT 1 FROM exchange_reconciliation
                      WHERE day = CAST(each AS date) AND concluded_at IS NOT NULL)
    ORDER BY day
""")
_UNDER_WAY = text("SELECT day FROM exchange_reconciliation WHERE concluded_at IS NULL")
_UNHEALED = text("""
    SELECT DISTINCT day FROM exchange_difference AS found
    WHERE state IN ('open', 'proposed', 'applied')
      AND NOT EXISTS (SELECT 1 FROM exchange_reconciliation AS known
                      WHERE known.day = found.day AND known.started_at >= :since)
    ORDER BY day
""")
_AT_ONCE = 7

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Rhythm:
    """When to reconcile: a day is due at `hour` (Shanghai) of the next one; at most `back` days are caught up.

    What was not answered is asked again after the first pause, then after ever longer ones; asked for more than
    `overdue_after` times it is raised, more than `give_up_after` times it has failed: the next days go on without it,
    and it stays raised until somebody has the day reconciled anew.
    """

    hour: int = 2
    back: int = 31
    first_pause: timedelta = timedelta(minutes=10)
    longest_pause: timedelta = timedelta(hours=1)
    overdue_after: int = 3
    give_up_after: int = 24

    def since(self, now: datetime) -> datetime:
        """When the last day became due."""
        local = now.astimezone(SHANGHAI)
        today = local.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return today if local >= today else today - timedelta(days=1)

    def last_due(self, now: datetime) -> date:
        """The last day that is to be reconciled by now."""
        return self.since(now).date() - timedelta(days=1)


class Daily:
    """One service's reconciliations with a counterpart; while that is paused none begins. Any number of them may run."""

    def __init__(
        self,
        *,
        service: str,
        counterpart: str,
        works: Works[Any],
        clock: Clock,
        metrics: Metrics,
        rhythm: Rhythm = Rhythm(),
        poll_seconds: float = 10.0,
    ) -> None:
        self._scope = Scope.of_service(service, "reconcile")
        self._counterpart = counterpart
        self._works = works
        self._clock = clock
        self._metrics = metrics
        self._rhythm = rhythm
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Look until cancelled; outlives outages of the database."""
        while True:
            try:
                await self.begin_due()
                await self.ask_again()
                await self.measure()
            except Exception as problem:  # the next look may find the database again
                log.warning("daily paused", problem=type(problem).__name__, outage=is_outage(problem))
            await asyncio.sleep(self._poll_seconds)

    async def begin_due(self) -> Sequence[date]:
        """Begin what is due, the oldest first and seven at a time: days nobody reconciled, days not mended; which ones."""
        async with self._works.transaction(self._scope) as transaction:
            due = [] if await self._paused(transaction) else await self._due(transaction.connection)
        for day in due:
            async with self._works.transaction(self._scope) as transaction:
                await reconciliation.begin(day, transaction)
        return due

    async def _due(self, connection: AsyncConnection) -> Sequence[date]:
        missed = await self._missed(connection)
        asked = {"since": self._rhythm.since(self._clock.now())}
        unhealed = [row.day for row in await connection.execute(_UNHEALED, asked)]
        under_way = {row.day for row in await connection.execute(_UNDER_WAY)}
        due = [day for day in sorted({*missed, *unhealed}) if day not in under_way]
        oldest = self._rhythm.last_due(self._clock.now()) - timedelta(days=self._rhythm.back)
        at_once = sum(day > oldest for day in under_way)
        return due[: max(_AT_ONCE - at_once, 0)]

    async def _missed(self, connection: AsyncConnection) -> Sequence[date]:
        asked = {"last": self._rhythm.last_due(self._clock.now()), "back": self._rhythm.back}
        return [row.day for row in await connection.execute(_MISSED, asked)]

    async def ask_again(self) -> int:
        """Ask once more what was not answered in time, and give up what never is; how many questions."""
        async with self._works.transaction(self._scope) as transaction:
            if await self._paused(transaction):
                return 0
            await reconciliation.give_up_late(self._rhythm.give_up_after, transaction)
            return await questions.ask_late_again(
                self._rhythm.first_pause, self._rhythm.longest_pause, transaction
            )

    async def measure(self) -> None:
        """Tell the operators how far it is behind, what differs and what is not answered."""
        async with self._works.transaction(self._scope) as transaction:
            missed = await self._missed(transaction.connection)
            counts = await differences.counts(transaction.connection)
            overdue = await reconciliation.unanswered(
                transaction.connection, asked=self._rhythm.overdue_after
            )
        last = self._rhythm.last_due(self._clock.now())
        self._metrics.reconciled(
            behind_days=(last - missed[0]).days + 1 if missed else 0,
            differences={state: counts.get(state, 0) for state in _WATCHED},
            unanswered=overdue,
        )

    async def _paused(self, transaction: Transaction) -> bool:
        pause = await Pause.of(transaction.connection, self._counterpart)
        return pause is not None and pause.resumed_at is None


_WATCHED = (State.OPEN, State.PROPOSED, State.APPLIED)
