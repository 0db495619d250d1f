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
    Boolean,
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

from shared.contracts.exchange import UNNUMBERED
from shared.contracts.province import MessageCode, canonical, payload_digest
from shared.errors import Conflict
from shared.observability import current_traceparent
from shared.province.reconciling.comparing import place_of
from shared.province.taking_up import take_up

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
    WHERE sequence > 0
""")
_OWE = text("""
    INSERT INTO exchange_intent (id, code, business_key, lane, sequence, in_reply_to, payload, digest, state, attempts,
                                 due_at, at, traceparent, organ, mends, place)
    VALUES (:id, :code, :business_key, :lane, :sequence, :in_reply_to, :payload, :digest, 'owed', 0, :at, :at,
            :traceparent, :organ, :mends, :place)
""")

_LONGEST_KEY, _LONGEST_LANE = 120, 80


class IntentState(StrEnum):
    """How far an intent is; `accepted` means received in order, `done` that its business was carried out.

    `refused` keeps its number until it is sent again or `voided`: then a message that says so takes the number.
    """

    OWED = "owed"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    DONE = "done"
    REFUSED = "refused"
    REJECTED = "rejected"
    VOIDED = "voided"


class SameKeyOtherContent(Conflict):
    """同一业务号对应不同内容 · The same business key with other content."""

    code = "NJT-EXC-1001"


@dataclass(frozen=True, kw_only=True)
class Dispatch:
    """Something to tell the province. `business_key` names the act once and for all; `lane` the institution.

    `organ` is the one that the payload names, if it names one. `mends` is a concluded intent that this one takes up
    again, `takes_up` names the act of one that is looked for, `takes` the number of a refused one that will never come.
    """

    code: MessageCode
    business_key: str
    lane: str
    payload: Mapping[str, Any]
    in_reply_to: UUID | None = None
    organ: str = ""
    mends: UUID | None = None
    takes_up: str = ""
    takes: int | None = None

    @property
    def numbered(self) -> bool:
        """Whether it gets the next number of its lane."""
        return self.code not in UNNUMBERED and self.takes is None

    def __post_init__(self) -> None:
        # Found out here, it is the one act that fails; found out by the courier, nothing at all would leave.
        if not 1 <= len(self.business_key) <= _LONGEST_KEY or len(self.lane) > _LONGEST_LANE:
            raise ValueError(f"业务号或通道名长度不符 · business key or lane of a wrong length: {self.code}")


def intent_tables(metadata: MetaData) -> None:
    """Intents and the last number given out in each lane.

    `due_at` is when one is to be sent, `query_at` when its fate is to be asked for, `queries` how often it was.
    `mended` says that another took up what was rejected, `patch` which patch it was last mended by; `declined` how often
    the line declined it in a row; `place` are the first digits by which a reconciliation parts acts.
    """
    _index(_intent_table(metadata))
    lane = Column("lane", Text, primary_key=True)
    Table("exchange_lane", metadata, lane, Column("last", BigInteger, nullable=False))


def _intent_table(metadata: MetaData) -> Table:
    return Table(
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
        Column("organ", Text, nullable=False, server_default=text("''")),
        Column("mends", Uuid, unique=True),
        Column("query_at", DateTime(timezone=True)),
        Column("queries", Integer, nullable=False, server_default=text("0")),
        Column("mended", Boolean, nullable=False, server_default=text("false")),
        Column("patch", LargeBinary),
        Column("declined", Integer, nullable=False, server_default=text("0")),
        Column("place", Text, nullable=False, server_default=text("''")),
    )


def _index(intent: Table) -> None:
    """An act is told once, a number given out once; the rest finds what is to be done, and the acts of a day."""
    numbered = text("sequence > 0")
    Index("ix_intent_at", intent.c.at, postgresql_where=numbered)
    Index("ix_intent_place", intent.c.place, intent.c.at, postgresql_where=numbered)
    _index_states(intent)
    Index(
        "uq_intent_business_key",
        intent.c.code,
        intent.c.business_key,
        unique=True,
        postgresql_where=numbered,
    )
    Index(
        "uq_intent_number",
        intent.c.lane,
        intent.c.sequence,
        unique=True,
        postgresql_where=text("sequence > 0 AND state <> 'voided'"),
    )


def _index_states(intent: Table) -> None:
    """What is unsent, refused, not mended, due, or to be asked after."""
    Index(
        "ix_intent_unsent",
        intent.c.lane,
        intent.c.sequence,
        postgresql_where=text("sequence > 0 AND state IN ('owed', 'refused')"),
    )
    Index(
        "ix_intent_refused",
        intent.c.lane,
        intent.c.sequence,
        postgresql_where=text("sequence > 0 AND state = 'refused'"),
    )
    Index(
        "ix_intent_unmended",
        intent.c.code,
        intent.c.reason_code,
        postgresql_where=text("sequence > 0 AND NOT mended AND state IN ('refused', 'rejected')"),
    )
    Index("ix_intent_patch", intent.c.patch, postgresql_where=text("patch IS NOT NULL"))
    Index("ix_intent_query", intent.c.query_at, postgresql_where=text("query_at IS NOT NULL"))
    Index(
        "ix_intent_due",
        intent.c.due_at,
        intent.c.sequence,
        intent.c.id,
        postgresql_where=text("due_at IS NOT NULL"),
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

    @property
    def waiting(self) -> bool:
        """Whether something is owed that is not written yet."""
        return bool(self._owed)

    async def save(self) -> None:
        """Write what is owed; the same act owed twice is owed once, with other content raises SameKeyOtherContent.

        Raises NotRejected where one takes up what was not rejected, or was taken up before.

        Ids sort as the intents were owed, so that they are sent in this order. Lanes are numbered in one order by
        everybody, so that nobody waits for one who waits for him.
        """
        owed, self._owed = sorted(self._owed, key=lambda each: each[0].lane), []
        rows = [self._row(*each) for each in owed]
        for row, intent_id in zip(rows, sorted(self._new_id() for _ in rows), strict=True):
            row["id"] = intent_id
        if fresh := await self._not_known(rows):
            for row in fresh:
                if act := row.pop("takes_up"):
                    row["mends"] = await take_up(self._connection, {**row, "business_key": act})
            await self._number([row for row in fresh if row["sequence"] is None])
            await self._connection.execute(_OWE, fresh)

    def _row(self, dispatch: Dispatch, traceparent: str | None) -> dict[str, Any]:
        """An intent without its id, nor its number if it is to be given one; outside the lanes that is 0."""
        payload = dict(dispatch.payload)
        return {
            "code": dispatch.code,
            "business_key": dispatch.business_key,
            "lane": dispatch.lane,
            "sequence": None if dispatch.numbered else dispatch.takes or 0,
            "in_reply_to": dispatch.in_reply_to,
            "payload": canonical(payload).decode(),
            "digest": payload_digest(payload),
            "at": self._at,
            "traceparent": traceparent,
            "organ": dispatch.organ,
            "mends": dispatch.mends,
            "takes_up": dispatch.takes_up,
            "place": place_of(dispatch.business_key),
        }

    async def _not_known(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        acts = [row for row in rows if row["sequence"] != 0]
        known: dict[tuple[str, str], bytes] = {}
        if acts:
            asked = {"codes": [row["code"] for row in acts], "keys": [row["business_key"] for row in acts]}
            for found in (await self._connection.execute(_KNOWN, asked)).mappings():
                known[found["code"], found["business_key"]] = found["digest"]
        fresh = []
        for row in rows:
            key = row["code"], row["business_key"]
            if row["sequence"] == 0 or key not in known:
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


def query_key(query_id: UUID) -> str:
    """The business key of a STATUS_QUERY and of its answer."""
    return f"status:{query_id}"
