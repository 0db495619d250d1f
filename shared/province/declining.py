"""What of ours can never leave is refused here, as the other side refuses: an operator's to mend or to void."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import Receipt, Stage
from shared.persistence.unit_of_work import Transaction
from shared.province.dialect import Unspeakable
from shared.province.following import Follower

MOST_DECLINED = 5
"""How often the counterpart's interface may decline a message before it is believed."""

UNSPEAKABLE, UNFIT, DECLINED = "UNSPEAKABLE", "UNFIT", "DECLINED"
_LONGEST_REASON = 500
_LONGEST_WAIT = "2s"

# What no receipt moves: a receipt itself, and what was concluded, is only sent once more and stays concluded.
_GIVE_UP = text("""
    UPDATE exchange_intent AS mine
    SET state = CASE WHEN mine.state = 'owed' THEN 'refused' ELSE mine.state END,
        reason_code = CASE WHEN mine.state = 'owed' THEN told.reason_code ELSE mine.reason_code END,
        reason = CASE WHEN mine.state = 'owed' THEN told.reason ELSE mine.reason END,
        due_at = NULL, declined = 0
    FROM unnest(CAST(:ids AS uuid[]), CAST(:reason_codes AS text[]), CAST(:reasons AS text[]))
         AS told (id, reason_code, reason)
    WHERE mine.id = told.id RETURNING mine.id, mine.code, told.reason_code, told.reason
""")
_ONCE_MORE = text("""
    UPDATE exchange_intent
    SET declined = declined + 1, due_at = CAST(:now AS timestamptz) + interval '30 seconds'
    WHERE id = ANY (CAST(:ids AS uuid[])) RETURNING id, declined
""")

_LOCK_TIMEOUT = text("SELECT current_setting('lock_timeout')")
_WAIT = text("SELECT set_config('lock_timeout', :most, true)")

log = structlog.get_logger(__name__)


def unspeakable(problem: Unspeakable) -> Receipt:
    """The dialect has no words for it."""
    return _refusal(UNSPEAKABLE, problem.detail or problem.title)


def _refusal(reason_code: str, reason: str) -> Receipt:
    told = reason[:_LONGEST_REASON]
    return Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=reason_code, reason=told)


TOO_LARGE = _refusal(UNFIT, "报文过大，线路无法承载 · It is too large for the line")
DECLINED_THERE = _refusal(
    DECLINED,
    f"对方接口连续 {MOST_DECLINED} 次拒收 · The counterpart's interface declined it {MOST_DECLINED} times",
)


async def count_declined(connection: AsyncConnection, ids: Sequence[UUID], *, now: datetime) -> list[UUID]:
    """Offer these again in half a minute; those that were declined often enough to be refused."""
    if not ids:
        return []
    counted = await connection.execute(_ONCE_MORE, {"ids": list(ids), "now": now})
    return [row.id for row in counted if row.declined >= MOST_DECLINED]


async def refuse(
    transaction: Transaction, refusals: Mapping[UUID, Receipt], follower: Follower[Any]
) -> list[UUID]:
    """Take these receipts of our own as the other side's are taken: nothing was taken there, each keeps its number.

    Those that could not be taken now, which are to be offered again; what else is done in the transaction stands.
    """
    taken = dict(refusals)
    for intent, receipt in refusals.items():
        inner = transaction.within()
        try:
            async with transaction.connection.begin_nested(), _not_waiting_long(transaction.connection):
                await follower.follow(intent, receipt, inner)
                await inner.save()
        except Exception as problem:  # what left beside it has left, and must be known to have
            log.warning("not refused yet", intent=str(intent), problem=type(problem).__name__)
            del taken[intent]
    await _give_up(transaction.connection, taken)
    return [intent for intent in refusals if intent not in taken]


@asynccontextmanager
async def _not_waiting_long(connection: AsyncConnection) -> AsyncIterator[None]:
    """Whoever waits for others longer fails here, where a savepoint is; the driver would give the connection up."""
    before = (await connection.execute(_LOCK_TIMEOUT)).scalar_one()
    await connection.execute(_WAIT, {"most": _LONGEST_WAIT})
    yield
    await connection.execute(_WAIT, {"most": before})


async def _give_up(connection: AsyncConnection, refusals: Mapping[UUID, Receipt]) -> None:
    if not refusals:
        return
    told = {
        "ids": list(refusals),
        "reason_codes": [each.reason_code for each in refusals.values()],
        "reasons": [each.reason for each in refusals.values()],
    }
    for row in await connection.execute(_GIVE_UP, told):
        log.error("cannot leave", intent=str(row.id), code=row.code, why=row.reason_code, problem=row.reason)
