"""A service's worker: hears announcements and the province, sends what is owed, does what is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

import structlog

from shared.http.health import Check
from shared.identity import Scope
from shared.ledger import LEDGER, seal
from shared.messaging.bus import EVENTS_EXCHANGE, Bus, Topology
from shared.messaging.consumer import Consumer
from shared.messaging.facts import FactApplier
from shared.messaging.inbox import Inbox
from shared.messaging.relay import prune
from shared.messaging.subscriptions import Subscriptions
from shared.province.journal import EXCHANGE
from shared.service.correspondence import Correspondence
from shared.service.runtime import Runtime, end, kept_going
from shared.service.ways import way_of

W = TypeVar("W")

_HOUSEKEEPING_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Due:
    """Something whose time has come, and the trace in which it was set."""

    id: UUID
    traceparent: str | None


@dataclass(frozen=True, kw_only=True)
class Job(Generic[W]):
    """Something done when its time has come: what is due, and what to do with each, one transaction each."""

    name: str
    due: Callable[[W], Awaitable[Sequence[Due]]]
    run: Callable[[UUID, W], Awaitable[object]]


class Worker(Generic[W]):
    """A service's worker: hears announcements and the province, sends what is owed, does what is due."""

    def __init__(
        self,
        runtime: Runtime[W],
        *,
        subscriptions: Subscriptions[W],
        jobs: Sequence[Job[W]] = (),
        province_bus: Bus | None = None,
    ) -> None:
        self.runtime = runtime
        self.jobs = jobs
        facts = FactApplier(
            service=runtime.service,
            works=runtime.works,
            subscriptions=subscriptions,
            clock=runtime.clock,
            telemetry=runtime.telemetry,
            metrics=runtime.metrics,
        )
        self.events = Consumer(
            service=runtime.service,
            applier=facts,
            transaction=runtime.works.transaction,
            clock=runtime.clock,
            metrics=runtime.metrics,
            cipher=runtime.cipher,
        )
        self._correspondence = correspondence = Correspondence(runtime)
        self.exchange = correspondence.consumer
        self.chaser = correspondence.chaser()
        self.daily = correspondence.daily()
        self._way = way_of(
            runtime.settings.province, name=f"njt-{runtime.service}-province", bus=province_bus
        )
        self.courier = correspondence.courier(self._way.line) if self._way.line else None
        if self.courier:
            runtime.wakes.append(self.courier.wake)

    async def declare(self) -> None:
        """Declare the queues; in one process all services do so before any of them publishes."""
        await self.runtime.bus.declare(
            Topology(exchanges=frozenset({EVENTS_EXCHANGE}), queues=(self.events.queue,))
        )
        await self._way.declare(self.exchange)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block runs. At its end: stop taking, finish what is in hand, then stop sending."""
        prefetch, bus = self.runtime.settings.bus.prefetch, self.runtime.bus
        ears = [
            _kept("events", lambda: self.events.run(bus, prefetch=prefetch)),
            _kept("exchange", lambda: self._way.hear(self.exchange, prefetch=prefetch)),
        ]
        hands = [
            *([_kept("courier", self.courier.run)] if self.courier else []),
            _kept("chaser", self.chaser.run),
            _kept("daily", self.daily.run),
            _kept("jobs", self._do_what_is_due),
            _kept("house", self._keep_house),
        ]
        async with self.runtime.relaying():
            try:
                yield
            finally:
                await end(ears)
                await end(hands)
        await self._way.close()

    async def consumer_problem(self) -> str | None:
        """Whether both ears are attached."""
        heard = {self.events: self.events.attached, self.exchange: self._way.hears(self.exchange)}
        deaf = [each.queue.name for each, hears in heard.items() if not hears]
        return f"未接入队列 · not attached: {', '.join(deaf)}" if deaf else None

    def checks(self) -> dict[str, Check]:
        """What `/readyz` of the worker asks."""
        runtime = self.runtime
        return {
            "database": runtime.database_problem,
            "outbox": runtime.outbox_problem,
            "consumers": self.consumer_problem,
        }

    async def _do_what_is_due(self) -> None:
        while True:
            for job in self.jobs:
                try:
                    await self.do_job(job)
                except Exception as problem:  # the next look may find the database again
                    log.warning("job paused", job=job.name, problem=type(problem).__name__)
            await asyncio.sleep(self.runtime.settings.job_seconds)

    async def do_job(self, job: Job[W]) -> int:
        """Do everything that is due; one that fails is tried again at the next look, the others are done."""
        scope = Scope.of_service(self.runtime.service, job.name)
        async with self.runtime.works(scope) as work:
            due = await job.due(work)
        done = 0
        for each in due:
            try:
                with self.runtime.telemetry.span(job.name, parent=each.traceparent):
                    async with self.runtime.works(scope) as work:
                        await job.run(each.id, work)
                done += 1
            except Exception as problem:  # one that fails must not keep the others waiting
                log.warning("not done", job=job.name, subject=str(each.id), problem=type(problem).__name__)
        return done

    async def _keep_house(self) -> None:
        """Link both ledgers, prune what was published, count what is parked, see whether keys were replaced."""
        while True:
            try:
                self._correspondence.look_at_keys()
                async with self.runtime.engine.connect() as connection, connection.begin():
                    for chain in (LEDGER, EXCHANGE):
                        while await seal(connection, chain=chain):
                            pass
                    await prune(connection, self.runtime.clock.now())
                    self.runtime.metrics.messages_parked.set(await Inbox(connection).parked())
            except Exception as problem:  # housekeeping comes round again
                log.warning("housekeeping paused", problem=type(problem).__name__)
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)


def _kept(name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    return asyncio.create_task(kept_going(name, work), name=name)
