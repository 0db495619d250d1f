"""Applies announced facts: each subject's facts in order, each once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError

from shared.clock import Clock
from shared.contracts.event import EVENTS, Event
from shared.errors import Invalid
from shared.messaging.bus import Queue
from shared.messaging.consumer import Incoming, Report
from shared.messaging.envelope import Envelope, Undecodable
from shared.messaging.failures import Gap, UnknownEvent
from shared.messaging.inbox import Inbox, Label, Subject
from shared.messaging.subscriptions import Subscriptions
from shared.observability import Metrics, Telemetry
from shared.persistence.unit_of_work import Transaction, Works

W = TypeVar("W")


class InvalidContent(Invalid):
    """消息内容不合规 · The message's content is not valid."""

    code = "NJT-MSG-1004"


@dataclass(frozen=True, kw_only=True)
class Fact:
    """An announced fact as it was received."""

    envelope: Envelope
    event: Event

    @property
    def subject(self) -> Subject:
        return self.event.stream, self.envelope.subject


def read_fact(body: bytes) -> Fact:
    """The fact in a message; raises Undecodable, UnknownEvent or InvalidContent, none of which echo its values."""
    envelope = Envelope.decode(body)
    kind = EVENTS.get(envelope.type)
    if kind is None:
        raise UnknownEvent(f"没有此类消息 · no such message: {envelope.type[:100]}")
    try:
        return Fact(envelope=envelope, event=kind.model_validate(envelope.data))
    except ValidationError as broken:
        places = sorted({".".join(str(part) for part in error["loc"]) for error in broken.errors()})
        raise InvalidContent(f"字段有误 · fields at fault: {', '.join(places)}") from None


class FactApplier(Generic[W]):
    """Hands each fact to the service's handler, guarded by the subject's position."""

    def __init__(
        self,
        *,
        service: str,
        works: Works[W],
        subscriptions: Subscriptions[W],
        clock: Clock,
        telemetry: Telemetry,
        metrics: Metrics,
    ) -> None:
        self._queue = subscriptions.queue(service)
        self._works = works
        self._subscriptions = subscriptions
        self._clock = clock
        self._telemetry = telemetry
        self._metrics = metrics

    @property
    def queue(self) -> Queue:
        return self._queue

    def label(self, incoming: Incoming) -> Label:
        try:
            envelope = Envelope.decode(incoming.body)
        except Undecodable:
            return Label(traceparent=incoming.traceparent)
        kind = EVENTS.get(envelope.type)
        return Label(
            topic=envelope.type,
            stream=kind.stream if kind else None,
            subject=envelope.subject,
            sequence=envelope.sequence,
            traceparent=envelope.traceparent,
        )

    async def apply(self, messages: Sequence[Incoming], transaction: Transaction) -> Report:
        facts = [read_fact(message.body) for message in messages]
        inbox = Inbox(transaction.connection)
        positions = await inbox.lock(fact.subject for fact in facts)
        before = dict(positions)
        work = self._works.bind(transaction)
        using, alone = (work, transaction), len(facts) == 1
        applied = [fact for fact in facts if await self._apply(fact, positions, using, alone=alone)]
        moved = {subject: at for subject, at in positions.items() if at != before[subject]}
        await inbox.advance(moved, at=self._clock.now())
        return lambda: self._report(applied, duplicates=len(facts) - len(applied))

    async def _apply(
        self, fact: Fact, positions: dict[Subject, int], using: tuple[W, Transaction], *, alone: bool
    ) -> bool:
        work, transaction = using
        at, number = positions[fact.subject], fact.envelope.sequence
        if number <= at:
            return False
        if number > at + 1:
            raise Gap(f"等待第 {at + 1} 号消息 · waiting for number {at + 1}")
        handler = self._subscriptions.handler(fact.event.topic)
        if handler is not None:
            with self._telemetry.span(
                f"handle {fact.event.topic}",
                parent=fact.envelope.traceparent,
                attributes={
                    "messaging.message.id": str(fact.envelope.id),
                    "njt.subject": str(fact.event.subject),
                },
            ):
                await handler(fact.event, work)
                await transaction.note(fact.event.topic)
                if alone:  # what the database refuses is told where it belongs: in the span of the message
                    await transaction.write()
        positions[fact.subject] = number
        return True

    def _report(self, applied: Sequence[Fact], *, duplicates: int) -> None:
        now = self._clock.now()
        self._metrics.duplicates(self._queue.name, duplicates)
        for fact in applied:
            lag = (now - fact.envelope.time).total_seconds()
            self._metrics.handled(self._queue.name, topic=fact.event.topic, lag_seconds=lag)
