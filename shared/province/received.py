"""What came in from the province, and what became of it; and how far our own intents are."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import Receipt, Stage
from shared.province.intents import IntentState

_KNOWN = text("""
    SELECT code, business_key, digest, state, reason_code, reason FROM exchange_received
    WHERE state <> 'refused' AND (message_id = :message_id OR (code = :code AND business_key = :business_key))
    ORDER BY message_id = :message_id DESC LIMIT 1
""")
_RECORD = text("""
    INSERT INTO exchange_received (entry, message_id, code, business_key, digest, state, reason_code, reason, at)
    VALUES (:entry, :message_id, :code, :business_key, :digest, :state, :reason_code, :reason, :at)
""")
_TRACE = text("SELECT traceparent FROM exchange_intent WHERE id = :id")
_OURS = text("SELECT 1 FROM exchange_intent WHERE id = :id AND code <> 'RECEIPT'")
_FOLLOW = text("""
    UPDATE exchange_intent SET state = :state, reason_code = :reason_code, reason = :reason,
                               due_at = CASE WHEN :final THEN NULL ELSE due_at END
    WHERE id = :id AND code <> 'RECEIPT' AND state = ANY (CAST(:before AS text[])) RETURNING code, business_key
""")


def received_tables(metadata: MetaData) -> None:
    """Every message that came in: carried out (`done`), declined by the rules (`rejected`) or not accepted (`refused`)."""
    received = Table(
        "exchange_received",
        metadata,
        Column("entry", Uuid, primary_key=True),
        Column("message_id", Uuid, nullable=False),
        Column("code", Text, nullable=False),
        Column("business_key", Text, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("reason_code", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
    )
    accepted = text("state <> 'refused'")
    Index("uq_received_message", received.c.message_id, unique=True, postgresql_where=accepted)
    Index(
        "uq_received_business_key",
        received.c.code,
        received.c.business_key,
        unique=True,
        postgresql_where=accepted,
    )


@dataclass(frozen=True, kw_only=True)
class Record:
    """One message that came in."""

    entry: UUID
    message_id: UUID
    code: str
    business_key: str
    digest: bytes
    state: str
    at: datetime
    reason_code: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known of a message that came before."""

    code: str
    business_key: str
    digest: bytes
    state: str
    reason_code: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Followed:
    """A message of ours that a receipt moved on, and where to."""

    code: str
    business_key: str
    state: IntentState

    @property
    def final(self) -> bool:
        """Whether nothing more will be said of it; of what was refused another copy may still be taken."""
        return self.state is not IntentState.ACCEPTED


class Received:
    """The exchange tables of one service within one transaction, as the receiving side needs them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def known(self, message_id: UUID, code: str, business_key: str) -> Known | None:
        """An accepted message with this id, or about this act."""
        key = {"message_id": message_id, "code": code, "business_key": business_key}
        row = (await self._connection.execute(_KNOWN, key)).first()
        return Known(**row._asdict()) if row else None

    async def record(self, record: Record) -> None:
        await self._connection.execute(_RECORD, vars(record))

    async def trace_of(self, intent: UUID) -> str | None:
        """The trace in which an intent was owed."""
        found: str | None = (await self._connection.execute(_TRACE, {"id": intent})).scalar_one_or_none()
        return found

    async def follow(self, intent: UUID, receipt: Receipt) -> Followed | None:
        """Move an intent on by a receipt; None when it is not ours or this receipt adds nothing."""
        state = _STATES[receipt.stage, receipt.ok]
        values = {
            "id": intent,
            "state": state,
            "before": _BEFORE[state],
            "final": state is not IntentState.ACCEPTED,
            "reason_code": receipt.reason_code,
            "reason": receipt.reason,
        }
        moved = (await self._connection.execute(_FOLLOW, values)).first()
        return Followed(code=moved.code, business_key=moved.business_key, state=state) if moved else None

    async def owes(self, intent: UUID) -> bool:
        """Whether this is a message of ours that awaits receipts, or did."""
        return (await self._connection.execute(_OURS, {"id": intent})).first() is not None


_STATES = {
    (Stage.TECHNICAL, True): IntentState.ACCEPTED,
    (Stage.TECHNICAL, False): IntentState.REFUSED,
    (Stage.BUSINESS, True): IntentState.DONE,
    (Stage.BUSINESS, False): IntentState.REJECTED,
}
_UNANSWERED = (IntentState.OWED, IntentState.DELIVERED)
_UNCONCLUDED = (*_UNANSWERED, IntentState.ACCEPTED, IntentState.REFUSED)
# Receipts overtake each other, and one of two copies may be damaged on its way: what was accepted is not refused any
# more, and the business result has the last word whatever was said of another copy.
_BEFORE = {
    IntentState.ACCEPTED: _UNANSWERED,
    IntentState.REFUSED: _UNANSWERED,
    IntentState.DONE: _UNCONCLUDED,
    IntentState.REJECTED: _UNCONCLUDED,
}
