"""Which batches were made and taken in: one row for each, and one for each message of an imported one."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    RowMapping,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.privacy import FieldCipher, Undecipherable
from shared.province.batches.refusals import FileNotKept, UnknownBatch

_COLUMNS = "id, direction, counterpart, form, at, by, name, sha256, rows, outcomes, concluded_at"
_ADD = text("""
    INSERT INTO exchange_batch (id, direction, counterpart, form, at, by, name, sha256, rows, outcomes, concluded_at,
                                content)
    VALUES (:id, :direction, :counterpart, :form, :at, :by, :name, :sha256, :rows, :outcomes,
            :concluded_at, :content)
""")
_FIND = text(f"SELECT {_COLUMNS} FROM exchange_batch WHERE id = :id")  # noqa: S608 — the columns above
_LIST = text(f"""
    SELECT {_COLUMNS} FROM exchange_batch
    WHERE (CAST(:at AS timestamptz) IS NULL OR (at, id) < (:at, CAST(:id AS uuid)))
    ORDER BY at DESC, id DESC LIMIT :most
""")  # noqa: S608 — as above
_CONTENT = text("SELECT content FROM exchange_batch WHERE id = :id")
_PROGRESS = text("""
    UPDATE exchange_batch SET outcomes = :outcomes, concluded_at = :concluded_at WHERE id = :id
""")
_PUT_ROW = text("""
    INSERT INTO exchange_batch_row (batch_id, number, message_id, code, business_key, outcome, reason_code, reason)
    VALUES (:batch_id, :number, :message_id, :code, :business_key, :outcome, :reason_code, :reason)
    ON CONFLICT (batch_id, number) DO UPDATE
    SET outcome = excluded.outcome, reason_code = excluded.reason_code, reason = excluded.reason
""")
_ROWS = text("""
    SELECT number, message_id, code, business_key, outcome, reason_code, reason FROM exchange_batch_row
    WHERE batch_id = :id ORDER BY number
""")
_ABOUT = "batch"
_ZIP = b"PK\x03\x04"
"""How every file begins that is not sealed."""


def batch_tables(metadata: MetaData) -> None:
    """Batches, and what became of the rows of those that came in.

    `sha256` is of the file with the messages, `content` the whole file of an exported batch under the service's cipher.
    """
    batch = Table(
        "exchange_batch",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("direction", Text, nullable=False),
        Column("counterpart", Text, nullable=False),
        Column("form", Text, nullable=False),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("by", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("sha256", LargeBinary, nullable=False),
        Column("rows", Integer, nullable=False),
        Column("outcomes", Text, nullable=False),
        Column("concluded_at", DateTime(timezone=True)),
        Column("content", LargeBinary),
    )
    Index("ix_exchange_batch_at", batch.c.at, batch.c.id)
    Table(
        "exchange_batch_row",
        metadata,
        Column("batch_id", Uuid, primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("message_id", Uuid),
        Column("code", Text, nullable=False),
        Column("business_key", Text, nullable=False),
        Column("outcome", Text, nullable=False),
        Column("reason_code", Text, nullable=False),
        Column("reason", Text, nullable=False),
    )


@dataclass(frozen=True, kw_only=True)
class Batch:
    """One batch. `at` is when it was made or first taken in; until it is concluded an import may be at work on it.

    `outcomes` counts its rows by what became of them: `sent`, or the outcomes of the exchange ledger.
    """

    id: UUID
    direction: str
    counterpart: str
    form: str
    at: datetime
    by: str
    name: str
    sha256: bytes = field(repr=False)
    rows: int
    outcomes: Mapping[str, int]
    concluded_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class BatchRow:
    """What became of one row; its message's id, code and business key where it could be read."""

    number: int
    message_id: UUID | None
    code: str
    business_key: str
    outcome: str
    reason_code: str = ""
    reason: str = ""


class Batches:
    """The batches of one service within one transaction."""

    def __init__(self, connection: AsyncConnection, cipher: FieldCipher | None = None) -> None:
        self._connection = connection
        self._cipher = cipher

    async def add(self, batch: Batch, content: bytes | None = None) -> None:
        """Keep a new one, with the file if it was made here."""
        sealed = self._cipher.seal(content, about=_about(batch.id)) if self._cipher and content else content
        await self._connection.execute(
            _ADD, vars(batch) | {"outcomes": _json(batch.outcomes), "content": sealed}
        )

    async def find(self, batch_id: UUID) -> Batch | None:
        row = (await self._connection.execute(_FIND, {"id": batch_id})).mappings().first()
        return _batch(row) if row else None

    async def get(self, batch_id: UUID) -> Batch:
        """Raises UnknownBatch."""
        found = await self.find(batch_id)
        if found is None:
            raise UnknownBatch
        return found

    async def content(self, batch_id: UUID) -> bytes:
        """The file as it was made; raises UnknownBatch, FileNotKept or Undecipherable."""
        row = (await self._connection.execute(_CONTENT, {"id": batch_id})).first()
        if row is None:
            raise UnknownBatch
        if row.content is None:
            raise FileNotKept
        content: bytes = row.content
        if content.startswith(_ZIP):  # made when the service had no keys
            return content
        if self._cipher is None:
            raise Undecipherable
        return self._cipher.unseal(content, about=_about(batch_id))

    async def page(self, *, cursor: str | None, size: int) -> Page[Batch]:
        """The latest first; raises BadCursor."""
        at, batch_id = decode_cursor(cursor, parts=2) if cursor else (None, None)
        asked: dict[str, Any] = {
            "at": moment_in(at) if at else None,
            "id": uuid_in(batch_id) if batch_id else None,
            "most": size + 1,
        }
        rows = (await self._connection.execute(_LIST, asked)).mappings()
        found = [_batch(row) for row in rows]
        return page_of(found, size=size, position=lambda batch: (batch.at.isoformat(), batch.id))

    async def put_rows(self, batch_id: UUID, rows: Sequence[BatchRow]) -> None:
        """Keep what became of these rows."""
        if rows:
            await self._connection.execute(_PUT_ROW, [vars(row) | {"batch_id": batch_id} for row in rows])

    async def rows(self, batch_id: UUID) -> list[BatchRow]:
        """What became of the rows of an imported batch, in their order."""
        found = await self._connection.execute(_ROWS, {"id": batch_id})
        return [BatchRow(**row) for row in found.mappings()]

    async def progressed(
        self, batch_id: UUID, outcomes: Mapping[str, int], *, concluded_at: datetime | None
    ) -> None:
        """Keep how far an import is."""
        values = {"id": batch_id, "outcomes": _json(outcomes), "concluded_at": concluded_at}
        await self._connection.execute(_PROGRESS, values)


def _batch(row: RowMapping) -> Batch:
    return Batch(**{**row, "outcomes": json.loads(row["outcomes"])})


def _about(batch_id: UUID) -> str:
    return f"{_ABOUT}:{batch_id}"


def _json(outcomes: Mapping[str, int]) -> str:
    return json.dumps(dict(outcomes))
