"""The city's side of the line, played with the suite's own bus, keys and signing."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from typing import Any, Self
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.contracts.exchange import UNNUMBERED
from shared.contracts.province import (
    SCHEMA_VERSION,
    AccountOpenedReport,
    InstitutionFiled,
    MessageCode,
    ProvinceEnvelope,
    Receipt,
    Stage,
    Wire,
)
from shared.contracts.scope import ScopeItem
from shared.messaging.bus import Bus, Message, Outcome, Queue, Topology
from shared.policy import Audience, Category
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE, to_city
from shared.province.keys.signing import Ed25519Signer
from shared.values import Edition, Level, OccupationCode, StationCode, Uscc

USCC = Uscc("91350100M000100Y43")
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TECHNICAL_OK = Receipt(stage=Stage.TECHNICAL, ok=True)
BUSINESS_OK = Receipt(stage=Stage.BUSINESS, ok=True)
ACCEPTED = (TECHNICAL_OK, BUSINESS_OK)


class Now:
    """A clock that tells one afternoon in Nanjing, until it is set."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.moment


def account_opened(organ: str = "320105") -> AccountOpenedReport:
    """The same report each time, but for its organ."""
    same = UUID(int=7)
    return AccountOpenedReport(account_id=same, institution_id=same, uscc=USCC, organ=organ)


def institution_filed(name: str = "测试企业甲") -> InstitutionFiled:
    welder = ScopeItem(
        edition=Edition.Y2015, occupation=OccupationCode("6-18-02-04"), work_type="", level=Level.THREE
    )
    return InstitutionFiled(
        provincial_number="苏备2026001",
        name=name,
        uscc=USCC,
        category=Category.PROVINCIAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        organ="320105",
        scope=(welder,),
        station_codes=(StationCode("S000032000001"),),
        valid_from=date(2026, 3, 1),
        valid_until=date(2029, 2, 28),
    )


def technically_refused(reason_code: str) -> Receipt:
    return Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=reason_code, reason="拒收 · refused")


def rejected(reason_code: str) -> Receipt:
    return Receipt(stage=Stage.BUSINESS, ok=False, reason_code=reason_code, reason="退回 · rejected")


class City:
    """One service of the city: tells the province things, collects and answers what the province sends."""

    def __init__(self, bus: Bus, *, service: str = "filing", queue: str | None = None) -> None:
        self.signer = Ed25519Signer(Ed25519PrivateKey.generate())
        self.answer: Callable[[ProvinceEnvelope], Sequence[Receipt]] = lambda _: ACCEPTED
        self.received: list[tuple[ProvinceEnvelope, str | None]] = []
        self.queue = Queue(
            name=queue or f"njt.province.{service}",
            exchange=PROVINCE_EXCHANGE,
            routing_keys=frozenset({to_city(service)}),
        )
        self._sender = f"320100/{service}"
        self._bus = bus
        self._arrived = asyncio.Condition()
        self._answers: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        await self._bus.declare(Topology(exchanges=frozenset({PROVINCE_EXCHANGE}), queues=(self.queue,)))
        task = asyncio.create_task(self._listen())
        try:
            yield self
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._end_answering()

    def envelope(self, payload: Wire, **fields: Any) -> ProvinceEnvelope:
        """A signed message, by default the opening of an account in a lane of its own; any field may be told otherwise."""
        content = {
            "schema_version": SCHEMA_VERSION,
            "message_id": uuid4(),
            "code": MessageCode.ACCOUNT_OPENED,
            "sender": self._sender,
            "receiver": "320000",
            "business_key": f"account:{uuid4()}",
            "lane": str(uuid4()),
            "sequence": 1,
            "issued_at": Now().now(),
            "payload": payload.model_dump(mode="json"),
            "key_id": self.signer.key_id,
            "signature": "",
        }
        unsigned = ProvinceEnvelope.model_validate(content | fields)
        signature = unsigned.signature or self.signer.sign(unsigned.signed_bytes())
        return unsigned.model_copy(update={"signature": signature})

    async def put(self, body: bytes, *, traceparent: str | None = None) -> None:
        """Publish until the line takes it."""
        message = Message(
            id=str(uuid4()),
            exchange=PROVINCE_EXCHANGE,
            routing_key=TO_PROVINCE,
            body=body,
            content_type=CONTENT_TYPE,
            headers={"traceparent": traceparent} if traceparent else {},
        )
        async with asyncio.timeout(20):
            [outcome] = await self._bus.publish([message])
            while outcome is not Outcome.CONFIRMED:
                await asyncio.sleep(0.05)
                [outcome] = await self._bus.publish([message])

    async def tell(self, envelope: ProvinceEnvelope, *, traceparent: str | None = None) -> list[Receipt]:
        """Send a message and wait until its next answer is complete."""
        before = len(self.receipts(envelope))
        await self.put(envelope.model_dump_json().encode(), traceparent=traceparent)

        def complete() -> bool:
            new = self.receipts(envelope)[before:]
            return any(it.stage is Stage.BUSINESS or not it.ok for it in new)

        await self.until(complete)
        return self.receipts(envelope)[before:]

    async def say(self, code: MessageCode, payload: Wire, **fields: Any) -> ProvinceEnvelope:
        """Say something about the exchange, outside the lanes."""
        outside = {"code": code, "lane": "", "sequence": 0, "business_key": f"exchange:{uuid4()}"}
        envelope = self.envelope(payload, **(outside | fields))
        await self.put(envelope.model_dump_json().encode())
        return envelope

    async def told(self, code: MessageCode, count: int = 1) -> list[ProvinceEnvelope]:
        """What the province has sent under this code, once there is so much of it."""
        await self.until(lambda: len(self.messages(code)) >= count)
        return self.messages(code)

    def receipts(self, envelope: ProvinceEnvelope) -> list[Receipt]:
        """What the province has answered to a message so far."""
        return [Receipt.model_validate(it.payload) for it in self.answers(envelope)]

    def answers(self, envelope: ProvinceEnvelope) -> list[ProvinceEnvelope]:
        return [it for it, _ in self.received if it.in_reply_to == envelope.message_id]

    def messages(self, code: str) -> list[ProvinceEnvelope]:
        """What the province has sent of its own accord."""
        return [it for it, _ in self.received if it.code == code]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, looked at whenever a message arrives."""
        async with asyncio.timeout(20), self._arrived:
            await self._arrived.wait_for(holds)

    async def _listen(self) -> None:
        attachment = await self._bus.consume(self.queue.name, prefetch=10)
        try:
            while True:
                deliveries = await attachment.take(10)
                for delivery in deliveries:
                    await self._take(delivery.message)
                await attachment.settle(deliveries)
        finally:
            await attachment.close()

    async def _take(self, message: Message) -> None:
        envelope = ProvinceEnvelope.model_validate_json(message.body)
        async with self._arrived:
            self.received.append((envelope, message.headers.get("traceparent")))
            self._arrived.notify_all()
        if envelope.code not in UNNUMBERED:
            task = asyncio.create_task(self._reply(envelope))
            self._answers.add(task)

    async def _end_answering(self) -> None:
        """Nobody listens any more: what is not answered yet is given up, and an answer that failed is told of here.

        Left alone it would go on until its time is up, on a line that others use or have closed, and fail unheard.
        """
        for answer in self._answers:
            answer.cancel()
        ends = await asyncio.gather(*self._answers, return_exceptions=True)
        self._answers.clear()
        for fault in (end for end in ends if isinstance(end, Exception)):
            raise fault

    async def _reply(self, envelope: ProvinceEnvelope) -> None:
        for receipt in self.answer(envelope):
            answer = self.envelope(
                receipt,
                code=MessageCode.RECEIPT,
                business_key=envelope.business_key,
                lane=envelope.lane,
                sequence=0,
                in_reply_to=envelope.message_id,
            )
            await self.put(answer.model_dump_json().encode())
