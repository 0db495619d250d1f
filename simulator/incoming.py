"""Takes what the city sends: read, in the order of its lane, each act once, everything answered by receipts."""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from shared.contracts.exchange import Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage, Wire
from simulator.dialect import Dialect, Opened
from simulator.faults import Faults
from simulator.guard import Guard
from simulator.lanes import Act, Held
from simulator.line import Letter
from simulator.office import Office
from simulator.outgoing import Crossing
from simulator.reading import (
    ABOUT_THE_EXCHANGE,
    TECHNICAL_OK,
    NotAccepted,
    fields_at_fault,
    read,
    refusal_of,
    service_of,
)
from simulator.register import Accepted

_DONE, _HELD = "done", "held"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A message we did not accept, and why; it changed nothing."""

    envelope: ProvinceEnvelope
    reason_code: str


@dataclass(frozen=True, kw_only=True)
class _Arrival:
    """A message that can be read and was signed by a service of the city."""

    service: str
    opened: Opened
    letter: Letter

    @property
    def envelope(self) -> ProvinceEnvelope:
        return self.opened.envelope

    @property
    def traceparent(self) -> str | None:
        return self.letter.headers.get("traceparent")


class Incoming:
    """The province's letter box."""

    def __init__(
        self,
        office: Office,
        *,
        dialect: Dialect,
        guard: Guard,
        faults: Callable[[], Faults],
        observe: Callable[[Crossing], None],
    ) -> None:
        self.refused: list[Refused] = []
        self.unreadable: list[Letter] = []
        self._office = office
        self._dialect = dialect
        self._guard = guard
        self._faults = faults
        self._observe = observe

    async def take(self, letter: Letter) -> bool:
        """Take a letter and whatever waited for it; False when it cannot be read at all."""
        try:
            opened = self._dialect.opened(letter.body)
        except ValueError as broken:
            return self._lay_aside(letter, f"fields at fault: {fields_at_fault(broken)}")
        envelope = opened.envelope
        service = service_of(envelope.sender)
        if service is None:
            return self._lay_aside(letter, "unknown sender")
        with self._office.store.transaction():
            self._take(_Arrival(service=service, opened=opened, letter=letter))
            while held := self._office.lanes.next_held(service, envelope.lane):
                early = Letter(id="", routing_key="", body=held.body, headers=_headers(held.traceparent))
                self._take(_Arrival(service=service, opened=self._dialect.opened(held.body), letter=early))
        return True

    def _take(self, arrival: _Arrival) -> None:
        envelope = arrival.envelope
        try:
            self._guard.check(arrival.opened)
            payload = read(envelope)
            if envelope.code in ABOUT_THE_EXCHANGE:
                outcome = self._office.controls.take(arrival.service, envelope, payload)
            else:
                outcome = self._in_turn(arrival, payload)
        except NotAccepted as refusal:
            outcome = self._refuse(arrival, refusal)
        self._observe(Crossing(envelope=envelope, incoming=True, outcome=outcome))

    def _lay_aside(self, letter: Letter, problem: str) -> bool:
        self.unreadable.append(letter)
        log.warning("unreadable", letter=letter.id, problem=problem)
        return False

    def _in_turn(self, arrival: _Arrival, payload: Wire) -> str:
        """Carry it out if it is its turn, hold it if something of its lane is missing; what became of it."""
        envelope = arrival.envelope
        lane, number = (arrival.service, envelope.lane), envelope.sequence
        known = self._office.register.known(envelope)
        last = self._office.lanes.last(*lane)
        if known is None and number <= last:
            raise NotAccepted("SEQUENCE", f"序号 {number} 已用过 · This number was used before")
        if number > last + 1:
            held = Held(body=arrival.letter.body, traceparent=arrival.traceparent)
            self._office.lanes.hold((*lane, number), envelope.message_id, held)
            return _HELD
        if number == last + 1:
            self._office.lanes.advance(*lane, number)
        if known is not None:
            self._answer(arrival, known)
            return "duplicate"
        return self._carry_out(arrival, payload)

    def _carry_out(self, arrival: _Arrival, payload: Wire) -> str:
        envelope = arrival.envelope
        result = self._result(envelope.code)
        message = Accepted(envelope=envelope, payload=payload, traceparent=arrival.traceparent)
        self._office.register.enter(arrival.service, message, result)
        self._answer(arrival, result)
        found = self._office.records.answer(payload) if result.ok else None
        if found is not None:
            code, answer = found
            act = Act(
                service=arrival.service, lane=envelope.lane, code=code, business_key=envelope.business_key
            )
            self._office.sending.send(act, answer, traceparent=arrival.traceparent)
        return result.reason_code or (_DONE if not isinstance(payload, Voided) else "voided")

    def _answer(self, arrival: _Arrival, result: Receipt) -> None:
        """Both receipts, unless they are to be lost."""
        if self._faults().drops_answer():
            return
        for receipt in (TECHNICAL_OK, result):
            self._office.outgoing.receipt(arrival.service, arrival.envelope, receipt, arrival.traceparent)

    def _result(self, code: str) -> Receipt:
        reason_code = self._faults().rejects(code) if code != MessageCode.VOID else None
        if reason_code is None:
            return Receipt(stage=Stage.BUSINESS, ok=True)
        reason = "省级系统按演练要求退回 · Rejected by the province, as the exercise asks"
        return Receipt(stage=Stage.BUSINESS, ok=False, reason_code=reason_code, reason=reason)

    def _refuse(self, arrival: _Arrival, refusal: NotAccepted) -> str:
        envelope = arrival.envelope
        self.refused.append(Refused(envelope=envelope, reason_code=refusal.reason_code))
        if envelope.code != MessageCode.RECEIPT:
            self._office.register.refuse(envelope, refusal)
            if not self._faults().drops_answer():
                self._office.outgoing.receipt(
                    arrival.service, envelope, refusal_of(refusal), arrival.traceparent
                )
        return refusal.reason_code


def _headers(traceparent: str | None) -> dict[str, str]:
    return {"traceparent": traceparent} if traceparent else {}
