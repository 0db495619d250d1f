"""The counterpart itself: takes and answers what the city sends, sends messages of its own and follows their receipts."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, Self
from uuid import UUID, uuid4

import structlog
from pydantic import ValidationError

from shared.contracts.province import (
    SCHEMA_VERSION,
    FilingReport,
    MessageCode,
    ProvinceEnvelope,
    Receipt,
    Stage,
    Wire,
)
from simulator.faults import Faults
from simulator.keys import PeerKeys, ProvinceKey
from simulator.lanes import Act
from simulator.line import SERVICES, Letter, Line, to_city
from simulator.post import Post
from simulator.reading import CITY, PROVINCE, NotAccepted, fields_at_fault, read, service_of
from simulator.records import Records
from simulator.register import Accepted, Match, Register
from simulator.sent import Sent, SentMessages

_DONE = "done"

log = structlog.get_logger(__name__)


class Clock(Protocol):
    """Tells the moment, with its zone."""

    def now(self) -> datetime: ...


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """A message that came in or went out; `outcome` is what we made of one that came in."""

    envelope: ProvinceEnvelope
    incoming: bool
    outcome: str = ""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A message we did not accept, and why; it changed nothing."""

    envelope: ProvinceEnvelope
    reason_code: str


class Counterpart:
    """The provincial system as the city sees it; everything it knows is in memory."""

    def __init__(
        self,
        key: ProvinceKey,
        peer_keys: PeerKeys,
        line: Line,
        clock: Clock,
        *,
        faults: Faults | None = None,
        observe: Callable[[Crossing], None] = lambda _: None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.faults = faults or Faults()
        self.refused: list[Refused] = []
        self.unreadable: list[Letter] = []
        self.records = Records()
        self._key = key
        self._peer_keys = peer_keys
        self._line = line
        self._clock = clock
        self._observe = observe
        self._new_id = new_id
        self._register = Register()
        self._sent = SentMessages()
        self._posts = {service: Post(line) for service in SERVICES}
        self._posted = 0

    @property
    def register(self) -> dict[tuple[str, str], Accepted]:
        """What was accepted, by message code and business key."""
        return self._register.accepted

    @property
    def filings(self) -> dict[str, FilingReport]:
        """How each institution that the city filed stands now, by filing number."""
        return self._register.filings

    @property
    def sent(self) -> dict[UUID, Sent]:
        """What was sent, by message id, with the receipts it got."""
        return self._sent.by_id

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Self]:
        """Listen, answer and send inside the block; what had not left by its end leaves in the next one."""
        async with self._working():
            yield self

    async def run(self) -> None:
        """Listen, answer and send until cancelled."""
        async with self._working() as tasks:
            await asyncio.gather(*tasks)

    @asynccontextmanager
    async def _working(self) -> AsyncIterator[list[asyncio.Task[None]]]:
        await self._line.open()
        tasks = [asyncio.create_task(self._line.listen(self._take))]
        tasks += [asyncio.create_task(post.run()) for post in self._posts.values()]
        for task in tasks:
            task.add_done_callback(_report_fault)
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            ends = await asyncio.gather(*tasks, return_exceptions=True)
            await self._line.close()
            for fault in (end for end in ends if isinstance(end, Exception)):
                raise fault

    async def send(
        self,
        service: str,
        code: str,
        *,
        business_key: str,
        lane: str,
        payload: Wire,
        traceparent: str | None = None,
    ) -> UUID:
        """Sign and number a message to one service and leave it to the post; its id answers to `concluded`.

        An act that is sent again keeps its number. Raises ValueError for a service that the city does not have.
        """
        if service not in self._posts:
            raise ValueError(f"市级没有这个服务 · The city has no such service: {service}")
        message_id = self._new_id()
        act = Act(service=service, lane=lane, code=code, business_key=business_key)
        envelope = self._signed(
            message_id=message_id,
            code=code,
            receiver=f"{CITY}/{service}",
            business_key=business_key,
            lane=lane,
            sequence=self._sent.number(act, message_id),
            payload=payload.model_dump(mode="json"),
        )
        self._sent.add(envelope, act)
        self.records.learn(payload)
        self._post(service, envelope, traceparent)
        return message_id

    async def concluded(
        self,
        message_id: UUID,
        timeout: float = 30.0,  # noqa: ASYNC109 — each wait of a scenario says how long it may take
    ) -> Receipt:
        """The business receipt, or a technical refusal; raises TimeoutError after `timeout` seconds."""
        return await self._sent.concluded(message_id, seconds=timeout)

    async def heard(
        self,
        code: str,
        match: Match = None,
        timeout: float = 30.0,  # noqa: ASYNC109 — each wait of a scenario says how long it may take
    ) -> Accepted:
        """The first accepted message of this code that matches; raises TimeoutError after `timeout` seconds."""
        return await self._register.heard(code, match, seconds=timeout)

    async def _take(self, letter: Letter) -> bool:
        try:
            envelope = ProvinceEnvelope.model_validate_json(letter.body)
        except ValidationError as broken:
            return self._lay_aside(letter, f"fields at fault: {fields_at_fault(broken)}")
        service = service_of(envelope.sender)
        if service is None:
            return self._lay_aside(letter, "unknown sender")
        try:
            payload = read(envelope, self._peer_keys)
            receipts, outcome = self._carry_out(envelope, payload, letter.headers.get("traceparent"))
        except NotAccepted as refusal:
            receipts, outcome = self._refuse(envelope, refusal), refusal.reason_code
        self._observe(Crossing(envelope=envelope, incoming=True, outcome=outcome))
        if receipts and not self.faults.drops_answer():
            for receipt in receipts:
                self._answer(service, envelope, receipt, letter.headers.get("traceparent"))
        if outcome == _DONE:
            await self._reply(service, envelope, payload, traceparent=letter.headers.get("traceparent"))
        return True

    async def _reply(
        self, service: str, envelope: ProvinceEnvelope, payload: Wire, *, traceparent: str | None
    ) -> None:
        """What was asked is answered from the records, in a message of its own."""
        found = self.records.answer(payload)
        if found is not None:
            code, answer = found
            await self.send(
                service,
                code,
                business_key=envelope.business_key,
                lane=envelope.lane,
                payload=answer,
                traceparent=traceparent,
            )

    def _lay_aside(self, letter: Letter, problem: str) -> bool:
        self.unreadable.append(letter)
        log.warning("unreadable", letter=letter.id, problem=problem)
        return False

    def _carry_out(
        self, envelope: ProvinceEnvelope, payload: Wire, traceparent: str | None
    ) -> tuple[list[Receipt], str]:
        """Do what a message says: the receipts it gets, none if it is one itself, and the outcome."""
        if isinstance(payload, Receipt):
            self._sent.follow(envelope, payload)
            return [], f"{payload.stage} {'ok' if payload.ok else payload.reason_code}"
        known = self._register.known(envelope)
        result = known or self._result(envelope.code)
        if known is None:
            message = Accepted(envelope=envelope, payload=payload, traceparent=traceparent)
            self._register.enter(message, result)
        outcome = "duplicate" if known else result.reason_code or _DONE
        return [Receipt(stage=Stage.TECHNICAL, ok=True), result], outcome

    def _result(self, code: str) -> Receipt:
        reason_code = self.faults.reject.get(code)
        if reason_code is None:
            return Receipt(stage=Stage.BUSINESS, ok=True)
        reason = "省级系统按演练要求退回 · Rejected by the province, as the exercise asks"
        return Receipt(stage=Stage.BUSINESS, ok=False, reason_code=reason_code, reason=reason)

    def _refuse(self, envelope: ProvinceEnvelope, refusal: NotAccepted) -> list[Receipt]:
        self.refused.append(Refused(envelope=envelope, reason_code=refusal.reason_code))
        if envelope.code == MessageCode.RECEIPT:
            return []
        code, reason = refusal.reason_code, refusal.reason
        return [Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=code, reason=reason)]

    def _answer(
        self, service: str, envelope: ProvinceEnvelope, receipt: Receipt, traceparent: str | None
    ) -> None:
        answer = self._signed(
            message_id=self._new_id(),
            code=MessageCode.RECEIPT,
            receiver=envelope.sender,
            business_key=envelope.business_key,
            lane=envelope.lane,
            sequence=0,
            in_reply_to=envelope.message_id,
            payload=receipt.model_dump(mode="json"),
        )
        self._post(service, answer, traceparent)

    def _signed(self, **fields: Any) -> ProvinceEnvelope:
        envelope = ProvinceEnvelope(
            schema_version=self.faults.schema_version or SCHEMA_VERSION,
            sender=PROVINCE,
            issued_at=self._clock.now(),
            key_id=self._key.key_id,
            signature="",
            **fields,
        )
        content = envelope.signed_bytes()
        signature = self._key.sign(content[::-1] if self.faults.corrupt_signature else content)
        return envelope.model_copy(update={"signature": signature})

    def _post(self, service: str, envelope: ProvinceEnvelope, traceparent: str | None) -> None:
        letter = Letter(
            id=str(envelope.message_id),
            routing_key=to_city(service),
            body=envelope.model_dump_json().encode(),
            headers={"traceparent": traceparent} if traceparent else {},
        )
        self._posted += 1
        for _ in range(self.faults.repeats(self._posted)):
            self._posts[service].put(letter, delay=self.faults.delay_seconds)
        self._observe(Crossing(envelope=envelope, incoming=False))


def _report_fault(task: asyncio.Task[None]) -> None:
    """Say at once what is raised only where the counterpart is stopped."""
    if not task.cancelled() and task.exception():
        log.error("the counterpart no longer works", exc_info=task.exception())
