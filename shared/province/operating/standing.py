"""How one service's exchange stands, as its operators are told."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_STANDING = text("""
    SELECT (SELECT count(*) FROM exchange_intent
            WHERE (due_at IS NOT NULL OR query_at IS NOT NULL) AND sequence > 0
              AND state IN ('owed', 'delivered', 'accepted')) AS owed,
           (SELECT count(*) FROM exchange_intent WHERE query_at IS NOT NULL AND queries >= :overdue_after) AS overdue,
           (SELECT count(*) FROM exchange_intent WHERE sequence > 0 AND state = 'refused') AS refused,
           (SELECT coalesce(sum(last - first + 1), 0) FROM exchange_missing) AS missing,
           EXISTS (SELECT 1 FROM exchange_pause
                   WHERE counterpart = :counterpart AND closed_at IS NULL AND resumed_at IS NULL) AS paused
""")


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How many reports are not concluded, how many of them are overdue, how many were refused.

    A refused one blocks its lane. `missing` counts the numbers of the other side's lanes that were asked for and have
    not come.
    """

    owed: int
    overdue: int
    refused: int
    missing: int
    paused: bool


async def standing(connection: AsyncConnection, counterpart: str, *, overdue_after: int) -> Standing:
    """How it stands with a counterpart now."""
    asked = {"counterpart": counterpart, "overdue_after": overdue_after}
    row = (await connection.execute(_STANDING, asked)).mappings().one()
    return Standing(**{**row, "missing": int(row["missing"])})
