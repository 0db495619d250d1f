"""Sends the province's own messages: numbered, kept until they are concluded, repeated when asked for, or voided."""

from collections import deque
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.exchange import ResendRequest, Voided
from shared.contracts.province import InstitutionFiled, MessageCode, ProvinceEnvelope, Wire
from simulator.chasing import Chasing
from simulator.lanes import Act
from simulator.outgoing import Outgoing
from simulator.records import Records
from simulator.sent import Sent, SentMessages
from simulator.store import Store
from simulator.wire import payload_digest

_MOST_ASKED_FOR = 1000
_MOST_CONTRADICTIONS = 1000
_TEXTS = ("name", "batch", "reason", "title")


class Sending:
    """Everything that takes a number in a lane."""

    def __init__(
        self, store: Store, *, sent: SentMessages, records: Records, outgoing: Outgoing, chasing: Chasing
    ) -> None:
        self._store = store
        self._sent = sent
        self._records = records
        self._outgoing = outgoing
        self._chasing = chasing
        self.contradictions: deque[UUID] = deque(maxlen=_MOST_CONTRADICTIONS)
        """What was told with other content, the latest of it; nothing but a refusal may answer it."""

    def send(self, act: Act, payload: Wire, *, traceparent: str | None) -> UUID:
        """Number a message, keep it and leave it to the post.

        An act that is sent again keeps its number, and the time of its issue: it stays one of the same day.
        """
        message_id = self._outgoing.new_id()
        with self._store.transaction():
            number = self._sent.lanes.number(act, message_id)
            envelope = self._write(act, payload, message_id=message_id, number=number)
            issued = self._sent.issued(act, payload_digest(envelope.payload))
            if issued is not None and issued < envelope.issued_at:
                envelope = envelope.model_copy(update={"issued_at": issued})
            self._sent.add(envelope, act, traceparent)
            if isinstance(payload, InstitutionFiled):
                self._records.institutions.learn(payload, told=envelope)
            else:
                self._records.learn(payload)
        self._leave(envelope, act, traceparent)
        return message_id

    def void(self, message_id: UUID, reason: str) -> UUID:
        """Say that a refused message will never come; raises ValueError where its number is not free."""
        sent = self._sent[message_id]
        number = sent.envelope.sequence
        if not self._sent.lanes.take_free(sent.act.service, sent.act.lane, number):
            raise ValueError(f"序号 {number} 不能作废 · The number of {message_id} is not free")
        return self._void(sent, reason)

    def resend(self, service: str, asked: ResendRequest) -> int:
        """Repeat the numbers the city misses, and void those that were refused; how many there were."""
        last = min(asked.last, asked.first + _MOST_ASKED_FOR - 1)
        numbered = self._sent.numbered(service, asked.lane, asked.first, last)
        for sent in numbered:
            message_id = sent.envelope.message_id
            if not sent.refused:
                self._chasing.repeat(message_id)
            elif self._sent.lanes.take_free(service, asked.lane, sent.envelope.sequence):
                self._void(sent, "省级不再发送 · The province will not send it")
        return len(numbered)

    def tell_otherwise(self, message_id: UUID) -> None:
        """Tell an act that was carried out once more, with other content."""
        sent = self._sent[message_id]
        payload = _otherwise(sent.envelope.payload)
        again = sent.envelope.model_copy(update={"message_id": self._outgoing.new_id(), "payload": payload})
        self.contradictions.append(again.message_id)
        self._outgoing.post(sent.act.service, again, sent.traceparent)

    def _void(self, sent: Sent, reason: str) -> UUID:
        voided = sent.envelope
        act = replace(sent.act, code=MessageCode.VOID, business_key=f"void:{voided.message_id}")
        message_id = self._outgoing.new_id()
        payload = Voided(message_id=voided.message_id, code=voided.code, reason=reason)
        envelope = self._write(act, payload, message_id=message_id, number=voided.sequence)
        self._sent.add(envelope, act, None)
        self._leave(envelope, act, None)
        return message_id

    def _write(self, act: Act, payload: Wire, *, message_id: UUID, number: int) -> ProvinceEnvelope:
        return self._outgoing.envelope(
            act.service,
            message_id=message_id,
            code=act.code,
            business_key=act.business_key,
            lane=act.lane,
            sequence=number,
            payload=payload.model_dump(mode="json"),
        )

    def _leave(self, envelope: ProvinceEnvelope, act: Act, traceparent: str | None) -> None:
        self._outgoing.post(act.service, envelope, traceparent)
        self._chasing.await_receipt(envelope.message_id)


def _otherwise(payload: dict[str, Any]) -> dict[str, Any]:
    """The payload with another text, or another id of the query it answers; its form is as good as before."""
    for field in _TEXTS:
        if field in payload:
            return payload | {field: f"{payload[field]}（另）"}
    return payload | {"query_id": str(uuid5(UUID(payload["query_id"]), "otherwise"))}
