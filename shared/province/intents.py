"""What is owed to the province: a row written with the fact it tells of, sent and followed until its result is in."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import MessageCode, canonical
from shared.errors import Conflict
from shared.ledger.entries import state_digest
from shared.observability import current_traceparent

_NUMBER = text("""
    INSERT INTO exchange_lane AS known (lane, last)
    SELECT lane, number FROM unnest(CAST(:lanes AS text[]), CAST(:numbers AS bigint[])) AS owed (lane, number)
    ORDER BY lane
    ON CONFLICT (lane) DO UPDATE SET last = known.last + excluded.last RETURNING lane, last
""")
_KNOWN = text("""
    SELECT code, business_key, digest FROM exchange_intent
    JOIN unnest(CAST(:codes AS text[]), CAST(:keys AS text[])) AS owed (code, business_key)
        USING (code, business_key)
    WHERE code <> 'RECEIPT'
""")
_OWE = text("""
    INSERT INTO exchange_intent (id, code, business_key, lane, sequence, in_reply_to, payload, digest, state, attempts,
                                 due_at, at, traceparent)
    VALUES (:id, :code, :business_key, :lane, :sequence, :in_reply_to, :payload, :digest, 'owed', 0, :at, :at,
            :traceparent)
""")

_LONGEST_KEY, _LONGEST_LANE = 120, 80


class IntentState(StrEnum):
    """How far an intent is; `accepted` means received in order, `done` that its business was carried out."""

    OWED = "owed"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    REJECTED = "rejected"


class SameKeyOtherContent(Conflict):
    """同一业务号对应不同内容 · The same business key with other content."""

    code = "NJT-EXC-1001"


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Something to tell the province. `business_key` names the act once and for all; `lane` the institution."""

    code: MessageCode
    business_key: str
    lane: str
    payload: Mapping[str, Any]
    in_reply_to: UUID | None = None

    def __post_init__(self) -> None:
        # Found out here, it is the one act that fails; found out by the courier, nothing at all would leave.
        if not 1 <= len(self.business_key) <= _LONGEST_KEY or len(self.lane) > _LONGEST_LANE:
            raise ValueError(f"业务号或通道名长度不符 · business key or lane of a wrong length: {self.code}")


def intent_tables(metadata: MetaData) -> None:
    """Intents and the last number given out in each lane."""
    intent = Table(
        "exchange_intent",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("code", Text, nullable=False),
        Column("business_key", Text, nullable=False),
        Column("lane", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("in_reply_to", Uuid),
        Column("payload", Text, nullable=False),
        Column("digest", LargeBinary, nullable=False),
        Column("state", Text, nullable=False),
        Column("attempts", Integer, nullable=False),
        Column("due_at", DateTime(timezone=True)),
        Column("at", DateTime(timezone=True), nullable=False),
        Column("reason_code", Text),
        Column("reason", Text),
        Column("traceparent", Text),
    )
    Index(
        "uq_intent_business_key",
        intent.c.code,
        intent.c.business_key,
        unique=True,
        postgresql_where=text("code <> 'RECEIPT'"),
    )
    Index(
        "ix_intent_due",
        intent.c.due_at,
        intent.c.id,
        postgresql_where=text("due_at IS NOT NULL"),
    )
    Table(
        "exchange_lane",
        metadata,
        Column("lane", Text, primary_key=True),
        Column("last", BigInteger, nullable=False),
    )


class SqlIntents:
    """Collects what one unit of work owes the province."""

    def __init__(self, connection: AsyncConnection, *, at: datetime, new_id: Callable[[], UUID]) -> None:
        self._connection = connection
        self._at = at
        self._new_id = new_id
        self._owed: list[tuple[Dispatch, str | None]] = []
        self.added = 0

    def owe(self, dispatch: Dispatch) -> None:
        """Send this, and see to it that it arrives."""
        self._owed.append((dispatch, current_traceparent()))
        self.added += 1

    async def save(self) -> None:
        """Write what is owed; the same act owed twice is owed once, with other content raises SameKeyOtherContent.

        Ids sort as the intents were owed, so that they are sent in this order. Lanes are numbered in one order by
        everybody, so that nobody waits for one who waits for him.
        """
        owed, self._owed = sorted(self._owed, key=lambda each: each[0].lane), []
        rows = [self._row(*each) for each in owed]
        for row, intent_id in zip(rows, sorted(self._new_id() for _ in rows), strict=True):
            row["id"] = intent_id
        if fresh := await self._not_known(rows):
            await self._number([row for row in fresh if row["code"] is not MessageCode.RECEIPT])
            await self._connection.execute(_OWE, fresh)

    def _row(self, dispatch: Dispatch, traceparent: str | None) -> dict[str, Any]:
        """An intent without its id; receipts stand outside the lanes, their number is 0."""
        payload = dict(dispatch.payload)
        return {
            "code": dispatch.code,
            "business_key": dispatch.business_key,
            "lane": dispatch.lane,
            "sequence": 0,
            "in_reply_to": dispatch.in_reply_to,
            "payload": canonical(payload).decode(),
            "digest": state_digest(payload),
            "at": self._at,
            "traceparent": traceparent,
        }

    async def _not_known(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        acts = [row for row in rows if row["code"] is not MessageCode.RECEIPT]
        known: dict[tuple[str, str], bytes] = {}
        if acts:
            asked = {"codes": [row["code"] for row in acts], "keys": [row["business_key"] for row in acts]}
            for found in (await self._connection.execute(_KNOWN, asked)).mappings():
                known[found["code"], found["business_key"]] = found["digest"]
        fresh = []
        for row in rows:
            key = row["code"], row["business_key"]
            if row["code"] is MessageCode.RECEIPT or key not in known:
                fresh.append(row)
                known[key] = row["digest"]
            elif known[key] != row["digest"]:
                raise SameKeyOtherContent(row["business_key"])
        return fresh

    async def _number(self, rows: Sequence[dict[str, Any]]) -> None:
        """Give each the next number of its lane."""
        counts = Counter(row["lane"] for row in rows)
        if not counts:
            return
        asked = {"lanes": list(counts), "numbers": list(counts.values())}
        found = (await self._connection.execute(_NUMBER, asked)).mappings()
        last = {each["lane"]: each["last"] - counts[each["lane"]] for each in found}
        for row in rows:
            last[row["lane"]] += 1
            row["sequence"] = last[row["lane"]]


def payload_of(stored: str) -> dict[str, Any]:
    """The payload of a stored intent."""
    content: dict[str, Any] = json.loads(stored)
    return content
