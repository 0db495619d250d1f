"""Hands the rows of a batch to the service's own ear, a few at a time, and finds out what became of each."""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count, islice
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.identity import Scope
from shared.messaging.consumer import Consumer, Incoming
from shared.messaging.envelope import Undecodable
from shared.observability import current_traceparent
from shared.persistence.unit_of_work import OpenTransaction
from shared.province.batches.records import Batch, Batches, BatchRow
from shared.province.batches.rows import Spool
from shared.province.dialect import Dialect

FILE = "file"
"""How the exchange ledger calls this transport."""
_AT_ONCE = 50
_HELD = ("waiting", "parked")

_PLACE = text("SELECT coalesce(max(place), 0) FROM exchange_message")
_ENTERED = text("""
    SELECT sha256, outcome, reason_code FROM exchange_message
    WHERE place > :after AND direction = 'in' AND transport = :transport AND sha256 = ANY (CAST(:digests AS bytea[]))
    ORDER BY place
""")
_LATER = text("""
    SELECT DISTINCT ON (message_id) message_id, outcome, reason_code FROM exchange_message
    WHERE message_id = ANY (CAST(:ids AS uuid[])) AND place > :after AND direction = 'in' AND transport = 'held'
    ORDER BY message_id, place DESC
""")
_REASONS = text("""
    SELECT message_id, reason_code, reason FROM (
        SELECT message_id, reason_code, reason, at FROM exchange_received
        WHERE message_id = ANY (CAST(:ids AS uuid[])) AND state <> 'refused'
        UNION ALL SELECT message_id, reason_code, reason, at FROM exchange_received
        WHERE message_id = ANY (CAST(:ids AS uuid[])) AND state = 'refused'
        UNION ALL SELECT message_id, code, reason, first_at FROM held_message
        WHERE message_id = ANY (CAST(:ids AS uuid[]))
    ) AS told ORDER BY at
""")


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A row before anybody acted on it; `fault` is why its message cannot be read."""

    known: BatchRow
    body: bytes
    digest: bytes
    fault: str = ""


class Intake:
    """Takes in the rows of one batch at a time."""

    def __init__(
        self, consumer: Consumer, transaction: OpenTransaction, dialect: Dialect, *, service: str
    ) -> None:
        self._consumer = consumer
        self._transaction = transaction
        self._dialect = dialect
        self._scope = Scope.of_service(service, "import")

    async def take(self, batch: Batch, rows: Spool) -> list[BatchRow]:
        """What became of every row, in order; how far it is, is kept as it goes on, the first time."""
        first_time = batch.concluded_at is None
        began = await self._place()
        taken: list[BatchRow] = []
        numbers, left = count(1), iter(rows)
        while some := list(islice(left, _AT_ONCE)):
            ended = await self._process([self._row(next(numbers), cells[-1]) for cells in some])
            taken += ended
            if first_time:
                await self._keep(batch, ended, taken)
        return await self._after_waiting(batch, taken, began, first_time=first_time)

    @staticmethod
    def counted(rows: Sequence[BatchRow]) -> dict[str, int]:
        """How many rows came to which outcome."""
        return dict(Counter(row.outcome for row in rows))

    def _row(self, number: int, message: str) -> _Row:
        body = message.encode()
        blank = BatchRow(number=number, message_id=None, code="", business_key="", outcome="")
        try:
            envelope = self._dialect.read(body).envelope
        except Undecodable as fault:
            return _Row(known=blank, body=body, digest=sha256(body).digest(), fault=fault.detail)
        known = replace(
            blank,
            message_id=UUID(str(envelope.message_id)),
            code=envelope.code,
            business_key=envelope.business_key,
        )
        return _Row(known=known, body=body, digest=sha256(body).digest())

    async def _process(self, rows: Sequence[_Row]) -> list[BatchRow]:
        after = await self._place()
        traceparent = current_traceparent()
        await self._consumer.process(
            [Incoming(body=row.body, traceparent=traceparent, transport=FILE) for row in rows]
        )
        async with self._transaction(self._scope) as transaction:
            entered = await _entered(transaction.connection, [row.digest for row in rows], after=after)
            ended = []
            for row in rows:
                outcome, reason_code = entered[row.digest].popleft()
                ended.append(replace(row.known, outcome=outcome, reason_code=reason_code, reason=row.fault))
            return await _explained(transaction.connection, ended)

    async def _after_waiting(
        self, batch: Batch, taken: list[BatchRow], began: int, *, first_time: bool
    ) -> list[BatchRow]:
        """A row that stood before what it waited for has its turn now."""
        waiting = [row.message_id for row in taken if row.outcome == "waiting" and row.message_id]
        if not waiting:
            return taken
        for _ in waiting:
            if not await self._consumer.retry_one():
                break
        async with self._transaction(self._scope) as transaction:
            asked = {"ids": waiting, "after": began}
            found = await transaction.connection.execute(_LATER, asked)
            later = {row.message_id: (row.outcome, row.reason_code) for row in found}
            changed = [
                replace(
                    row, outcome=later[row.message_id][0], reason_code=later[row.message_id][1], reason=""
                )
                for row in taken
                if row.outcome == "waiting" and row.message_id in later
            ]
            changed = await _explained(transaction.connection, changed)
        ended = {row.number: row for row in taken} | {row.number: row for row in changed}
        if first_time:
            await self._keep(batch, changed, list(ended.values()))
        return list(ended.values())

    async def _keep(self, batch: Batch, rows: Sequence[BatchRow], all_rows: Sequence[BatchRow]) -> None:
        async with self._transaction(self._scope) as transaction:
            batches = Batches(transaction.connection)
            await batches.put_rows(batch.id, rows)
            await batches.progressed(batch.id, self.counted(all_rows), concluded_at=None)

    async def _place(self) -> int:
        """How far the exchange ledger is."""
        async with self._transaction(self._scope) as transaction:
            place: int = (await transaction.connection.execute(_PLACE)).scalar_one()
            return place


async def _entered(
    connection: AsyncConnection, digests: Sequence[bytes], *, after: int
) -> Mapping[bytes, deque[tuple[str, str]]]:
    """What the exchange ledger says of messages since then, by their digests, in the order in which they came."""
    asked = {"digests": list(digests), "after": after, "transport": FILE}
    found: defaultdict[bytes, deque[tuple[str, str]]] = defaultdict(deque)
    for row in await connection.execute(_ENTERED, asked):
        found[row.sha256].append((row.outcome, row.reason_code))
    return found


async def _explained(connection: AsyncConnection, rows: Sequence[BatchRow]) -> list[BatchRow]:
    """The rows with the reasons that are on record for their codes."""
    ids = [row.message_id for row in rows if row.reason_code and row.message_id]
    if not ids:
        return list(rows)
    found = await connection.execute(_REASONS, {"ids": ids})
    reasons = {(row.message_id, row.reason_code): row.reason for row in found}
    return [
        replace(row, reason=reasons.get((row.message_id, row.reason_code), row.reason))
        if row.reason_code
        else row
        for row in rows
    ]
