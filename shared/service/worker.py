"""A service's worker: hears announcements and the province, sends what is owed, does what is due."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

import structlog

from shared.http.health import Check
from shared.identity import Scope
from shared.ledger import seal
from shared.messaging.bus import EVENTS_EXCHANGE, Bus, Topology
from shared.messaging.consumer import Consumer
from shared.messaging.facts import FactApplier
from shared.messaging.inbox import Inbox
from shared.messaging.rabbit import RabbitBus
from shared.messaging.relay import prune
from shared.messaging.subscriptions import Subscriptions
from shared.province.adapter import PROVINCE_EXCHANGE
from shared.province.courier import Courier
from shared.province.receiver import ProvinceApplier
from shared.province.signing import Ed25519Signer, KeyRing
from shared.service.runtime import Runtime, end, kept_going

W = TypeVar("W")

_HOUSEKEEPING_SECONDS = 2.0
_OUTBOX_TOO_OLD_SECONDS = 60.0

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
        self._province_bus = province_bus or RabbitBus(
            runtime.settings.province.bus_url, name=f"njt-{runtime.service}-province"
        )
        keys = KeyRing.from_file(runtime.settings.province.peer_keys_file)
        facts = FactApplier(
            service=runtime.service,
            works=runtime.works,
            subscriptions=subscriptions,
            clock=runtime.clock,
            telemetry=runtime.telemetry,
            metrics=runtime.metrics,
        )
        messages = ProvinceApplier(
            adapter=runtime.province,
            works=runtime.works,
            keys=keys,
            clock=runtime.clock,
            telemetry=runtime.telemetry,
            metrics=runtime.metrics,
        )
        self.events = self._consumer(facts, batch=50)
        self.exchange = self._consumer(messages, batch=10)
        self.courier = self._courier()
        runtime.wakes.append(self.courier.wake)

    def _consumer(self, applier: FactApplier[W] | ProvinceApplier[W], *, batch: int) -> Consumer:
        runtime = self.runtime
        return Consumer(
            service=runtime.service,
            applier=applier,
            transaction=runtime.works.transaction,
            clock=runtime.clock,
            metrics=runtime.metrics,
            batch=batch,
            cipher=runtime.cipher,
        )

    def _courier(self) -> Courier:
        runtime, province = self.runtime, self.runtime.settings.province
        return Courier(
            service=runtime.service,
            counterpart=province.counterpart,
            engine=runtime.engine,
            bus=self._province_bus,
            signer=Ed25519Signer.from_file(province.signing_key_file),
            clock=runtime.clock,
            telemetry=runtime.telemetry,
            metrics=runtime.metrics,
            receipt_deadline=timedelta(seconds=province.receipt_seconds),
        )

    async def declare(self) -> None:
        """Declare the queues; in one process all services do so before any of them publishes."""
        await self.runtime.bus.declare(
            Topology(exchanges=frozenset({EVENTS_EXCHANGE}), queues=(self.events.queue,))
        )
        await self._province_bus.declare(
            Topology(exchanges=frozenset({PROVINCE_EXCHANGE}), queues=(self.exchange.queue,))
        )

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Work while the block runs. At its end: stop taking, finish what is in hand, then stop sending."""
        prefetch, bus = self.runtime.settings.bus.prefetch, self.runtime.bus
        ears = [
            _kept("events", lambda: self.events.run(bus, prefetch=prefetch)),
            _kept("exchange", lambda: self.exchange.run(self._province_bus, prefetch=prefetch)),
        ]
        hands = [
            _kept("courier", self.courier.run),
            _kept("jobs", self._do_what_is_due),
            _kept("house", self._keep_house),
        ]
        async with self.runtime.relaying():
            try:
                yield
            finally:
                await end(ears)
                await end(hands)
        await self._province_bus.close()

    async def consumer_problem(self) -> str | None:
        """Whether both ears are attached."""
        deaf = [each.queue.name for each in (self.events, self.exchange) if not each.attached]
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
        """Link the ledger, prune what was published, count what is parked."""
        while True:
            try:
                async with self.runtime.engine.connect() as connection, connection.begin():
                    while await seal(connection):
                        pass
                    await prune(connection, self.runtime.clock.now())
                    self.runtime.metrics.messages_parked.set(await Inbox(connection).parked())
            except Exception as problem:  # housekeeping comes round again
                log.warning("housekeeping paused", problem=type(problem).__name__)
            await asyncio.sleep(_HOUSEKEEPING_SECONDS)


def _kept(name: str, work: Callable[[], Awaitable[None]]) -> asyncio.Task[None]:
    return asyncio.create_task(kept_going(name, work), name=name)
