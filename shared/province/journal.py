"""The exchange ledger: every message in and out, found by the numbers in it; only ever added to, and hash-chained.

A message that was held crossed once: what became of it later is a line of its own, without its content.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import ProvinceEnvelope
from shared.ledger import Chain
from shared.privacy import FieldCipher, Undecipherable
from shared.province.refs import refs_of

TRACE_ID = slice(3, 35)
"""Where the trace id stands in a traceparent."""

_ABOUT = "exchange"
_LARGEST = 2**63 - 1

_COLUMNS = (
    "place",
    "at",
    "direction",
    "transport",
    "counterpart",
    "message_id",
    "code",
    "business_key",
    "lane",
    "sequence",
    "in_reply_to",
    "outcome",
    "reason_code",
    "refs",
    "trace_id",
    "sha256",
)
EXCHANGE = Chain(
    name="exchange",
    entries="exchange_message",
    links="exchange_link",
    key="place",
    fields=(*_COLUMNS, "body"),
    digested=frozenset({"body"}),
)

_ENTER = text("""
    INSERT INTO exchange_message (at, direction, transport, counterpart, message_id, code, business_key, lane, sequence,
                                  in_reply_to, outcome, reason_code, refs, trace_id, body, sha256)
    VALUES (:at, :direction, :transport, :counterpart, :message_id, :code, :business_key, :lane, :sequence,
            :in_reply_to, :outcome, :reason_code, :refs, :trace_id, :body, :sha256)
""")
_HEARD = text("""
    SELECT 1 FROM exchange_message WHERE message_id = :message_id AND direction = 'in'
        AND outcome NOT IN ('waiting', 'parked', 'refused') LIMIT 1
""")
_SEARCH = text(f"""
    SELECT {", ".join(_COLUMNS)} FROM exchange_message
    WHERE place < :before
      AND (CAST(:ref AS text) IS NULL OR refs @> ARRAY[CAST(:ref AS text)])
      AND (CAST(:message_id AS uuid) IS NULL OR message_id = :message_id OR in_reply_to = :message_id)
      AND (CAST(:trace_id AS text) IS NULL OR refs @> ARRAY[CAST(:trace_id AS text)] AND trace_id = :trace_id)
    ORDER BY place DESC LIMIT :most
""")  # noqa: S608 — the columns above
_LINE = text(f"SELECT {', '.join(_COLUMNS)} FROM exchange_message WHERE place = :place")  # noqa: S608 — as above
_BODY = text("SELECT body, sha256 FROM exchange_message WHERE place = :place")


class Direction(StrEnum):
    """Which way a message crossed."""

    IN = "in"
    OUT = "out"


def journal_tables(metadata: MetaData) -> None:
    """Messages as they crossed, and the chain over them.

    The service's role may add to either and mark a message sealed; nothing else. `sha256` is of the bytes as they
    crossed, `body` those bytes under the service's cipher.
    """
    message = Table(
        "exchange_message",
        metadata,
        Column("place", BigInteger, Identity(always=True), primary_key=True),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("direction", Text, nullable=False),
        Column("transport", Text, nullable=False),
        Column("counterpart", Text, nullable=False),
        Column("message_id", Uuid),
        Column("code", Text),
        Column("business_key", Text),
        Column("lane", Text),
        Column("sequence", BigInteger),
        Column("in_reply_to", Uuid),
        Column("outcome", Text, nullable=False),
        Column("reason_code", Text, nullable=False),
        Column("refs", ARRAY(Text), nullable=False),
        Column("trace_id", Text),
        Column("body", LargeBinary),
        Column("sha256", LargeBinary, nullable=False),
        Column("sealed", Boolean, nullable=False, server_default=text("false")),
    )
    Index("ix_exchange_message_refs", message.c.refs, postgresql_using="gin")
    Index("ix_exchange_message_id", message.c.message_id)
    answers = text("in_reply_to IS NOT NULL")
    Index("ix_exchange_message_reply", message.c.in_reply_to, postgresql_where=answers)
    Index("ix_exchange_message_unsealed", message.c.place, postgresql_where=text("NOT sealed"))
    Table(
        "exchange_link",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column("entry_id", BigInteger, nullable=False, unique=True),
        Column("digest", LargeBinary, nullable=False),
    )


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """One message that crossed, and what was made of it; `envelope` is None when it could not be read.

    `kept` is false for what becomes of a message whose content was entered when it came.
    """

    at: datetime
    direction: Direction
    transport: str
    counterpart: str
    outcome: str
    body: bytes
    envelope: ProvinceEnvelope | None = None
    reason_code: str = ""
    trace_id: str | None = None
    kept: bool = True


@dataclass(frozen=True, kw_only=True)
class Entered:
    """A line of the exchange ledger, without the content."""

    place: int
    at: datetime
    direction: str
    transport: str
    counterpart: str
    message_id: UUID | None
    code: str | None
    business_key: str | None
    lane: str | None
    sequence: int | None
    in_reply_to: UUID | None
    outcome: str
    reason_code: str
    refs: Sequence[str] = field(repr=False)
    trace_id: str | None
    sha256: bytes = field(repr=False)


class Journal:
    """Writes and reads the exchange ledger of one service; with a cipher the contents are sealed."""

    def __init__(self, cipher: FieldCipher | None = None) -> None:
        self._cipher = cipher

    async def enter(self, connection: AsyncConnection, crossings: Sequence[Crossing]) -> None:
        """Add these in their order, in the transaction of what they did."""
        if crossings:
            await connection.execute(_ENTER, [self._row(each) for each in crossings])

    async def heard(self, connection: AsyncConnection, message_id: UUID) -> bool:
        """Whether this very message came in before and was acted on."""
        return (await connection.execute(_HEARD, {"message_id": message_id})).first() is not None

    async def read(self, connection: AsyncConnection, place: int) -> bytes | None:
        """The bytes that crossed; None for a line without content. Raises Undecipherable if they were altered."""
        row = (await connection.execute(_BODY, {"place": place})).first()
        if row is None or row.body is None:
            return None
        kept: bytes = row.body
        if sha256(kept).digest() == row.sha256:  # entered when the service had no keys
            return kept
        if self._cipher is None:
            raise Undecipherable
        body = self._cipher.unseal(kept, about=_ABOUT)
        if sha256(body).digest() != row.sha256:
            raise Undecipherable
        return body

    def _row(self, crossing: Crossing) -> dict[str, Any]:
        body = crossing.body
        sealed = self._cipher.seal(body, about=_ABOUT) if self._cipher and crossing.kept else body
        return {
            "at": crossing.at,
            "direction": crossing.direction,
            "transport": crossing.transport,
            "counterpart": crossing.counterpart,
            **_outside(crossing.envelope),
            "outcome": crossing.outcome,
            "reason_code": crossing.reason_code,
            "refs": refs_of(crossing.envelope, trace_id=crossing.trace_id) if crossing.envelope else [],
            "trace_id": crossing.trace_id,
            "body": sealed if crossing.kept else None,
            "sha256": sha256(body).digest(),
        }


def _outside(envelope: ProvinceEnvelope | None) -> Mapping[str, Any]:
    """What is written on a message."""
    names = ("message_id", "code", "business_key", "lane", "in_reply_to")
    if envelope is None:
        return dict.fromkeys((*names, "sequence"))
    return {name: getattr(envelope, name) for name in names} | {"sequence": min(envelope.sequence, _LARGEST)}


async def search(
    connection: AsyncConnection,
    *,
    ref: str | None = None,
    message_id: UUID | None = None,
    trace_id: str | None = None,
    before: int | None = None,
    most: int = 100,
) -> list[Entered]:
    """Lines about this, newest first, and before this place: by a number that stands in it, its id or its trace.

    `ref` is a filing or certificate number, a USCC, station code, lane, business key or trace id. A message id finds
    what answered it, too.
    """
    asked = {
        "ref": ref,
        "message_id": message_id,
        "trace_id": trace_id,
        "before": before or _LARGEST,
        "most": most,
    }
    rows = (await connection.execute(_SEARCH, asked)).mappings()
    return [Entered(**row) for row in rows]


async def line_at(connection: AsyncConnection, place: int) -> Entered | None:
    """The line at this place, if there is one."""
    row = (await connection.execute(_LINE, {"place": min(place, _LARGEST)})).mappings().first()
    return Entered(**row) if row else None
