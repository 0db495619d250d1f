"""Takes deliveries in batches, applies them in one transaction, and lets one bad message harm only itself."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import structlog

from shared.clock import Clock
from shared.identity.scope import Scope
from shared.ids import uuid7
from shared.messaging.bus import Attachment, Bus, Delivery, Queue
from shared.messaging.failures import Gap, Verdict, is_outage, verdict
from shared.messaging.inbox import Due, Held, Inbox, Kept, Label
from shared.observability import Metrics
from shared.persistence.unit_of_work import OpenTransaction, Transaction
from shared.privacy import FieldCipher, Undecipherable

_OUTAGE_PAUSE, _HELD_PAUSE, _HELD_IDLE_PAUSE = 0.5, 0.2, 1.0
_LOOKS = 10  # without finding anything, then held messages are looked for less often
_ABOUT = "held"

log = structlog.get_logger(__name__)

Report = Callable[[], None]


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A message's bytes, the trace it came in, when its headers told one, and how it came; `held` as what it was held."""

    body: bytes
    traceparent: str | None = None
    transport: str = "amqp"
    held: UUID | None = None


class Applier(Protocol):
    """What messages of one queue mean: reads them and applies them inside a transaction."""

    @property
    def queue(self) -> Queue: ...

    def label(self, incoming: Incoming) -> Label:
        """What can be said of a message without applying it; never raises."""
        ...

    async def apply(self, messages: Sequence[Incoming], transaction: Transaction) -> Report:
        """Apply all of them or raise; the report is called once their effects are committed."""
        ...


Note = Callable[[Incoming, Transaction, Verdict], Awaitable[None]]
"""Writes down that a message is held, in the transaction that holds it."""


class Consumer:
    """One service's ear on one queue.

    What it has taken is settled only when its effects, or its place among the held messages, are committed. With a
    `cipher` the bodies it holds are sealed, since nobody knows what is in a message that was not understood. `note` is
    told of each message when it is held for the first time. Unless it `waits` for a database that is away, `process`
    raises what it met.
    """

    def __init__(
        self,
        *,
        service: str,
        applier: Applier,
        transaction: OpenTransaction,
        clock: Clock,
        metrics: Metrics,
        batch: int = 50,
        cipher: FieldCipher | None = None,
        note: Note | None = None,
        waits: bool = True,
    ) -> None:
        self._service = service
        self._applier = applier
        self._transaction = transaction
        self._clock = clock
        self._metrics = metrics
        self._batch = batch
        self._cipher = cipher
        self._note = note
        self._waits = waits
        self._holding = asyncio.Event()
        self._attachments: list[Attachment] = []
        self._stopping = False

    @property
    def queue(self) -> Queue:
        return self._applier.queue

    @property
    def attached(self) -> bool:
        return bool(self._attachments) and all(each.attached for each in self._attachments)

    async def run(self, bus: Bus, *, prefetch: int) -> None:
        """Consume the queue, what the broker gave up on, and held messages that are due, until cancelled."""
        self._stopping = False
        live = await bus.consume(self.queue.name, prefetch=prefetch)
        dead = await bus.consume(self.queue.dead, prefetch=prefetch)
        self._attachments = [live, dead]
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._drain(live))
                tasks.create_task(self._drain(dead))
                tasks.create_task(self.retry_held())
        finally:
            for attachment in self._attachments:
                await attachment.close()
            self._attachments = []

    async def _drain(self, attachment: Attachment) -> None:
        while True:
            deliveries = await attachment.take(self._batch)
            await self._finish(self._process_and_settle(attachment, deliveries))

    async def _process_and_settle(self, attachment: Attachment, deliveries: Sequence[Delivery]) -> None:
        await self.process([_incoming(delivery) for delivery in deliveries])
        await attachment.settle(deliveries)

    async def _finish(self, begun: Coroutine[None, None, None]) -> None:
        """Carry through what has begun even when told to stop meanwhile, then stop.

        Only a database that is away is not waited for: what is not settled is delivered again.
        """
        task = asyncio.ensure_future(begun)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            self._stopping = True
            with contextlib.suppress(Exception):
                await task
            raise

    async def process(self, messages: Sequence[Incoming]) -> None:
        """Apply a batch, or hold what cannot be applied; returns when all of it is durable."""
        while True:
            try:
                await self._apply(messages)
            except Exception as problem:  # whatever it was, each message now answers for itself
                if _blames_nobody(problem):
                    await self._pause(problem)
                elif len(messages) > 1:
                    for message in messages:
                        await self.process([message])
                    return
                elif await self._held(messages[0], problem):
                    return
            else:
                return

    async def _pause(self, problem: Exception) -> None:
        log.warning("waiting for the database", problem=type(problem).__name__)
        if self._stopping or not self._waits:
            raise problem
        await asyncio.sleep(_OUTAGE_PAUSE)

    async def _apply(self, messages: Sequence[Incoming]) -> None:
        async with self._transaction(Scope.of_service(self._service, "consume")) as transaction:
            report = await self._applier.apply(messages, transaction)
        report()

    async def _held(self, incoming: Incoming, problem: Exception) -> bool:
        """Keep a message that failed for the first time; False when the database takes nothing just now."""
        # What it says of itself may be impossible to write down: the message is kept all the same.
        for label in (self._applier.label(incoming), Label()):
            try:
                await self._hold(incoming, label, problem)
            except Exception as trouble:
                log.warning("not held", topic=label.topic, problem=type(trouble).__name__)
                if is_outage(trouble):
                    break
            else:
                return True
        await self._pause(problem)
        return False

    async def _hold(self, incoming: Incoming, label: Label, problem: Exception) -> None:
        now = self._clock.now()
        async with self._transaction(Scope.of_service(self._service, "hold")) as transaction:
            inbox = Inbox(transaction.connection)
            decided = await _decided(inbox, label, problem)
            await inbox.hold(
                Held(
                    id=uuid7(now),
                    queue=self.queue.name,
                    body=self._cipher.seal(incoming.body, about=_ABOUT) if self._cipher else incoming.body,
                    sealed=self._cipher is not None,
                    label=label,
                    attempts=1,
                    code=decided.code,
                    reason=decided.reason,
                    at=now,
                    due_at=None if decided.retry_after is None else now + decided.retry_after,
                )
            )
            if self._note is not None:
                await self._note(incoming, transaction, decided)
        self._holding.set()
        parked = decided.retry_after is None
        self._metrics.held(self.queue.name, parked=parked)
        log.warning("held", topic=label.topic, code=decided.code, reason=decided.reason, parked=parked)

    async def retry_held(self) -> None:
        """Try held messages when they are due, until cancelled."""
        looks = 0
        while True:
            try:
                worked = await self.retry_one()
            except Exception as problem:  # held messages outlive every outage
                log.warning("held messages not looked at", problem=type(problem).__name__)
                worked = False
            looks = 0 if worked or self._holding.is_set() else looks + 1
            self._holding.clear()
            if not worked:
                with contextlib.suppress(TimeoutError):
                    pause = _HELD_PAUSE if looks < _LOOKS else _HELD_IDLE_PAUSE
                    await asyncio.wait_for(self._holding.wait(), pause)

    async def retry_one(self) -> bool:
        """Try the next held message that is due; False when there is none."""
        due: Due | None = None
        try:
            async with self._transaction(Scope.of_service(self._service, "retry")) as transaction:
                inbox = Inbox(transaction.connection)
                due = await inbox.due(self.queue.name, self._clock.now())
                if due is None:
                    return False
                report = await self._applier.apply([self._opened(due)], transaction)
                await inbox.release(due.id)
        except Exception as problem:
            if due is None or _blames_nobody(problem):
                raise
            await self._hold_again(due, problem)
        else:
            report()
        return True

    async def _hold_again(self, due: Due, problem: Exception) -> None:
        attempts, now = due.attempts + 1, self._clock.now()
        async with self._transaction(Scope.of_service(self._service, "hold")) as transaction:
            inbox = Inbox(transaction.connection)
            label = self._label(due)
            decided = await _decided(inbox, label, problem, attempts=attempts)
            await inbox.hold_again(
                due.id,
                attempts=attempts,
                due_at=None if decided.retry_after is None else now + decided.retry_after,
                why=(decided.code, decided.reason),
            )
        self._holding.set()
        self._metrics.held(self.queue.name, parked=decided.retry_after is None)

    def opened(self, held: Kept) -> bytes:
        """The bytes of a message that is held, as they came; raises Undecipherable."""
        if not held.sealed:
            return held.body
        if self._cipher is None:
            raise Undecipherable
        return self._cipher.unseal(held.body, about=_ABOUT)

    def _opened(self, due: Due) -> Incoming:
        """Raises Undecipherable when the key is not at hand; the message then waits for it."""
        return Incoming(body=self.opened(due), traceparent=due.traceparent, held=due.id)

    def _label(self, due: Due) -> Label:
        try:
            return self._applier.label(self._opened(due))
        except Undecipherable:
            return Label()


def _blames_nobody(problem: Exception) -> bool:
    """Whether the database is away. A statement that took too long may be one message's doing."""
    return is_outage(problem) and not isinstance(problem, TimeoutError)


def _incoming(delivery: Delivery) -> Incoming:
    return Incoming(body=delivery.message.body, traceparent=delivery.message.headers.get("traceparent"))


async def _decided(inbox: Inbox, label: Label, problem: Exception, *, attempts: int = 1) -> Verdict:
    """What the failure means. Whether an earlier message is still missing is asked again: it may have come meanwhile."""
    decided = verdict(problem, attempts=attempts)
    if not isinstance(problem, Gap):
        return decided
    if not await inbox.lacks_earlier(label):
        return replace(decided, retry_after=timedelta(0))
    if await inbox.parked_before(label):  # waiting alone will not help
        reason = f"{decided.reason}；前序消息已转人工 · an earlier message of this subject is parked"
        return replace(decided, retry_after=None, reason=reason)
    return decided
