"""Receives the province's messages: verified, in order, each act once, every one of them answered by receipts."""

from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from opentelemetry.trace import SpanKind
from pydantic import BaseModel, ValidationError

from shared.clock import Clock
from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope, Receipt, Stage, canonical
from shared.errors import Refusal, Stale
from shared.messaging.bus import Queue
from shared.messaging.consumer import Incoming, Report
from shared.messaging.envelope import Undecodable
from shared.messaging.failures import Gap
from shared.messaging.inbox import Inbox, Label, Subject
from shared.observability import Metrics, Telemetry, redact
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.adapter import ProvinceAdapter
from shared.province.intents import Dispatch
from shared.province.received import Known, Received, Record
from shared.province.signing import KeyRing

W = TypeVar("W")

_STREAM = "province"


class NotAccepted(Refusal):
    """省级消息未被接收 · The provincial message was not accepted."""

    code = "NJT-EXC-1002"

    def __init__(self, reason_code: str, reason: str) -> None:
        super().__init__(reason)
        self.reason_code = reason_code


def read_envelope(body: bytes) -> ProvinceEnvelope:
    """The envelope in a message; raises Undecodable naming the fields at fault, never their values."""
    try:
        return ProvinceEnvelope.model_validate_json(body)
    except ValidationError as broken:
        places = sorted({".".join(str(part) for part in error["loc"]) or "JSON" for error in broken.errors()})
        raise Undecodable(f"报文字段有误 · fields at fault: {', '.join(places)}") from None


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
                    await self._follow(envelope, received)
                else:
                    await self._carry_out(envelope, transaction)
            except NotAccepted as refusal:
                await self._refuse(envelope, refusal, transaction)
        return envelope.code

    def _check(self, envelope: ProvinceEnvelope) -> None:
        if not self._keys.holds(envelope.key_id, envelope.signed_bytes(), envelope.signature):
            raise NotAccepted("SIGNATURE", "签名缺失或不符 · The signature is missing or does not hold")
        if envelope.schema_version != SCHEMA_VERSION:
            raise NotAccepted("VERSION", f"未知报文版本 · unknown schema version {envelope.schema_version}")
        if envelope.receiver != f"320100/{self._adapter.service}":
            raise NotAccepted("RECEIVER", "报文不属于本系统 · The message is for somebody else")

    async def _follow(self, envelope: ProvinceEnvelope, received: Received) -> None:
        try:
            receipt = Receipt.model_validate(envelope.payload)
        except ValidationError:
            raise NotAccepted("PAYLOAD", "回执内容不合规 · The receipt is not valid") from None
        if envelope.in_reply_to is None:
            raise NotAccepted("PAYLOAD", "回执未指明原报文 · The receipt names no message")
        await received.follow(envelope.in_reply_to, receipt)

    async def _carry_out(self, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
        payload, handler = self._read(envelope)
        received = Received(transaction.connection)
        digest = sha256(canonical(envelope.payload)).digest()
        known = await received.known(envelope.message_id, envelope.code, envelope.business_key)
        if known is not None:
            self._answer_again(envelope, digest, (known, transaction))
            return
        await self._in_turn(envelope, transaction)
        rejected = await self._attempt(handler, payload, (envelope, transaction))
        state = "rejected" if rejected else "done"
        await received.record(_record(envelope, transaction, state=state, refusal=rejected))
        _answer(transaction, envelope, Receipt(stage=Stage.TECHNICAL, ok=True))
        _answer(transaction, envelope, _result(rejected))

    def _read(self, envelope: ProvinceEnvelope) -> tuple[BaseModel, Any]:
        taken = self._adapter.taken(envelope.code)
        if taken is None:
            raise NotAccepted("CODE", f"不受理此类报文 · not taken here: {envelope.code}")
        model, handler = taken
        try:
            return model.model_validate(envelope.payload), handler
        except ValidationError as broken:
            places = sorted({".".join(str(part) for part in error["loc"]) for error in broken.errors()})
            raise NotAccepted("PAYLOAD", f"字段有误 · fields at fault: {', '.join(places)}"[:500]) from None

    def _answer_again(
        self, envelope: ProvinceEnvelope, digest: bytes, known: tuple[Known, Transaction]
    ) -> None:
        before, transaction = known
        if before.digest != digest:
            raise NotAccepted("CONFLICT", "同一业务号对应不同内容 · The same business key with other content")
        self._metrics.duplicates(self.queue.name, 1)
        _answer(transaction, envelope, Receipt(stage=Stage.TECHNICAL, ok=True))
        ok = before.state == "done"
        _answer(
            transaction,
            envelope,
            Receipt(stage=Stage.BUSINESS, ok=ok, reason_code=before.reason_code, reason=before.reason),
        )

    async def _in_turn(self, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
        inbox = Inbox(transaction.connection)
        lane = _lane(envelope)
        at = (await inbox.lock([lane]))[lane]
        if envelope.sequence <= at:
            raise NotAccepted("SEQUENCE", f"序号 {envelope.sequence} 已用过 · this number was used before")
        if envelope.sequence > at + 1:
            raise Gap(f"等待第 {at + 1} 号报文 · waiting for number {at + 1}")
        await inbox.advance({lane: envelope.sequence}, at=self._clock.now())

    async def _attempt(
        self, handler: Any, payload: BaseModel, using: tuple[ProvinceEnvelope, Transaction]
    ) -> Refusal | None:
        """Run the handler in a savepoint of its own; a refusal by rule leaves nothing behind and is returned."""
        envelope, outer = using
        try:
            async with outer.connection.begin_nested():
                inner = outer.within()
                await handler(payload, self._works.bind(inner))
                inner.ledger.act = f"province.{envelope.code}"
                await inner.save()
        except (Stale, Gap):
            raise
        except Refusal as refusal:
            return refusal
        outer.outbox.added += inner.outbox.added
        outer.intents.added += inner.intents.added
        return None

    async def _refuse(
        self, envelope: ProvinceEnvelope, refusal: NotAccepted, transaction: Transaction
    ) -> None:
        record = _record(envelope, transaction, state="refused", refusal=refusal)
        await Received(transaction.connection).record(record)
        if envelope.code != MessageCode.RECEIPT:
            receipt = Receipt(
                stage=Stage.TECHNICAL, ok=False, reason_code=refusal.reason_code, reason=refusal.detail
            )
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
    return Receipt(
        stage=Stage.BUSINESS, ok=False, reason_code=rejected.code, reason=redact(rejected.detail)[:500]
    )


def _record(
    envelope: ProvinceEnvelope, transaction: Transaction, *, state: str, refusal: Refusal | None
) -> Record:
    reason_code = refusal.reason_code if isinstance(refusal, NotAccepted) else refusal.code if refusal else ""
    return Record(
        entry=transaction.new_id(),
        message_id=UUID(str(envelope.message_id)),
        code=envelope.code,
        business_key=envelope.business_key,
        digest=sha256(canonical(envelope.payload)).digest(),
        state=state,
        at=transaction.at,
        reason_code=reason_code,
        reason=redact(refusal.detail)[:500] if refusal else "",
    )
