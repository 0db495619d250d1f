"""What is owed to the province: a row written with the fact it tells of, sent and followed until its result is in."""

import json
from collections.abc import Callable, Mapping
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
    INSERT INTO exchange_lane AS known (lane, last) VALUES (:lane, 1)
    ON CONFLICT (lane) DO UPDATE SET last = known.last + 1 RETURNING last
""")
_KNOWN = text("""
    SELECT digest FROM exchange_intent WHERE code = :code AND business_key = :business_key AND code <> 'RECEIPT'
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
        ids = sorted(self._new_id() for _ in owed)
        for (dispatch, traceparent), intent_id in zip(owed, ids, strict=True):
            payload = dict(dispatch.payload)
            digest = state_digest(payload)
            if await self._is_known(dispatch, digest):
                continue
            await self._connection.execute(
                _OWE,
                {
                    "id": intent_id,
                    "code": dispatch.code,
                    "business_key": dispatch.business_key,
                    "lane": dispatch.lane,
                    "sequence": await self._number(dispatch),
                    "in_reply_to": dispatch.in_reply_to,
                    "payload": canonical(payload).decode(),
                    "digest": digest,
                    "at": self._at,
                    "traceparent": traceparent,
                },
            )

    async def _is_known(self, dispatch: Dispatch, digest: bytes) -> bool:
        if dispatch.code is MessageCode.RECEIPT:
            return False
        key = {"code": dispatch.code, "business_key": dispatch.business_key}
        known = (await self._connection.execute(_KNOWN, key)).scalar_one_or_none()
        if known is not None and known != digest:
            raise SameKeyOtherContent(dispatch.business_key)
        return known is not None

    async def _number(self, dispatch: Dispatch) -> int:
        if dispatch.code is MessageCode.RECEIPT:
            return 0
        return int((await self._connection.execute(_NUMBER, {"lane": dispatch.lane})).scalar_one())


def payload_of(stored: str) -> dict[str, Any]:
    """The payload of a stored intent."""
    content: dict[str, Any] = json.loads(stored)
    return content
