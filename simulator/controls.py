"""What the city says about the exchange itself, outside the lanes: receipts, questions, answers and wishes."""

from collections.abc import Callable
from uuid import UUID

from shared.contracts.exchange import (
    AskedMessage,
    Fate,
    KnownMessage,
    Reconcile,
    Reconciled,
    ResendRequest,
    StatusAnswered,
    StatusQuery,
)
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage, Wire
from simulator.chasing import Chasing
from simulator.faults import Faults
from simulator.lanes import CityLanes
from simulator.outgoing import Outgoing
from simulator.reading import NotAccepted
from simulator.reconciling import Reconciling
from simulator.register import Register
from simulator.sending import Sending


class Controls:
    """Answers each of them, or acts on it."""

    def __init__(
        self,
        *,
        register: Register,
        lanes: CityLanes,
        sending: Sending,
        chasing: Chasing,
        reconciling: Reconciling,
        outgoing: Outgoing,
        faults: Callable[[], Faults],
    ) -> None:
        self._register = register
        self._lanes = lanes
        self._sending = sending
        self._chasing = chasing
        self._reconciling = reconciling
        self._outgoing = outgoing
        self._faults = faults

    def take(self, service: str, envelope: ProvinceEnvelope, payload: Wire) -> str:
        """What became of it, in a word; raises NotAccepted UNKNOWN for an answer to nothing of ours."""
        match payload:
            case Receipt():
                return self._receipt(envelope, payload)
            case StatusQuery():
                return self._fates(service, envelope, payload)
            case StatusAnswered():
                return f"{self._chasing.learn(payload)} fates"
            case ResendRequest():
                return f"{self._sending.resend(service, payload)} again"
            case Reconcile():
                self._reconciling.answer(service, payload, envelope)
                return "answered"
            case Reconciled():
                return "taken" if self._reconciling.answered(payload) else "not asked for"
            case _:
                raise NotAccepted("CODE", f"不受理此类报文 · Not taken here: {envelope.code}")

    def _receipt(self, envelope: ProvinceEnvelope, receipt: Receipt) -> str:
        answered = envelope.in_reply_to
        if answered not in self._sending.contradictions and not self._outgoing.said(answered):
            self._chasing.follow(answered, receipt)
            self._contradict(answered, receipt)
        return f"{receipt.stage} {'ok' if receipt.ok else receipt.reason_code}"

    def _contradict(self, answered: UUID | None, receipt: Receipt) -> None:
        carried_out = receipt.stage is Stage.BUSINESS and receipt.ok
        if carried_out and answered and self._faults().strikes("other_content"):
            self._sending.tell_otherwise(answered)

    def _fates(self, service: str, envelope: ProvinceEnvelope, query: StatusQuery) -> str:
        answer = StatusAnswered(
            query_id=query.query_id, messages=tuple(self._fate(asked) for asked in query.messages)
        )
        key = envelope.business_key
        self._outgoing.say(service, MessageCode.STATUS_ANSWERED, answer, key=key, answers=envelope)
        return "answered"

    def _fate(self, asked: AskedMessage) -> KnownMessage:
        if self._lanes.holds(asked.message_id):
            return KnownMessage(message_id=asked.message_id, fate=Fate.TAKEN)
        return self._register.fate(asked.message_id, asked.code, asked.business_key)
