"""What of ours can never leave as it is: refused here, and an operator's to mend or to void like any refused message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

MOST_DECLINED = 5
"""How often the counterpart's interface may decline a message before it is believed."""

UNSPEAKABLE, UNFIT, DECLINED = "UNSPEAKABLE", "UNFIT", "DECLINED"
_UNFIT = "报文过大，线路无法承载 · It is too large for the line"
_DECLINED = (
    f"对方接口连续 {MOST_DECLINED} 次拒收 · The counterpart's interface declined it {MOST_DECLINED} times"
)

# What was concluded and is sent once more stays concluded.
_REFUSE = text("""
    UPDATE exchange_intent AS mine
    SET state = CASE WHEN mine.state = 'owed' THEN 'refused' ELSE mine.state END,
        reason_code = CASE WHEN mine.state = 'owed' THEN :reason_code ELSE mine.reason_code END,
        reason = CASE WHEN mine.state = 'owed' THEN told.reason ELSE mine.reason END,
        due_at = NULL, declined = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:reasons AS text[])) AS told (id, reason) WHERE mine.id = told.id
    RETURNING mine.id, mine.code, told.reason
""")
_ONCE_MORE = text("""
    UPDATE exchange_intent
    SET declined = declined + 1, due_at = CAST(:now AS timestamptz) + interval '30 seconds'
    WHERE id = ANY (CAST(:ids AS uuid[])) RETURNING id, declined
""")

log = structlog.get_logger(__name__)


async def refuse(connection: AsyncConnection, reasons: Mapping[UUID, str], *, reason_code: str) -> None:
    """Refuse these, whose ids are given with their reasons: nothing was taken, so each keeps its id and number."""
    if not reasons:
        return
    told = {"ids": list(reasons), "reasons": list(reasons.values()), "reason_code": reason_code}
    for row in await connection.execute(_REFUSE, told):
        log.error("cannot leave", intent=str(row.id), code=row.code, why=reason_code, problem=row.reason)


async def refuse_unfit(connection: AsyncConnection, ids: Sequence[UUID]) -> None:
    """Refuse what the line can never carry."""
    await refuse(connection, dict.fromkeys(ids, _UNFIT), reason_code=UNFIT)


async def count_declined(connection: AsyncConnection, ids: Sequence[UUID], *, now: datetime) -> None:
    """Offer these again in half a minute, or refuse what was declined often enough."""
    if not ids:
        return
    counted = await connection.execute(_ONCE_MORE, {"ids": list(ids), "now": now})
    believed = [row.id for row in counted if row.declined >= MOST_DECLINED]
    await refuse(connection, dict.fromkeys(believed, _DECLINED), reason_code=DECLINED)
