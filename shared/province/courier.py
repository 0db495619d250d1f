"""Sends what is owed to the province, signed, in the order of the lanes, at the rate that is allowed."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import structlog
from opentelemetry.trace import SpanKind
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import SCHEMA_VERSION, ProvinceEnvelope, Receipt
from shared.identity import Scope
from shared.messaging.bus import Message, Outcome
from shared.messaging.failures import is_outage
from shared.observability import Telemetry, current_traceparent
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.adapter import CONTENT_TYPE, PROVINCE_EXCHANGE, TO_PROVINCE
from shared.province.claiming import claim, owes_older
from shared.province.declining import DECLINED_THERE, TOO_LARGE, count_declined, refuse, unspeakable
from shared.province.dialect import Dialect, Unspeakable
from shared.province.following import Follower
from shared.province.intents import payload_of
from shared.province.journal import TRACE_ID, Crossing, Direction, Journal
from shared.province.keys.signing import Signer
from shared.province.operating.pausing import Pause

_SENT = text("""
    UPDATE exchange_intent
    SET state = CASE WHEN sequence = 0 THEN 'done' WHEN state = 'owed' THEN 'delivered' ELSE state END,
        query_at = CASE WHEN sequence > 0 AND state IN ('owed', 'delivered', 'accepted')
                        THEN CAST(:query_at AS timestamptz) END,
        attempts = attempts + 1, due_at = NULL, declined = 0
    WHERE id = ANY (CAST(:ids AS uuid[]))
""")
# The longer something has waited for the line, the longer it waits for the next attempt. What was turned away as if
# nobody were there was not declined every time in a row.
_LATER = text("""
    UPDATE exchange_intent
    SET due_at = CAST(:now AS timestamptz)
                 + least(greatest((CAST(:now AS timestamptz) - at) / 2, interval '1 second'), interval '30 seconds'),
        declined = CASE WHEN id = ANY (CAST(:turned_away AS uuid[])) THEN 0 ELSE declined END
    WHERE id = ANY (CAST(:ids AS uuid[]))
""")

_UNSURE_PAUSE = timedelta(seconds=2)

log = structlog.get_logger(__name__)


class Line(Protocol):
    """What carries messages to the counterpart: a broker, or its interface."""

    async def publish(self, messages: Sequence[Message]) -> list[Outcome]:
        """Take all, and say what became of each, in order; never raises for the line's own failures."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Sending:
    """A message that was offered to the line, and what became of it."""

    envelope: ProvinceEnvelope
    message: Message
    outcome: Outcome

    @property
    def asked_after(self) -> bool:
        """Whether nobody knows if it was taken, and its fate can be asked for; the rest is simply sent again."""
        return self.outcome is Outcome.UNKNOWN and self.envelope.sequence > 0


class Courier:
    """Works through due intents in batches; a receipt is done once delivered, anything else waits for its result.

    What has no result by the deadline is asked after (`Chaser`), and sent again only when it is not known there; soon
    where the line does not know whether it was taken. What was not taken is offered again after growing pauses. While
    the counterpart is paused nothing leaves.
    """

    def __init__(
        self,
        *,
        service: str,
        counterpart: str,
        works: Works[Any],
        follower: Follower[Any],
        line: Line,
        signer: Callable[[], Signer],
        dialect: Dialect,
        telemetry: Telemetry,
        journal: Journal,
        receipt_deadline: timedelta,
        transport: str = "amqp",
        batch: int = 100,
        poll_seconds: float = 1.0,
    ) -> None:
        self._sender = f"320100/{service}"
        self._counterpart = counterpart
        self._scope = Scope.of_service(service, "send")
        self._works = works
        self._follower = follower
        self._line = line
        self._signer = signer
        self._dialect = dialect
        self._telemetry = telemetry
        self._journal = journal
        self._transport = transport
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
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), self._poll_seconds)
            self._woken.clear()

    async def send_batch(self) -> int:
        """Send what is due and allowed now; returns how many the line took."""
        async with self._works.transaction(self._scope) as transaction:
            return await self.send_within(transaction)

    async def send_within(self, transaction: Transaction) -> int:
        """The same within a transaction that reaches all organs; what was sent counts as sent when it is committed."""
        connection, now = transaction.connection, transaction.at
        pause = await Pause.of(connection, self._counterpart)
        most = self._batch if pause is None else min(self._batch, pause.allows(now))
        rows = await claim(connection, now=now, most=most)
        sendings, refusals = await self._offer(rows) if rows else ([], {})
        sent = [each for each in sendings if each.outcome is Outcome.CONFIRMED]
        unsure = [each for each in sendings if each.asked_after]
        await self._settle(connection, sent, query_at=now + self._receipt_deadline, now=now)
        await self._settle(connection, unsure, query_at=now + _UNSURE_PAUSE, now=now)
        await self._put_off(transaction, sendings, refusals)
        if pause is not None and pause.resumed_at is not None:
            await pause.left(connection, len(sent) + len(unsure), now=now)
            if not await owes_older(connection, pause.resumed_at):
                await pause.close(connection, now=now)
        return len(sent)

    async def _offer(self, rows: Sequence[RowMapping]) -> tuple[list[_Sending], dict[UUID, Receipt]]:
        """What became of these; what the dialect has no words for is to be refused, and holds up no other lane."""
        written: list[tuple[ProvinceEnvelope, Message]] = []
        refusals: dict[UUID, Receipt] = {}
        for row in rows:
            try:
                written.append(self._message(row))
            except Unspeakable as problem:
                refusals[row["id"]] = unspeakable(problem)
        outcomes = await self._line.publish([message for _, message in written])
        sendings = [
            _Sending(envelope=envelope, message=message, outcome=outcome)
            for (envelope, message), outcome in zip(written, outcomes, strict=True)
        ]
        return sendings, refusals

    async def _settle(
        self, connection: AsyncConnection, sent: Sequence[_Sending], *, query_at: datetime, now: datetime
    ) -> None:
        """Write down what left, and when its fate is to be asked for."""
        if sent:
            ids = [each.envelope.message_id for each in sent]
            await connection.execute(_SENT, {"ids": ids, "query_at": query_at})
            await self._journal.enter(connection, [self._crossing(each, now=now) for each in sent])

    async def _put_off(
        self, transaction: Transaction, sendings: Sequence[_Sending], refusals: Mapping[UUID, Receipt]
    ) -> None:
        """What did not leave: refused where it never will, offered again later where it may."""
        connection, now = transaction.connection, transaction.at
        ids: dict[Outcome, list[UUID]] = {outcome: [] for outcome in Outcome}
        for each in sendings:
            if not each.asked_after:
                ids[each.outcome].append(each.envelope.message_id)
        declined = await count_declined(connection, ids[Outcome.DECLINED], now=now)
        never = {
            **refusals,
            **dict.fromkeys(ids[Outcome.UNFIT], TOO_LARGE),
            **dict.fromkeys(declined, DECLINED_THERE),
        }
        later = await refuse(transaction, never, self._follower)
        if later := [*later, *ids[Outcome.FAILED], *ids[Outcome.UNROUTABLE], *ids[Outcome.UNKNOWN]]:
            turned_away = ids[Outcome.UNROUTABLE]
            await connection.execute(_LATER, {"ids": later, "now": now, "turned_away": turned_away})

    def _crossing(self, sending: _Sending, *, now: datetime) -> Crossing:
        envelope, message = sending.envelope, sending.message
        traceparent = message.headers.get("traceparent")
        return Crossing(
            at=now,
            direction=Direction.OUT,
            transport=self._transport,
            counterpart=envelope.receiver,
            outcome="unanswered" if sending.asked_after else "sent",
            body=message.body,
            envelope=envelope,
            trace_id=traceparent[TRACE_ID] if traceparent else None,
        )

    def _message(self, row: RowMapping) -> tuple[ProvinceEnvelope, Message]:
        with self._telemetry.span(
            f"send {row['code']}",
            parent=row["traceparent"],
            kind=SpanKind.PRODUCER,
            attributes={"njt.business_key": row["business_key"], "messaging.message.id": str(row["id"])},
        ):
            traceparent = current_traceparent()
        signer = self._signer()
        envelope = self._envelope(row, key_id=signer.key_id)
        return envelope, Message(
            id=str(row["id"]),
            exchange=PROVINCE_EXCHANGE,
            routing_key=TO_PROVINCE,
            body=self._dialect.write(envelope, signer.sign),
            content_type=CONTENT_TYPE,
            headers={"traceparent": traceparent} if traceparent else {},
        )

    def _envelope(self, row: RowMapping, *, key_id: str) -> ProvinceEnvelope:
        return ProvinceEnvelope(
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
            key_id=key_id,
            signature="",
        )
