"""The tests' service at work: its outbox, its relay, its ear, and a look at what is in its tables."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.contracts.event import Event
from shared.identity.scope import Scope
from shared.messaging.bus import EVENTS_EXCHANGE, Bus, Topology
from shared.messaging.consumer import Consumer
from shared.messaging.facts import FactApplier
from shared.messaging.relay import Relay
from shared.messaging.subscriptions import Subscriptions
from shared.observability import Metrics, TelemetrySettings, start_telemetry
from shared.persistence.unit_of_work import Works
from tests.shared.messaging.tallies import Counted, SetClock, Work, bind, count


class CountingService:
    """One service on a database. `troubles` are raised by the handler after it has written, one each time."""

    def __init__(self, engine: AsyncEngine, *, name: str = "tests", batch: int = 50) -> None:
        self.name = name
        self.engine = engine
        self.clock = SetClock()
        self.troubles: dict[int, list[BaseException]] = {}
        self.attempts: list[int] = []
        self.before_each: Callable[[], Awaitable[object]] | None = None
        self._spans = InMemorySpanExporter()
        self.telemetry = start_telemetry(
            name, TelemetrySettings(), prometheus=True, processors=[SimpleSpanProcessor(self._spans)]
        )
        self.metrics = Metrics(self.telemetry)
        self.wakes = 0
        self.works: Works[Work] = Works(
            engine, bind, clock=self.clock, tell=lambda _: None, announced=self._announced
        )
        subscriptions = Subscriptions[Work]()
        subscriptions.on(Counted, self._count)
        self.applier = FactApplier(
            service=name,
            works=self.works,
            subscriptions=subscriptions,
            clock=self.clock,
            telemetry=self.telemetry,
            metrics=self.metrics,
        )
        self.consumer = Consumer(
            service=name,
            applier=self.applier,
            transaction=self.works.transaction,
            clock=self.clock,
            metrics=self.metrics,
            batch=batch,
        )

    async def _count(self, event: Counted, work: Work) -> object:
        self.attempts.append(event.number)
        if self.before_each is not None:
            await self.before_each()
        done = await count(event, work)
        if troubles := self.troubles.get(event.number):
            raise troubles.pop(0)
        return done

    def _announced(self) -> None:
        self.wakes += 1

    def relay(self, bus: Bus, *, batch: int = 500, poll_seconds: float = 0.05) -> Relay:
        return Relay(
            service="tests",
            engine=self.engine,
            bus=bus,
            clock=self.clock,
            metrics=self.metrics,
            batch=batch,
            poll_seconds=poll_seconds,
        )

    @property
    def topology(self) -> Topology:
        return Topology(exchanges=frozenset({EVENTS_EXCHANGE}), queues=(self.consumer.queue,))

    async def announce(self, *events: Event) -> None:
        """One transaction that announces these."""
        async with self.works(Scope.of_service(self.name, "announce")) as work:
            for event in events:
                work.outbox.add(event)

    async def retry_what_is_due(self) -> int:
        """Work through the held messages that are due now; how many there were."""
        done = 0
        while await self.consumer.retry_one():
            done += 1
        return done

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        async with self.engine.connect() as connection:
            result = await connection.execute(text(query), values)
            return [dict(row) for row in result.mappings()]

    async def heard(self, subject: UUID) -> list[int]:
        """The numbers that took effect for a subject, in that order."""
        rows = await self.rows("SELECT heard FROM tally WHERE id = :subject", subject=subject)
        return list(rows[0]["heard"]) if rows else []

    async def held(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM held_message ORDER BY subject, sequence, id")

    async def outbox(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM outbox ORDER BY position")

    def spans(self, name: str) -> Sequence[ReadableSpan]:
        return [span for span in self._spans.get_finished_spans() if span.name == name]

    def sample(self, metric: str) -> float:
        """What Prometheus is told, whatever its labels."""
        found = [
            sample.value
            for family in self.telemetry.registry.collect()
            for sample in family.samples
            if sample.name == metric
        ]
        return sum(found)
