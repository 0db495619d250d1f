"""Which intents leave next: by the time they were due, in each lane by their numbers, none past one that was refused."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

_COLUMNS = """
    mine.id, mine.code, mine.business_key, mine.lane, mine.sequence, mine.in_reply_to, mine.payload, mine.state,
    mine.attempts, mine.at, mine.traceparent, mine.due_at
"""
# The number of a refused message must be taken first, by another copy or by a message that voids it. Looked for one by
# one in an index of the refused alone: what is concluded or waits costs nothing, however much of it there is.
_FREE = """
    NOT EXISTS (SELECT 1 FROM exchange_intent AS blocking WHERE blocking.lane = mine.lane AND blocking.sequence > 0
                AND blocking.state = 'refused' AND blocking.sequence < mine.sequence)
"""
_DUE = text(f"""
    SELECT {_COLUMNS} FROM exchange_intent AS mine WHERE mine.due_at <= :now AND {_FREE}
    ORDER BY mine.due_at, mine.sequence, mine.id LIMIT :most FOR UPDATE OF mine SKIP LOCKED
""")  # noqa: S608 — the constants above
_EARLIER = text(f"""
    SELECT {_COLUMNS} FROM unnest(CAST(:lanes AS text[]), CAST(:lasts AS bigint[])) AS wanted (lane, last)
    JOIN exchange_intent AS mine ON mine.lane = wanted.lane AND mine.sequence < wanted.last
    WHERE mine.sequence > 0 AND mine.state = 'owed' AND mine.due_at IS NOT NULL
      AND mine.id <> ALL (CAST(:ids AS uuid[]))
    ORDER BY mine.lane, mine.sequence LIMIT :most FOR UPDATE OF mine SKIP LOCKED
""")  # noqa: S608 — as above
_OLDER = text(f"""
    SELECT 1 FROM exchange_intent AS mine
    WHERE mine.due_at IS NOT NULL AND mine.at <= :than AND {_FREE} ORDER BY mine.due_at LIMIT 1
""")  # noqa: S608 — as above
_AT_ONCE = text("""
    UPDATE exchange_intent SET due_at = least(at, CAST(:now AS timestamptz))
    WHERE id IN (SELECT id FROM exchange_intent WHERE due_at > :now FOR UPDATE SKIP LOCKED)
""")
_PUT_OFF = text("""
    UPDATE exchange_intent AS mine SET due_at = later.due_at
    FROM unnest(CAST(:ids AS uuid[]), CAST(:dues AS timestamptz[])) AS later (id, due_at) WHERE mine.id = later.id
""")


@dataclass(frozen=True, kw_only=True)
class _Parted:
    """What leaves now, in this order, and what waits for an earlier one of its lane, and until when."""

    now: list[RowMapping]
    later: list[tuple[RowMapping, datetime]]


async def claim(connection: AsyncConnection, *, now: datetime, most: int) -> Sequence[RowMapping]:
    """At most so many that are due, locked, in the order in which they are to leave."""
    if most < 1:
        return []
    due = (await connection.execute(_DUE, {"now": now, "most": most})).mappings().all()
    lasts = {row["lane"]: row["sequence"] for row in sorted(due, key=_number) if row["sequence"]}
    if not lasts:
        return due
    asked: dict[str, Any] = {"lanes": list(lasts), "lasts": list(lasts.values()), "most": most}
    asked["ids"] = [row["id"] for row in due]
    earlier = (await connection.execute(_EARLIER, asked)).mappings().all()
    parted = _parted([*due, *earlier], now=now)
    if parted.later:
        ids, dues = [row["id"] for row, _ in parted.later], [until for _, until in parted.later]
        await connection.execute(_PUT_OFF, {"ids": ids, "dues": dues})
    return parted.now[:most]


async def bring_forward(connection: AsyncConnection, *, now: datetime) -> None:
    """What the line put off is due now, for somebody who carries it another way."""
    await connection.execute(_AT_ONCE, {"now": now})


async def owes_older(connection: AsyncConnection, than: datetime) -> bool:
    """Whether something that may leave was owed by then and has not left."""
    return (await connection.execute(_OLDER, {"than": than})).first() is not None


def _parted(rows: Iterable[RowMapping], *, now: datetime) -> _Parted:
    """Nothing overtakes an earlier one of its lane; what waits for one that is put off is put off as long."""
    lanes: dict[str, list[RowMapping]] = {}
    put_off: dict[str, datetime] = {}
    free: list[RowMapping] = []
    later: list[tuple[RowMapping, datetime]] = []
    for row in sorted(rows, key=_number):
        until = put_off.get(row["lane"], row["due_at"])
        if not row["sequence"]:
            free.append(row)
        elif until > now:
            put_off[row["lane"]] = until
            later.append((row, until))
        else:
            free.append(row)
            lanes.setdefault(row["lane"], []).append(row)
    heads = {lane: iter(each) for lane, each in lanes.items()}
    places = sorted(free, key=lambda row: (row["due_at"], row["sequence"], row["id"]))
    return _Parted(now=[next(heads[row["lane"]]) if row["sequence"] else row for row in places], later=later)


def _number(row: RowMapping) -> int:
    number: int = row["sequence"]
    return number
