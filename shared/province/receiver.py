"""Receives the province's messages: verified, in order, each act once, every one of them answered by receipts."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from shared.clock import Clock
from shared.contracts.province import (
    READABLE_VERSIONS,
    MessageCode,
    ProvinceEnvelope,
    Receipt,
    Stage,
    canonical,
)
from shared.errors import Refusal, Stale
from shared.messaging.bus import Queue
from shared.messaging.consumer import Incoming, Report
from shared.messaging.envelope import Undecodable
from shared.messaging.failures import Gap
from shared.messaging.inbox import Inbox, Label, Subject
from shared.observability import Metrics, Telemetry, redact
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.adapter import Conclusion, ProvinceAdapter
from shared.province.intents import Dispatch
from shared.province.reading import (
    NotAccepted,
    fields_at_fault,
    holds_nul,
    read_envelope,
    read_receipt,
)
from shared.province.received import Followed, Known, Received, Record
from shared.province.signing import KeyRing

W = TypeVar("W")

_STREAM = "province"
_LONGEST_REASON = 500


class ProvinceApplier(Generic[W]):
    """Applies provincial messages to one service through its adapter."""

    def __init__(
        self,
        *,
        adapter: ProvinceAdapter[W],
        works: Works[W],
        keys: KeyRing,
        clock: Clock,
        telemetry: Telemetry,
        metrics: Metrics,
    ) -> None:
        self._adapter = adapter
        self._works = works
        self._keys = keys
        self._clock = clock
        self._telemetry = telemetry
        self._metrics = metrics

    @property
    def queue(self) -> Queue:
        return self._adapter.queue

    def label(self, incoming: Incoming) -> Label:
        try:
            envelope = read_envelope(incoming.body)
        except Undecodable:
            return Label(traceparent=incoming.traceparent)
        stream, subject = _lane(envelope)
        return Label(
            topic=envelope.code,
            stream=stream,
            subject=subject,
            sequence=envelope.sequence or None,
            traceparent=incoming.traceparent,
        )

    async def apply(self, messages: Sequence[Incoming], transaction: Transaction) -> Report:
        codes = [await self._receive(message, transaction) for message in messages]

        def report() -> None:
            for code in codes:
                self._metrics.handled(self.queue.name, topic=code, lag_seconds=0.0)

        return report

    async def _receive(self, incoming: Incoming, transaction: Transaction) -> str:
        envelope = read_envelope(incoming.body)
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
                self._check(envelope)
                if envelope.code == MessageCode.RECEIPT:
                    await self._follow(envelope, transaction)
                else:
                    await self._carry_out(envelope, transaction)
            except NotAccepted as refusal:
                await self._refuse(envelope, refusal, transaction)
        return envelope.code

    def _check(self, envelope: ProvinceEnvelope) -> None:
        if not self._keys.holds(envelope.key_id, envelope.signed_bytes(), envelope.signature):
            raise NotAccepted("SIGNATURE", "签名缺失或不符 · The signature is missing or does not hold")
        if envelope.schema_version not in READABLE_VERSIONS:
            raise NotAccepted("VERSION", f"未知报文版本 · unknown schema version {envelope.schema_version}")
        if envelope.receiver != f"320100/{self._adapter.service}":
            raise NotAccepted("RECEIVER", "报文不属于本系统 · The message is for somebody else")
        if holds_nul(envelope):
            raise NotAccepted("PAYLOAD", "报文内容含空字符 · The payload holds a NUL")

    async def _carry_out(self, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
        payload, handler = self._read(envelope)
        received = Received(transaction.connection)
        known = await self._in_turn(envelope, received, transaction)
        if known is None:
            rejected = await self._attempt(handler, payload, (envelope, transaction))
            result = _result(rejected)
            await received.record(_record(envelope, transaction, "rejected" if rejected else "done", result))
        else:
            self._metrics.duplicates(self.queue.name, 1)
            done = known.state == "done"
            result = Receipt(
                stage=Stage.BUSINESS, ok=done, reason_code=known.reason_code, reason=known.reason
            )
        _answer(transaction, envelope, Receipt(stage=Stage.TECHNICAL, ok=True))
        _answer(transaction, envelope, result)

    def _read(self, envelope: ProvinceEnvelope) -> tuple[BaseModel, Any]:
        taken = self._adapter.taken(envelope.code)
        if taken is None:
            raise NotAccepted("CODE", f"不受理此类报文 · not taken here: {envelope.code}")
        model, handler = taken
        try:
            return model.model_validate(envelope.payload), handler
        except ValidationError as broken:
            raise NotAccepted("PAYLOAD", f"字段有误 · fields at fault: {fields_at_fault(broken)}") from None

    async def _in_turn(
        self, envelope: ProvinceEnvelope, received: Received, transaction: Transaction
    ) -> Known | None:
        """Take the message's place in its lane; what is known of its act if it came before.

        The lane is locked first: of two who were handed the same message, the second sees what the first did.
        """
        inbox = Inbox(transaction.connection)
        lane = _lane(envelope)
        at = (await inbox.lock([lane]))[lane]
        known = await received.known(envelope.message_id, envelope.code, envelope.business_key)
        if known is not None and _act(known) != (envelope.code, envelope.business_key, _digest(envelope)):
            raise NotAccepted("CONFLICT", "同一业务号对应不同内容 · The same business key with other content")
        if known is None and envelope.sequence <= at:
            raise NotAccepted("SEQUENCE", f"序号 {envelope.sequence} 已用过 · this number was used before")
        if envelope.sequence > at + 1:
            raise Gap(f"等待第 {at + 1} 号报文 · waiting for number {at + 1}")
        if envelope.sequence == at + 1:
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
                await handler(payload, self._works.bind(inner))
                await inner.note(f"province.{envelope.code}")
                await inner.save()
        except (Stale, Gap):
            raise
        except Refusal as refusal:
            return refusal
        return None

    async def _follow(self, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
        """Move our message on, and act on what became of it; raises NotAccepted for an answer to nothing of ours."""
        received = Received(transaction.connection)
        receipt = read_receipt(envelope)
        if envelope.in_reply_to is None:
            raise NotAccepted("PAYLOAD", "回执未指明原报文 · The receipt names no message")
        followed = await received.follow(envelope.in_reply_to, receipt)
        if followed is None:
            if not await received.owes(envelope.in_reply_to):
                raise NotAccepted("UNKNOWN", "回执所答报文不存在 · The receipt answers no message of ours")
        elif followed.final:
            await self._conclude(followed, receipt, transaction)

    async def _conclude(self, followed: Followed, receipt: Receipt, outer: Transaction) -> None:
        handler = self._adapter.concluded(followed.code)
        if handler is None:
            return
        conclusion = Conclusion(
            business_key=followed.business_key,
            ok=receipt.ok,
            reason_code=receipt.reason_code,
            reason=receipt.reason,
        )
        inner = outer.within()
        await handler(conclusion, self._works.bind(inner))
        await inner.note(f"province.{followed.code}")
        await inner.save()

    async def _refuse(
        self, envelope: ProvinceEnvelope, refusal: NotAccepted, transaction: Transaction
    ) -> None:
        receipt = Receipt(
            stage=Stage.TECHNICAL,
            ok=False,
            reason_code=refusal.reason_code,
            reason=redact(refusal.detail)[:_LONGEST_REASON],
        )
        await Received(transaction.connection).record(_record(envelope, transaction, "refused", receipt))
        if envelope.code != MessageCode.RECEIPT:
            _answer(transaction, envelope, receipt)


def _lane(envelope: ProvinceEnvelope) -> Subject:
    return _STREAM, uuid5(NAMESPACE_URL, f"{envelope.sender}|{envelope.receiver}|{envelope.lane}")


def _answer(transaction: Transaction, envelope: ProvinceEnvelope, receipt: Receipt) -> None:
    transaction.intents.owe(
        Dispatch(
            code=MessageCode.RECEIPT,
            business_key=envelope.business_key,
            lane=envelope.lane,
            payload=receipt.model_dump(mode="json"),
            in_reply_to=envelope.message_id,
        )
    )


def _result(rejected: Refusal | None) -> Receipt:
    if rejected is None:
        return Receipt(stage=Stage.BUSINESS, ok=True)
    said = rejected.title if rejected.detail == rejected.title else f"{rejected.title}：{rejected.detail}"
    basis = f"（{'、'.join(rejected.basis)}）" if rejected.basis else ""
    reason = redact(said + basis)[:_LONGEST_REASON]
    return Receipt(stage=Stage.BUSINESS, ok=False, reason_code=rejected.code, reason=reason)


def _digest(envelope: ProvinceEnvelope) -> bytes:
    return sha256(canonical(envelope.payload)).digest()


def _act(known: Known) -> tuple[str, str, bytes]:
    return known.code, known.business_key, known.digest


def _record(envelope: ProvinceEnvelope, transaction: Transaction, state: str, receipt: Receipt) -> Record:
    return Record(
        entry=transaction.new_id(),
        message_id=UUID(str(envelope.message_id)),
        code=envelope.code,
        business_key=envelope.business_key,
        digest=_digest(envelope),
        state=state,
        at=transaction.at,
        reason_code=receipt.reason_code,
        reason=receipt.reason,
    )
