"""How the exchange stands in one service, counted for whoever looks after it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.province.operating.pausing import Pause

_KINDS = text("""
    SELECT code, organ,
           count(*) FILTER (WHERE state = 'owed') AS owed,
           count(*) FILTER (WHERE state = 'delivered') AS delivered,
           count(*) FILTER (WHERE state = 'accepted') AS accepted,
           count(*) FILTER (WHERE state = 'done') AS done,
           count(*) FILTER (WHERE state = 'rejected' AND NOT mended) AS rejected,
           count(*) FILTER (WHERE state = 'refused') AS refused,
           count(*) FILTER (WHERE query_at IS NOT NULL AND queries >= :overdue_after) AS overdue,
           min(at) FILTER (WHERE state IN ('owed', 'delivered', 'accepted', 'refused')
                              OR state = 'rejected' AND NOT mended) AS oldest
    FROM exchange_intent WHERE sequence > 0 GROUP BY code, organ ORDER BY code, organ
""")
_GAPS = text(
    "SELECT lane, first, last, since, asked_at, asks FROM exchange_missing ORDER BY since, lane, first LIMIT 500"
)
_PAUSE = text("SELECT * FROM exchange_pause WHERE counterpart = :counterpart AND closed_at IS NULL")
_PARKED = text("SELECT count(*) FROM held_message WHERE queue = :queue AND state = 'parked'")


@dataclass(frozen=True, kw_only=True)
class Kind:
    """The messages of one kind about one organ, by their state; `oldest` of those that are not concluded."""

    code: str
    organ: str
    owed: int
    delivered: int
    accepted: int
    done: int
    rejected: int
    refused: int
    overdue: int
    oldest: datetime | None


@dataclass(frozen=True, kw_only=True)
class MissingNumbers:
    """Numbers of the other side's lanes that have not come, and how often they were asked for."""

    lane: str
    first: int
    last: int
    since: datetime
    asked_at: datetime
    asks: int


async def kinds(connection: AsyncConnection, *, overdue_after: int) -> list[Kind]:
    """The messages in reach, counted."""
    rows = await connection.execute(_KINDS, {"overdue_after": overdue_after})
    return [Kind(**row) for row in rows.mappings()]


async def missing_numbers(connection: AsyncConnection) -> Sequence[MissingNumbers]:
    """What was asked for and has not come, up to 500 gaps, the oldest first."""
    return [MissingNumbers(**row) for row in (await connection.execute(_GAPS)).mappings()]


async def open_pause(connection: AsyncConnection, counterpart: str) -> Pause | None:
    """The pause that is not over, if there is one; whoever only looks keeps nobody waiting."""
    row = (await connection.execute(_PAUSE, {"counterpart": counterpart})).mappings().first()
    return Pause(**row) if row else None


async def parked_count(connection: AsyncConnection, queue: str) -> int:
    """How many messages of this queue wait for a person."""
    return int((await connection.execute(_PARKED, {"queue": queue})).scalar_one())
