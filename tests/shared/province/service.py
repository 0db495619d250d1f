"""Filing's side of the exchange on a database of its own: an ear, a courier, a line that is told how to behave."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.filing.handlers import Work
from services.filing.handlers.register import recognize_institution
from services.filing.province import province as filing_province
from services.filing.repository import bind
from shared.contracts.province import InstitutionFiled, MessageCode, ProvinceEnvelope, Receipt
from shared.identity import Scope
from shared.messaging.bus import Message, Outcome
from shared.messaging.consumer import Consumer
from shared.messaging.memory import MemoryBus
from shared.observability import Metrics, TelemetrySettings, start_telemetry
from shared.persistence.unit_of_work import Works
from shared.policy import Policy
from shared.province.adapter import ProvinceAdapter
from shared.province.chasing import Chaser, Deadlines
from shared.province.courier import Courier, Line
from shared.province.dialect import SAMPLE, Dialect
from shared.province.following import Follower
from shared.province.intents import Dispatch, payload_of
from shared.province.journal import Journal
from shared.province.keys.signing import Ed25519Signer, KeyRing, PublicKeys, Signer
from shared.province.receiver import ProvinceApplier
from tests.shared.province.letters import FILED, PROVINCE, START, Province, incoming

RECEIPT_DEADLINE = timedelta(minutes=10)
DEADLINES = Deadlines()


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.at: datetime = START

    def now(self) -> datetime:
        return self.at

    def advance(self, **duration: float) -> None:
        self.at += timedelta(**duration)


class ScriptedLine(MemoryBus):
    """Takes what is published as it is told to: `outcomes` by message code, confirmed when nothing is said."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Message] = []
        self.outcomes: dict[str, Outcome] = {}

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        outcomes = []
        for message in messages:
            code = ProvinceEnvelope.model_validate_json(message.body).code
            outcomes.append(self.outcomes.get(code, Outcome.CONFIRMED))
            if outcomes[-1] is Outcome.CONFIRMED:
                self.taken.append(message)
        return outcomes

    def letters(self, code: str | None = None) -> list[ProvinceEnvelope]:
        """What the line has taken, in this order."""
        letters = [ProvinceEnvelope.model_validate_json(message.body) for message in self.taken]
        return [letter for letter in letters if code is None or letter.code == code]

    def receipts(self, answered: ProvinceEnvelope) -> list[Receipt]:
        """What went back about one message of the province."""
        found = [it for it in self.letters(MessageCode.RECEIPT) if it.in_reply_to == answered.message_id]
        return [Receipt.model_validate(letter.payload) for letter in found]


class City:
    """One service at the exchange. `troubles` are raised by its handler after it has written, one each time."""

    def __init__(
        self,
        engine: AsyncEngine,
        policy: Policy,
        *,
        service: str = "filing",
        dialect: Dialect | None = None,
        signer: Signer | None = None,
    ) -> None:
        self.engine = engine
        self.clock = SetClock()
        self.province = Province(service=service)
        self.signer: Signer = signer or Ed25519Signer(Ed25519PrivateKey.generate())
        self.line = ScriptedLine()
        self.troubles: defaultdict[str, list[BaseException]] = defaultdict(list)
        self.recognized: list[str] = []
        self.wakes = 0
        self._service = service
        self._spans = InMemorySpanExporter()
        self.telemetry = start_telemetry(
            service, TelemetrySettings(), prometheus=True, processors=[SimpleSpanProcessor(self._spans)]
        )
        self.metrics = Metrics(self.telemetry)
        self.works: Works[Work] = Works(
            engine,
            lambda transaction: bind(transaction, policy),
            clock=self.clock,
            tell=filing_province.dispatch,
            announced=self._announced,
        )
        self.journal = Journal()
        self.dialect = dialect or Dialect.from_file(SAMPLE)
        self.adapter = ProvinceAdapter[Work](service)
        self.adapter.takes(FILED, InstitutionFiled, self._recognize)
        self.consumer = self.ear()

    def ear(self, keys: PublicKeys | None = None, *, others: dict[str, KeyRing] | None = None) -> Consumer:
        """A consumer of the province's messages; any number of them may be at work."""
        applier = ProvinceApplier(
            adapter=self.adapter,
            works=self.works,
            peers={PROVINCE: keys or KeyRing(self.province.signer.public())} | (others or {}),
            clock=self.clock,
            telemetry=self.telemetry,
            metrics=self.metrics,
            journal=self.journal,
            dialect=self.dialect,
        )
        return Consumer(
            service=self._service,
            applier=applier,
            transaction=self.works.transaction,
            clock=self.clock,
            metrics=self.metrics,
            batch=10,
            note=applier.note_held,
        )

    def courier(self, line: Line | None = None, *, poll_seconds: float = 0.05) -> Courier:
        return Courier(
            service=self._service,
            counterpart=PROVINCE,
            works=self.works,
            follower=Follower(self.adapter, self.works, self.journal),
            line=line or self.line,
            signer=lambda: self.signer,
            dialect=self.dialect,
            telemetry=self.telemetry,
            journal=self.journal,
            receipt_deadline=RECEIPT_DEADLINE,
            poll_seconds=poll_seconds,
        )

    def chaser(self, *, poll_seconds: float = 0.05) -> Chaser:
        return Chaser(
            counterpart=PROVINCE,
            engine=self.engine,
            clock=self.clock,
            metrics=self.metrics,
            deadlines=DEADLINES,
            poll_seconds=poll_seconds,
        )

    async def _recognize(self, filed: InstitutionFiled, work: Work) -> None:
        self.recognized.append(filed.provincial_number)
        await recognize_institution(filed, work)
        if troubles := self.troubles[filed.provincial_number]:
            raise troubles.pop(0)

    def _announced(self) -> None:
        self.wakes += 1

    async def take(self, *letters: ProvinceEnvelope, traceparent: str | None = None) -> None:
        """Let the service receive these at once; what comes later is later by the clock, too."""
        await self.consumer.process([incoming(letter, traceparent=traceparent) for letter in letters])
        self.clock.advance(milliseconds=1)

    async def answer(self, letter: ProvinceEnvelope) -> list[Receipt]:
        """What the province has been answered about this message once everything owed is sent."""
        await self.send()
        return self.line.receipts(letter)

    async def send(self) -> int:
        """Send what is due now; how many the line took."""
        return await self.courier().send_batch()

    async def retry_what_is_due(self) -> int:
        """Work through the held messages that are due now; how many there were."""
        done = 0
        while await self.consumer.retry_one():
            done += 1
        return done

    async def owe(self, *dispatches: Dispatch) -> None:
        """One transaction that owes these."""
        scope = Scope.of_service(self._service, "owe")
        async with self.works.transaction(scope) as transaction:
            for dispatch in dispatches:
                transaction.intents.owe(dispatch)

    async def rows(self, query: str, **values: object) -> list[dict[str, Any]]:
        async with self.engine.connect() as connection, connection.begin():
            await connection.execute(text("SELECT set_config('njt.everything', 'on', true)"))
            result = await connection.execute(text(query), values)
            return [dict(row) for row in result.mappings()]

    async def on_record(self) -> list[str]:
        """The provincial numbers of what was recognised."""
        rows = await self.rows("SELECT number FROM institution ORDER BY number")
        return [row["number"] for row in rows]

    async def received(self) -> list[tuple[str, str]]:
        """State and reason code of all that came in."""
        rows = await self.rows("SELECT state, reason_code FROM exchange_received ORDER BY at, entry")
        return [(row["state"], row["reason_code"]) for row in rows]

    async def held(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM held_message ORDER BY sequence, id")

    async def intents(self, code: str | None = None) -> list[dict[str, Any]]:
        """What is owed or was, in the order of the lanes; what stands outside them only when its code is asked for."""
        rows = await self.rows("SELECT * FROM exchange_intent ORDER BY lane, sequence, id")
        wanted = [row for row in rows if (row["sequence"] > 0 if code is None else row["code"] == code)]
        return [row | {"payload": payload_of(row["payload"])} for row in wanted]

    async def intent(self) -> dict[str, Any]:
        """The only thing that is owed or was, receipts apart."""
        (intent,) = await self.intents()
        return intent

    async def follow(self, *receipts: Receipt) -> dict[str, Any]:
        """Let the province answer the only intent with these; the intent afterwards."""
        owed: UUID = (await self.intent())["id"]
        for receipt in receipts:
            await self.take(self.province.receipt(owed, receipt))
        return await self.intent()

    def spans(self, name: str) -> list[ReadableSpan]:
        return [span for span in self._spans.get_finished_spans() if span.name == name]

    def sample(self, metric: str) -> float | None:
        """What Prometheus is told, whatever its labels; None when it is told nothing."""
        found = [
            sample.value
            for family in self.telemetry.registry.collect()
            for sample in family.samples
            if sample.name == metric
        ]
        return sum(found) if found else None
