"""Receives the province's messages: verified, in order, each act once, every one of them answered by receipts."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID

from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from shared.clock import Clock
from shared.contracts.exchange import Voided
from shared.contracts.province import (
    MessageCode,
    ProvinceEnvelope,
    Receipt,
    Stage,
)
from shared.errors import Refusal, Stale
from shared.messaging.bus import Queue
from shared.messaging.consumer import Incoming, Report
from shared.messaging.envelope import Undecodable
from shared.messaging.failures import Gap, Verdict
from shared.messaging.inbox import Inbox, Label
from shared.observability import Metrics, Telemetry, current_traceparent
from shared.persistence.unit_of_work import Transaction, Works
from shared.province import receipts
from shared.province.adapter import ProvinceAdapter
from shared.province.control import Controls
from shared.province.dialect import Dialect
from shared.province.earlier import put_right, same_act
from shared.province.following import Follower
from shared.province.gate import Bounds, Gate
from shared.province.hearing import heard_before
from shared.province.journal import TRACE_ID, Crossing, Direction, Journal
from shared.province.keys.signing import PublicKeys
from shared.province.lanes import give_way, lane_of, pass_over
from shared.province.opened import read_of
from shared.province.reading import NotAccepted, fields_at_fault
from shared.province.received import Known, Received
from shared.province.recording import record_of

W = TypeVar("W")


class Outcome(NamedTuple):
    """What was made of a message: `done`, `rejected`, `duplicate`, `refused`, `waiting` or `parked`, and why."""

    name: str
    reason_code: str = ""


class ProvinceApplier(Generic[W]):
    """Applies provincial messages to one service through its adapter."""

    def __init__(
        self,
        *,
        adapter: ProvinceAdapter[W],
        works: Works[W],
        peers: Mapping[str, PublicKeys],
        clock: Clock,
        telemetry: Telemetry,
        metrics: Metrics,
        journal: Journal,
        dialect: Dialect,
        bounds: Bounds = Bounds(),  # noqa: B008 — frozen
    ) -> None:
        self._adapter = adapter
        self._works = works
        self._clock = clock
        self._telemetry = telemetry
        self._metrics = metrics
        self._journal = journal
        self._dialect = dialect
        self._gate = Gate(
            receiver=f"320100/{adapter.service}",
            peers=peers,
            algorithm=dialect.profile.signature.algorithm,
            bounds=bounds,
        )
        self._follower = Follower(adapter, works, journal)
        self._controls = Controls(self._follower)

    @property
    def queue(self) -> Queue:
        return self._adapter.queue

    def label(self, incoming: Incoming) -> Label:
        try:
            read = read_of(incoming, self._dialect)
        except Undecodable:
            return Label(traceparent=incoming.traceparent)
        envelope = read.envelope
        stream, subject = lane_of(envelope)
        return Label(
            topic=envelope.code,
            stream=stream,
            subject=subject,
            sequence=envelope.sequence or None,
            traceparent=incoming.traceparent,
            message_id=envelope.message_id,
            business_key=envelope.business_key,
            lane=envelope.lane,
            digest=sha256(read.signed).digest(),
        )

    async def apply(self, messages: Sequence[Incoming], transaction: Transaction) -> Report:
        crossings = []
        for message in messages:
            crossing = await self._receive(message, transaction)
            await self._journal.enter(transaction.connection, [crossing])
            crossings.append(crossing)

        def report() -> None:
            for crossing in crossings:
                code = crossing.envelope.code if crossing.envelope else ""
                self._metrics.handled(self.queue.name, topic=code, lag_seconds=0.0)

        return report

    async def note_held(self, incoming: Incoming, transaction: Transaction, why: Verdict) -> None:
        """Enter a message that is held in the exchange ledger, readable or not."""
        try:
            envelope = read_of(incoming, self._dialect).envelope
        except Undecodable:
            envelope = None
        parent = incoming.traceparent
        outcome = Outcome("parked" if why.retry_after is None else "waiting", why.code)
        trace_id = parent[TRACE_ID] if parent else None
        crossing = self._crossing(incoming, envelope, outcome, trace_id=trace_id)
        await self._journal.enter(transaction.connection, [crossing])

    def _crossing(
        self,
        incoming: Incoming,
        envelope: ProvinceEnvelope | None,
        outcome: Outcome,
        *,
        trace_id: str | None,
    ) -> Crossing:
        return Crossing(
            at=self._clock.now(),
            direction=Direction.IN,
            transport="held" if incoming.held else incoming.transport,
            counterpart=envelope.sender if envelope else "",
            outcome=outcome.name,
            reason_code=outcome.reason_code,
            body=incoming.body,
            envelope=envelope,
            trace_id=trace_id,
            kept=incoming.held is None,
        )

    async def _receive(self, incoming: Incoming, transaction: Transaction) -> Crossing:
        read = read_of(incoming, self._dialect)
        envelope = read.envelope
        received = Received(transaction.connection)
        answered = await received.trace_of(envelope.in_reply_to) if envelope.in_reply_to else None
        parent = answered or incoming.traceparent
        with self._telemetry.span(
            f"receive {envelope.code}",
            parent=parent,
            kind=SpanKind.CONSUMER,
            attributes={
                "njt.business_key": envelope.business_key,
                "messaging.message.id": str(envelope.message_id),
            },
        ):
            try:
                self._gate.check(envelope, read.signed, now=self._clock.now())
                outcome = await self._act(envelope, incoming.held, transaction)
            except NotAccepted as refusal:
                outcome = await self._refuse(envelope, refusal, transaction)
            traceparent = current_traceparent()
        trace_id = traceparent[TRACE_ID] if traceparent else None
        return self._crossing(incoming, envelope, outcome, trace_id=trace_id)

    async def _act(self, envelope: ProvinceEnvelope, held: UUID | None, transaction: Transaction) -> Outcome:
        if envelope.code == MessageCode.RECEIPT:
            await self._follower.take_receipt(envelope, transaction)
        elif envelope.code in self._controls:
            if await heard_before(self._journal, transaction.connection, envelope.message_id):
                self._metrics.duplicates(self.queue.name, 1)
                return Outcome("duplicate")
            await self._controls.act(envelope, transaction)
        else:
            return await self._carry_out(envelope, held, transaction)
        return Outcome("done")

    async def _carry_out(
        self, envelope: ProvinceEnvelope, held: UUID | None, transaction: Transaction
    ) -> Outcome:
        if not envelope.lane:  # its number would be one of no lane, and nobody could ask for one before it
            raise NotAccepted("LANE", "报文未指明通道 · A numbered message must name its lane")
        payload, handler = self._read(envelope)
        received = Received(transaction.connection)
        known = await self._in_turn(envelope, held, transaction)
        if known is None:
            rejected = await self._attempt(handler, payload, (envelope, transaction))
            result = receipts.result(rejected)
            outcome = Outcome("rejected" if rejected else "done", result.reason_code)
            await received.record(record_of(envelope, transaction, outcome.name, result))
        else:
            self._metrics.duplicates(self.queue.name, 1)
            done = known.state == "done"
            result = Receipt(
                stage=Stage.BUSINESS, ok=done, reason_code=known.reason_code, reason=known.reason
            )
            outcome = Outcome("duplicate", known.reason_code)
            await put_right(transaction.connection, record_of(envelope, transaction, known.state, result))
        receipts.answer(transaction, envelope, receipts.ACCEPTED)
        receipts.answer(transaction, envelope, result)
        return outcome

    def _read(self, envelope: ProvinceEnvelope) -> tuple[BaseModel, Any]:
        taken: tuple[type[BaseModel], Any] | None = self._adapter.taken(envelope.code)
        if envelope.code == MessageCode.VOID:
            taken = Voided, None
        if taken is None:
            raise NotAccepted("CODE", f"不受理此类报文 · not taken here: {envelope.code}")
        model, handler = taken
        try:
            return model.model_validate(envelope.payload), handler
        except ValidationError as broken:
            raise NotAccepted("PAYLOAD", f"字段有误 · fields at fault: {fields_at_fault(broken)}") from None

    async def _in_turn(
        self, envelope: ProvinceEnvelope, held: UUID | None, transaction: Transaction
    ) -> Known | None:
        """Take the message's place in its lane; what is known of its act if it came before.

        The lane is locked first: of two who were handed the same message, the second sees what the first did.
        """
        inbox = Inbox(transaction.connection)
        lane = lane_of(envelope)
        at = (await inbox.lock([lane]))[lane]
        received = Received(transaction.connection)
        known = await received.known(envelope.message_id, envelope.code, envelope.business_key)
        if known is not None and not same_act(known, envelope):
            raise NotAccepted("CONFLICT", "同一业务号对应不同内容 · The same business key with other content")
        if known is None and envelope.sequence <= at:
            raise NotAccepted("SEQUENCE", f"序号 {envelope.sequence} 已用过 · this number was used before")
        if envelope.sequence > at + 1:
            raise Gap(f"等待第 {at + 1} 号报文 · waiting for number {at + 1}")
        if envelope.sequence == at + 1:
            await give_way(envelope, held, transaction)
            await inbox.advance({lane: envelope.sequence}, at=self._clock.now())
        return known

    async def _attempt(
        self, handler: Any, payload: BaseModel, using: tuple[ProvinceEnvelope, Transaction]
    ) -> Refusal | None:
        """Run the handler in a savepoint of its own; a refusal by rule leaves nothing behind and is returned."""
        envelope, outer = using
        try:
            async with outer.connection.begin_nested():
                inner = outer.within()
                if isinstance(payload, Voided):
                    await pass_over(envelope, payload, inner)
                else:
                    await handler(payload, self._works.bind(inner))
                await inner.note(f"province.{envelope.code}")
                await inner.save()
        except (Stale, Gap):
            raise
        except Refusal as refusal:
            return refusal
        return None

    async def _refuse(
        self, envelope: ProvinceEnvelope, refusal: NotAccepted, transaction: Transaction
    ) -> Outcome:
        receipt = receipts.refused(refusal)
        await Received(transaction.connection).record(record_of(envelope, transaction, "refused", receipt))
        if envelope.code != MessageCode.RECEIPT:
            receipts.answer(transaction, envelope, receipt)
        return Outcome("refused", receipt.reason_code)
