"""The province's messages that wait for a person: tried again, or given up so that their lane goes on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import ProvinceEnvelope
from shared.errors import Conflict, NotFound, Refusal
from shared.messaging.envelope import Undecodable
from shared.messaging.inbox import Inbox, Kept
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.unit_of_work import Transaction
from shared.privacy import Undecipherable
from shared.province import receipts
from shared.province.dialect import Dialect
from shared.province.journal import TRACE_ID, Crossing, Direction, Journal
from shared.province.lanes import VOIDED_HERE, lane_of
from shared.province.received import Received
from shared.province.recording import record_of

_LIST = text("""
    SELECT id, topic, lane, stream, subject, held.sequence, message_id, business_key, code, reason, attempts, first_at,
           traceparent, coalesce(known.sequence, 0) AS taken
    FROM held_message AS held LEFT JOIN inbox_position AS known USING (stream, subject)
    WHERE queue = :queue AND state = 'parked' AND (CAST(:after AS uuid) IS NULL OR id > CAST(:after AS uuid))
    ORDER BY id LIMIT :most
""")
_GET = text("""
    SELECT id, topic, lane, stream, subject, sequence, message_id, business_key, code, reason, attempts, first_at,
           traceparent, 0 AS taken, body, sealed
    FROM held_message WHERE queue = :queue AND state = 'parked' AND id = :id FOR UPDATE
""")
_REPLAY = text("UPDATE held_message SET state = 'waiting', attempts = 0, due_at = :at WHERE id = :id")


class UnknownParked(NotFound):
    """没有这条转人工的报文 · No such message waits for a person."""

    code = "NJT-EXC-1053"


class VoidedThere(Conflict):
    """对方已作废此报文，只能弃置 · The other side voided it: it can only be discarded."""

    code = "NJT-EXC-1054"


class EarlierFirst(Conflict):
    """同一通道尚有更早的报文未处理 · Earlier messages of its lane come first."""

    code = "NJT-EXC-1055"


class NotLegible(Conflict):
    """报文内容无法读出 · The content of the message cannot be read."""

    code = "NJT-EXC-1056"


class Discarded(Refusal):
    """市级经办人员核对后不予办理 · An officer of the city looked at it and did not carry it out."""

    code = "NJT-EXC-1057"


@dataclass(frozen=True, kw_only=True)
class Parked:
    """A message that waits for a person; `taken` is how far its lane is, `code` and `reason` why it waits."""

    id: UUID
    topic: str | None
    lane: str | None
    stream: str | None
    subject: UUID | None
    sequence: int | None
    message_id: UUID | None
    business_key: str | None
    code: str
    reason: str
    attempts: int
    first_at: datetime
    traceparent: str | None
    taken: int
    body: bytes = field(default=b"", repr=False)
    sealed: bool = False

    @property
    def trace_id(self) -> str | None:
        """The trace in which it came."""
        return self.traceparent[TRACE_ID] if self.traceparent else None


@dataclass(frozen=True, kw_only=True)
class Shelf:
    """Where a service keeps them: the queue they came by, and how their content is opened and read."""

    queue: str
    opened: Callable[[Kept], bytes]
    dialect: Dialect
    journal: Journal


async def list_parked(
    connection: AsyncConnection, queue: str, *, cursor: str | None, size: int
) -> Page[Parked]:
    """Those of a queue, oldest first; raises BadCursor."""
    after = uuid_in(decode_cursor(cursor, parts=1)[0]) if cursor else None
    rows = (await connection.execute(_LIST, {"queue": queue, "after": after, "most": size + 1})).mappings()
    return page_of([Parked(**row) for row in rows], size=size, position=lambda it: (it.id,))


async def read(
    transaction: Transaction, shelf: Shelf, held_id: UUID, *, reason: str | None
) -> tuple[Parked, bytes]:
    """One and its bytes, whatever they are, which is entered in the ledger; raises UnknownParked or NotLegible."""
    found = await _get(transaction, shelf.queue, held_id)
    try:
        body = shelf.opened(found)
    except Undecipherable:
        raise NotLegible from None
    if reason is not None:
        transaction.because(reason)
    transaction.ledger.changed("held_message", held_id)
    return found, body


async def replay(transaction: Transaction, queue: str, held_id: UUID, *, reason: str) -> None:
    """Try it again now, as often as at first; raises UnknownParked or VoidedThere."""
    found = await _get(transaction, queue, held_id)
    if found.code == VOIDED_HERE:
        raise VoidedThere
    await transaction.connection.execute(_REPLAY, {"id": held_id, "at": transaction.at})
    _enter(transaction, found, state="waiting", reason=reason)


async def discard(transaction: Transaction, shelf: Shelf, held_id: UUID, *, reason: str) -> None:
    """Give it up: its number is passed over, its lane goes on, and the province is told that it was not carried out.

    Raises UnknownParked, EarlierFirst, or NotLegible where the province could not be told.
    """
    found = await _get(transaction, shelf.queue, held_id)
    body, envelope = _content(shelf, found)
    if found.stream and found.subject and found.sequence and envelope is not None:
        await _pass_over(transaction, found.sequence, envelope, reason=reason)
    await Inbox(transaction.connection).release(held_id)
    crossing = Crossing(
        at=transaction.at,
        direction=Direction.IN,
        transport="held",
        counterpart=envelope.sender if envelope else "",
        outcome="discarded",
        reason_code=Discarded.code,
        body=body,
        envelope=envelope,
        trace_id=found.trace_id,
        kept=False,
    )
    await shelf.journal.enter(transaction.connection, [crossing])
    _enter(transaction, found, state=None, reason=reason)


async def _pass_over(
    transaction: Transaction, sequence: int, envelope: ProvinceEnvelope, *, reason: str
) -> None:
    """Take its number, should it be the next one, as that of a message that was declined."""
    inbox, lane = Inbox(transaction.connection), lane_of(envelope)
    taken = (await inbox.lock([lane]))[lane]
    if sequence > taken + 1:
        raise EarlierFirst(f"第 {taken + 1} 号 · number {taken + 1}")
    if sequence <= taken:
        return
    received = Received(transaction.connection)
    if await received.known(envelope.message_id, envelope.code, envelope.business_key) is None:
        result = receipts.result(Discarded(reason))
        await received.record(record_of(envelope, transaction, "rejected", result))
        receipts.answer(transaction, envelope, receipts.ACCEPTED)
        receipts.answer(transaction, envelope, result)
    await inbox.advance({lane: sequence}, at=transaction.at)


def _content(shelf: Shelf, found: Parked) -> tuple[bytes, ProvinceEnvelope | None]:
    """The bytes and what they say; None when they are no message. Raises NotLegible when a readable one is not now."""
    try:
        body = shelf.opened(found)
    except Undecipherable:
        raise NotLegible from None
    try:
        return body, shelf.dialect.read(body).envelope
    except Undecodable:
        if found.stream:
            raise NotLegible from None
        return body, None


async def _get(transaction: Transaction, queue: str, held_id: UUID) -> Parked:
    row = (await transaction.connection.execute(_GET, {"queue": queue, "id": held_id})).mappings().first()
    if row is None:
        raise UnknownParked(str(held_id))
    return Parked(**row)


def _enter(transaction: Transaction, found: Parked, *, state: str | None, reason: str) -> None:
    before: dict[str, Any] = {**vars(found), "state": "parked"}
    after = before | {"state": state} if state else None
    transaction.because(reason)
    transaction.ledger.changed("held_message", found.id, before=before, after=after)
