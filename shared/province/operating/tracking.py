"""The messages that the city owes or has sent, as operators look for them, and the walk of one of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.province.intents import payload_of
from shared.province.journal import TRACE_ID, Entered, search
from shared.province.operating.repairs import UnknownIntent

_COLUMNS = """
    one.id, one.code, one.business_key, one.lane, one.sequence, one.organ, one.state, one.at, one.attempts, one.due_at,
    one.query_at, one.queries, one.reason_code, one.reason, one.mends, one.mended, one.traceparent,
    one.query_at IS NOT NULL AND one.queries >= :overdue_after AS overdue
"""
_LIST = text(f"""
    SELECT {_COLUMNS} FROM exchange_intent AS one
    WHERE one.sequence > 0
      AND (CAST(:before AS uuid) IS NULL OR one.id < CAST(:before AS uuid))
      AND (CAST(:state AS text) IS NULL OR one.state = CAST(:state AS text))
      AND (CAST(:code AS text) IS NULL OR one.code = CAST(:code AS text))
      AND (CAST(:reason_code AS text) IS NULL OR coalesce(one.reason_code, '') = CAST(:reason_code AS text))
      AND (CAST(:organ AS text) IS NULL OR one.organ = CAST(:organ AS text))
      AND (CAST(:lane AS text) IS NULL OR one.lane = CAST(:lane AS text))
      AND (NOT CAST(:open AS boolean) OR one.state IN ('refused', 'rejected') AND NOT one.mended)
      AND (CAST(:overdue AS boolean) IS NULL
           OR (one.query_at IS NOT NULL AND one.queries >= :overdue_after) = CAST(:overdue AS boolean))
    ORDER BY one.id DESC LIMIT :most
""")  # noqa: S608 — the columns above
_ONE = text(f"""
    SELECT {_COLUMNS}, one.payload,
           (SELECT min(sequence) FROM exchange_intent AS other
            WHERE one.state = 'owed' AND other.lane = one.lane AND other.state = 'refused' AND other.sequence > 0
              AND other.sequence < one.sequence) AS waits_for,
           (SELECT other.id FROM exchange_intent AS other
            WHERE other.mends = one.id
               OR one.state = 'voided' AND other.code = 'VOID' AND other.business_key = 'void:' || one.id
            ORDER BY other.id LIMIT 1) AS followed_by
    FROM exchange_intent AS one WHERE one.id = :id AND one.sequence > 0
""")  # noqa: S608 — as above
_MOST_LINES = 200


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which messages; `open` are those that came back and that nobody has mended."""

    state: str | None = None
    code: str | None = None
    reason_code: str | None = None
    organ: str | None = None
    lane: str | None = None
    overdue: bool | None = None
    open: bool = False


@dataclass(frozen=True, kw_only=True)
class Report:
    """A numbered message of ours and how far it is."""

    id: UUID
    code: str
    business_key: str
    lane: str
    sequence: int
    organ: str
    state: str
    at: datetime
    attempts: int
    due_at: datetime | None
    query_at: datetime | None
    queries: int
    reason_code: str | None
    reason: str | None
    mends: UUID | None
    mended: bool
    traceparent: str | None
    overdue: bool

    @property
    def trace_id(self) -> str | None:
        """The trace in which it was owed."""
        return self.traceparent[TRACE_ID] if self.traceparent else None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """One message from the act it tells of to the province's result; `lines` of the exchange ledger, oldest first.

    `waits_for` is the number in its lane that was refused and keeps it from leaving, `followed_by` the message that
    took it up again, or gave up its number.
    """

    report: Report
    payload: dict[str, Any]
    lines: list[Entered]
    waits_for: int | None
    followed_by: UUID | None


async def list_reports(
    connection: AsyncConnection, wanted: Wanted, *, overdue_after: int, cursor: str | None, size: int
) -> Page[Report]:
    """Those in reach, newest first; raises BadCursor."""
    before = uuid_in(decode_cursor(cursor, parts=1)[0]) if cursor else None
    asked = {**vars(wanted), "overdue_after": overdue_after, "before": before, "most": size + 1}
    rows = (await connection.execute(_LIST, asked)).mappings()
    return page_of([Report(**row) for row in rows], size=size, position=lambda it: (it.id,))


async def walk(connection: AsyncConnection, intent_id: UUID, *, overdue_after: int) -> Walk:
    """The walk of one message; raises UnknownIntent."""
    found = (
        (await connection.execute(_ONE, {"id": intent_id, "overdue_after": overdue_after})).mappings().first()
    )
    if found is None:
        raise UnknownIntent(str(intent_id))
    row = dict(found)
    beside = {name: row.pop(name) for name in ("waits_for", "followed_by")}
    payload = payload_of(row.pop("payload"))
    lines = await search(connection, message_id=intent_id, most=_MOST_LINES)
    return Walk(report=Report(**row), payload=payload, lines=lines[::-1], **beside)
