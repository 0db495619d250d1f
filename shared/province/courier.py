"""Sends what is owed to the province, signed, and chases what was not answered in time."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, timedelta

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope
from shared.messaging.bus import Bus, Message, Outcome
from shared.messaging.failures import is_outage
from shared.observability import Metrics, Telemetry, current_traceparent
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE
from shared.province.intents import IntentState, payload_of
from shared.province.signing import Signer

_CLAIM = text("""
    SELECT id, code, business_key, lane, sequence, in_reply_to, payload, state, attempts, at, traceparent
    FROM exchange_intent WHERE due_at <= :now ORDER BY due_at, sequence, id LIMIT :most FOR UPDATE SKIP LOCKED
""")
_SENT = text("""
    UPDATE exchange_intent SET state = CASE WHEN state = 'owed' THEN :state ELSE state END,
                               attempts = attempts + 1, due_at = :due_at
    WHERE id = ANY (CAST(:ids AS uuid[]))
""")
_LATER = text("UPDATE exchange_intent SET due_at = :due_at WHERE id = ANY (CAST(:ids AS uuid[]))")
_STANDING = text("""
    SELECT count(*) FILTER (WHERE state NOT IN ('done', 'refused', 'rejected')) AS owed,
           count(*) FILTER (WHERE state IN ('owed', 'delivered', 'accepted') AND attempts > 1) AS overdue
    FROM exchange_intent WHERE due_at IS NOT NULL
""")

log = structlog.get_logger(__name__)


class Courier:
    """Works through due intents in batches; a receipt is done once delivered, anything else waits for its result.

    An intent without its result by the deadline is sent again under the same message id, which the counterpart
    recognises, and counted as overdue.
    """

    def __init__(
        self,
        *,
        service: str,
        counterpart: str,
        engine: AsyncEngine,
        bus: Bus,
        signer: Signer,
        clock: Clock,
        telemetry: Telemetry,
        metrics: Metrics,
        receipt_deadline: timedelta,
        batch: int = 100,
        poll_seconds: float = 1.0,
    ) -> None:
        self._sender = f"320100/{service}"
        self._counterpart = counterpart
        self._engine = engine
        self._bus = bus
        self._signer = signer
        self._clock = clock
        self._telemetry = telemetry
        self._metrics = metrics
        self._receipt_deadline = receipt_deadline
        self._batch = batch
        self._poll_seconds = poll_seconds
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """There is something to send."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled; outlives outages of the database and of the line."""
        while True:
            try:
                while await self.send_batch() == self._batch:
                    pass
            except Exception as problem:  # the courier must outlive whatever happens to one batch
                log.warning("courier paused", problem=type(problem).__name__, outage=is_outage(problem))
            try:
                await asyncio.wait_for(self._woken.wait(), self._poll_seconds)
            except TimeoutError:
                await self._measure()
            self._woken.clear()

    async def send_batch(self) -> int:
        """Send what is due now; returns how many the line took."""
        now = self._clock.now()
        async with self._engine.connect() as connection, connection.begin():
            rows = (await connection.execute(_CLAIM, {"now": now, "most": self._batch})).mappings().all()
            if not rows:
                return 0
            outcomes = await self._bus.publish([self._message(row) for row in rows])
            receipts, intents, later = _parted(rows, outcomes)
            chase = now + self._receipt_deadline
            await connection.execute(_SENT, {"ids": receipts, "state": IntentState.DONE, "due_at": None})
            await connection.execute(_SENT, {"ids": intents, "state": IntentState.DELIVERED, "due_at": chase})
            if later:
                await connection.execute(_LATER, {"ids": later, "due_at": now + timedelta(seconds=1)})
        return len(receipts) + len(intents)

    def _message(self, row: RowMapping) -> Message:
        with self._telemetry.span(
            f"send {row['code']}",
            parent=row["traceparent"],
            kind=SpanKind.PRODUCER,
            attributes={"njt.business_key": row["business_key"], "messaging.message.id": str(row["id"])},
        ):
            traceparent = current_traceparent()
        return Message(
            id=str(row["id"]),
            exchange=PROVINCE_EXCHANGE,
            routing_key=TO_PROVINCE,
            body=self._signed(row).model_dump_json().encode(),
            content_type=CONTENT_TYPE,
            headers={"traceparent": traceparent} if traceparent else {},
        )

    def _signed(self, row: RowMapping) -> ProvinceEnvelope:
        envelope = ProvinceEnvelope(
            schema_version=SCHEMA_VERSION,
            message_id=row["id"],
            code=row["code"],
            sender=self._sender,
            receiver=self._counterpart,
            business_key=row["business_key"],
            lane=row["lane"],
            sequence=row["sequence"],
            issued_at=row["at"].astimezone(UTC),
            in_reply_to=row["in_reply_to"],
            payload=payload_of(row["payload"]),
            key_id=self._signer.key_id,
            signature="",
        )
        return envelope.model_copy(update={"signature": self._signer.sign(envelope.signed_bytes())})

    async def _measure(self) -> None:
        try:
            async with self._engine.connect() as connection:
                standing = (await connection.execute(_STANDING)).one()
        except Exception as problem:  # a measurement is not worth the courier
            log.warning("intents not measured", problem=type(problem).__name__)
        else:
            self._metrics.intents(owed=standing.owed, overdue=standing.overdue)


def _parted(
    rows: Sequence[RowMapping], outcomes: Sequence[Outcome]
) -> tuple[list[object], list[object], list[object]]:
    """Ids of delivered receipts, of delivered intents, and of what the line did not take."""
    receipts: list[object] = []
    intents: list[object] = []
    later: list[object] = []
    for row, outcome in zip(rows, outcomes, strict=True):
        if outcome is not Outcome.CONFIRMED:
            later.append(row["id"])
        elif row["code"] == MessageCode.RECEIPT:
            receipts.append(row["id"])
        else:
            intents.append(row["id"])
    return receipts, intents, later
