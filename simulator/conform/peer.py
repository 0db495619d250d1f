"""One side of the exchange, played freely: says anything to anyone, right or wrong, and keeps all that comes back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import date
from typing import Any, Self, TypeVar
from uuid import UUID, uuid4

from shared.contracts.exchange import (
    UNNUMBERED,
    AskedMessage,
    Fate,
    KnownMessage,
    Reconcile,
    StatusAnswered,
    StatusQuery,
)
from shared.contracts.province import (
    READABLE_VERSIONS,
    SCHEMA_VERSION,
    MessageCode,
    ProvinceEnvelope,
    Receipt,
    Stage,
    Wire,
)
from simulator.conform.sides import Side
from simulator.dialect import Dialect
from simulator.keys import PeerKeys, ProvinceKey
from simulator.line import Letter, Line
from simulator.outgoing import Clock
from simulator.reading import TECHNICAL_OK
from simulator.wire import day_of

_AGAIN = 0.1
_SERIALS = 10**12

Made = TypeVar("Made", bound=Wire)
Question = StatusQuery | Reconcile


class Unlike(Exception):  # noqa: N818 — what a case saw, not a fault of ours
    """所见与应有不符 · What was seen is not what must hold."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """Seconds to wait for an answer, and for what the other side asks for by itself only after its own deadlines."""

    answer: float = 10.0
    chase: float = 150.0


class Peer:
    """Whoever the kit plays. What is not part of a case is answered as a good peer would."""

    def __init__(
        self,
        side: Side,
        line: Line,
        *,
        key: ProvinceKey,
        peers: PeerKeys,
        clock: Clock,
        dialect: Dialect | None = None,
        patience: Patience | None = None,
        new_id: Callable[[], UUID] = uuid4,
    ) -> None:
        self.side = side
        self.key = key
        self.clock = clock
        self.dialect = dialect or Dialect()
        self.patience = patience or Patience()
        self.new_id = new_id
        self.received: list[ProvinceEnvelope] = []
        self.spoilt = 0
        """How much came that could not be read, was not signed or was of an unknown version."""
        self.silent = False
        """While it is, nothing that comes is receipted."""
        self._line = line
        self._peers = peers
        self._arrived = asyncio.Condition()
        self._answers: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Self]:
        await self._line.open()
        task = asyncio.create_task(self._line.listen(self._take))
        try:
            yield self
        finally:
            for each in (task, *self._answers):
                each.cancel()
                with suppress(asyncio.CancelledError):
                    await each
            await self._line.close()

    def good(self, *, lane: str = "", sequence: int = 1, **fields: Any) -> ProvinceEnvelope:
        """A message that must be accepted, about an institution of its own and in a lane of its own unless one is named."""
        message_id = self.new_id()
        number = message_id.int % _SERIALS
        payload = self.side.example(number, self.clock.now().date())
        usual = {
            "message_id": message_id,
            "code": self.side.code,
            "business_key": f"conform:{message_id}",
            "lane": lane or f"conform:{message_id}",
            "sequence": sequence,
            "payload": payload.model_dump(mode="json"),
        }
        return self.envelope(**(usual | fields))

    def envelope(self, **fields: Any) -> ProvinceEnvelope:
        """Any message, not signed yet."""
        usual: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "message_id": self.new_id(),
            "sender": self.side.sender,
            "receiver": self.side.receiver,
            "lane": "",
            "sequence": 0,
            "issued_at": self.clock.now(),
            "key_id": "",
            "signature": "",
        }
        return ProvinceEnvelope(**(usual | fields))

    def signed(self, envelope: ProvinceEnvelope, key: ProvinceKey | None = None) -> ProvinceEnvelope:
        key = key or self.key
        unsigned = envelope.model_copy(update={"key_id": key.key_id, "signature": ""})
        return unsigned.model_copy(update={"signature": key.sign(self.dialect.covered(unsigned))})

    async def tell(self, envelope: ProvinceEnvelope) -> None:
        """Sign it and send it."""
        await self.put(self.dialect.written(self.signed(envelope)), receiver=envelope.receiver)

    async def put(self, body: bytes, *, receiver: str = "") -> None:
        """Offer any bytes until the line takes them; raises TimeoutError."""
        route = self.side.route(receiver or self.side.receiver)
        letter = Letter(id=str(self.new_id()), routing_key=route, body=body)
        async with asyncio.timeout(self.patience.answer):
            while True:
                if all(await self._line.publish([letter])):
                    return
                await asyncio.sleep(_AGAIN)

    async def answered(self, envelope: ProvinceEnvelope, *, since: int = 0) -> list[Receipt]:
        """The receipts of a message beyond the first `since`, once they tell its end; raises TimeoutError."""

        def complete() -> bool:
            return any(it.stage is Stage.BUSINESS or not it.ok for it in self.receipts(envelope)[since:])

        def both() -> bool:
            new = self.receipts(envelope)[since:]
            return any(not it.ok and it.stage is Stage.TECHNICAL for it in new) or (
                {it.stage for it in new} == set(Stage)
            )

        await self.until(complete)
        with suppress(TimeoutError):
            await self.until(both)
        return self.receipts(envelope)[since:]

    def receipts(self, envelope: ProvinceEnvelope) -> list[Receipt]:
        """What has been answered to a message so far."""
        return [
            Receipt.model_validate(it.payload)
            for it in self.replies(envelope)
            if it.code == MessageCode.RECEIPT
        ]

    def replies(self, envelope: ProvinceEnvelope) -> list[ProvinceEnvelope]:
        return [it for it in self.received if it.in_reply_to == envelope.message_id]

    async def ask(self, code: MessageCode, question: Question, expected: type[Made]) -> Made:
        """The answer to a question about the exchange, known by the question's own id; raises TimeoutError."""
        envelope = self.envelope(
            code=code,
            business_key=f"conform:{self.new_id()}",
            payload=question.model_dump(mode="json"),
        )
        name = "query_id" if isinstance(question, StatusQuery) else "reconciliation_id"
        asked = envelope.payload[name]

        def answers() -> list[ProvinceEnvelope]:
            return [it for it in self.received if it.code != code and it.payload.get(name) == asked]

        await self.tell(envelope)
        await self.until(lambda: bool(answers() or self.receipts(envelope)))
        if not answers():
            raise Unlike(f"{code}: {self.receipts(envelope)[0].reason_code}")
        return expected.model_validate(answers()[0].payload)

    async def fate(self, envelope: ProvinceEnvelope) -> KnownMessage:
        """What the other side says became of a message."""
        asked = AskedMessage(
            message_id=envelope.message_id, code=envelope.code, business_key=envelope.business_key
        )
        query = StatusQuery(query_id=self.new_id(), messages=(asked,))
        answer = await self.ask(MessageCode.STATUS_QUERY, query, StatusAnswered)
        return answer.messages[0]

    async def until(self, holds: Callable[[], bool], *, seconds: float | None = None) -> None:
        """Wait until something holds, looked at whenever a message arrives; raises TimeoutError."""
        async with asyncio.timeout(seconds or self.patience.answer), self._arrived:
            await self._arrived.wait_for(holds)

    async def _take(self, letter: Letter) -> bool:
        envelope = self._read(letter)
        if envelope is None:
            self.spoilt += 1
            return True
        async with self._arrived:
            self.received.append(envelope)
            self._arrived.notify_all()
        task = asyncio.create_task(self._reply(envelope))
        self._answers.add(task)
        task.add_done_callback(self._answers.discard)
        return True

    def _read(self, letter: Letter) -> ProvinceEnvelope | None:
        """The envelope, if it is one that must be taken."""
        try:
            opened = self.dialect.opened(letter.body)
        except ValueError:
            return None
        envelope = opened.envelope
        signed = self._peers.holds(envelope.key_id, opened.signed, envelope.signature)
        return envelope if signed and envelope.schema_version in READABLE_VERSIONS else None

    async def _reply(self, envelope: ProvinceEnvelope) -> None:
        """Receipt what has a number, and tell what we know when asked."""
        if envelope.code == MessageCode.STATUS_QUERY:
            await self._tell_fates(envelope)
        elif envelope.code not in UNNUMBERED and not self.silent:
            await self.receipt(envelope)

    async def receipt(self, envelope: ProvinceEnvelope) -> None:
        """Say that a message was accepted and done."""
        for receipt in (TECHNICAL_OK, Receipt(stage=Stage.BUSINESS, ok=True)):
            await self.reply(envelope, MessageCode.RECEIPT, receipt)

    async def reply(self, envelope: ProvinceEnvelope, code: MessageCode, payload: Wire) -> None:
        await self.tell(
            self.envelope(
                code=code,
                receiver=envelope.sender,
                business_key=envelope.business_key,
                lane=envelope.lane,
                in_reply_to=envelope.message_id,
                payload=payload.model_dump(mode="json"),
            )
        )

    async def _tell_fates(self, envelope: ProvinceEnvelope) -> None:
        query = StatusQuery.model_validate(envelope.payload)
        came = {} if self.silent else {it.message_id for it in self.received}
        fates = tuple(
            KnownMessage(
                message_id=asked.message_id, fate=Fate.DONE if asked.message_id in came else Fate.UNKNOWN
            )
            for asked in query.messages
        )
        answer = StatusAnswered(query_id=query.query_id, messages=fates)
        await self.reply(envelope, MessageCode.STATUS_ANSWERED, answer)


def today(peer: Peer) -> date:
    """The day by which what is told now is reconciled."""
    return day_of(peer.clock.now())
