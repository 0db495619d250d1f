"""差异: acts that are not the same on both sides, why, and what mends them; proposed by one person, done by another."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    MetaData,
    RowMapping,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.exchange import ActOnRecord, Bucket, Teller
from shared.errors import NotFound
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.unit_of_work import Transaction
from shared.province.lanes import STREAM
from shared.province.reconciling.comparing import REPAIRS, Cause, Differing, Kind, Repair, Stand, cause_of
from shared.province.reconciling.reconciliation import Reconciliation
from shared.province.reconciling.records import names_of

_STANDS = {
    Teller.CITY: text("""
        SELECT business_key, state, encode(digest, 'hex') AS digest FROM exchange_intent
        WHERE code = :code AND business_key = ANY (CAST(:keys AS text[])) AND sequence > 0
    """),
    Teller.PROVINCE: text("""
        SELECT DISTINCT ON (business_key) business_key, state, digest FROM (
            SELECT business_key, state, CASE WHEN nulls THEN '' ELSE encode(digest, 'hex') END AS digest, 1 AS rank
            FROM exchange_received
            WHERE code = :code AND business_key = ANY (CAST(:keys AS text[])) AND state <> 'refused'
            UNION ALL
            SELECT business_key, 'held', '', 2 FROM held_message
            WHERE stream = :stream AND topic = :code AND business_key = ANY (CAST(:keys AS text[]))
            UNION ALL
            SELECT business_key, state, '', 3 FROM exchange_received
            WHERE code = :code AND business_key = ANY (CAST(:keys AS text[])) AND state = 'refused'
        ) AS known ORDER BY business_key, rank
    """),
}
# What a person has proposed or closed stays so while the act differs as it did, what was applied while this was asked.
_STAYS = """
    CASE WHEN known.state = 'applied' THEN known.decided_at >= :started_at
         ELSE (known.cause, known.ours, known.theirs) = (excluded.cause, excluded.ours, excluded.theirs) END
"""
_FOUND = text(f"""
    INSERT INTO exchange_difference AS known (id, reconciliation_id, day, teller, code, organ, business_key, kind, cause,
                                              repair, ours, theirs, lane, sequence, state, found_at)
    VALUES (:id, :reconciliation_id, :day, :teller, :code, :organ, :business_key, :kind, :cause,
            :repair, :ours, :theirs, :lane, :sequence, 'open', :at)
    ON CONFLICT (day, teller, code, organ, business_key) WHERE state <> 'healed'
    DO UPDATE SET reconciliation_id = excluded.reconciliation_id, kind = excluded.kind, cause = excluded.cause,
                  ours = excluded.ours, theirs = excluded.theirs, lane = excluded.lane, sequence = excluded.sequence,
                  state = CASE WHEN {_STAYS} THEN known.state ELSE 'open' END,
                  repair = CASE WHEN {_STAYS} THEN known.repair ELSE excluded.repair END,
                  proposed_by = CASE WHEN {_STAYS} THEN known.proposed_by END,
                  reason = CASE WHEN {_STAYS} THEN known.reason END,
                  decided_by = CASE WHEN {_STAYS} THEN known.decided_by END,
                  decided_at = CASE WHEN {_STAYS} THEN known.decided_at END
""")  # noqa: S608 — the condition above
_HEAL = text("""
    UPDATE exchange_difference SET state = 'healed', healed_at = :at
    WHERE day = :day AND state <> 'healed' AND reconciliation_id <> :id
""")
_COUNTS = text("""
    SELECT state, count(*) AS number FROM exchange_difference WHERE state <> 'healed' GROUP BY state
""")
_ONE = text("SELECT * FROM exchange_difference WHERE id = :id FOR UPDATE")
_LIST = text("""
    SELECT * FROM exchange_difference
    WHERE id > :after AND (CAST(:state AS text) IS NULL OR state = :state) AND (CAST(:day AS date) IS NULL OR day = :day)
    ORDER BY id LIMIT :most
""")


def difference_tables(metadata: MetaData) -> None:
    """The acts found to differ; of one act one difference is open at a time."""
    difference = Table(
        "exchange_difference",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("reconciliation_id", Uuid, nullable=False),
        Column("day", Date, nullable=False),
        Column("teller", Text, nullable=False),
        Column("code", Text, nullable=False),
        Column("organ", Text, nullable=False),
        Column("business_key", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("cause", Text, nullable=False),
        Column("repair", Text, nullable=False),
        Column("ours", Text, nullable=False),
        Column("theirs", Text, nullable=False),
        Column("lane", Text, nullable=False),
        Column("sequence", BigInteger, nullable=False),
        Column("state", Text, nullable=False),
        Column("found_at", DateTime(timezone=True), nullable=False),
        Column("proposed_by", Text),
        Column("reason", Text),
        Column("decided_by", Text),
        Column("decided_at", DateTime(timezone=True)),
        Column("healed_at", DateTime(timezone=True)),
    )
    Index(
        "uq_difference_act",
        difference.c.day,
        difference.c.teller,
        difference.c.code,
        difference.c.organ,
        difference.c.business_key,
        unique=True,
        postgresql_where=text("state <> 'healed'"),
    )


class State(StrEnum):
    """How far the repair of a difference is; `closed` is left to people, `healed` is found no more."""

    OPEN = "open"
    PROPOSED = "proposed"
    APPLIED = "applied"
    CLOSED = "closed"
    HEALED = "healed"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One act that is not the same on both sides, and how far its repair is."""

    id: UUID
    reconciliation_id: UUID
    day: date
    teller: str
    code: str
    organ: str
    business_key: str
    kind: Kind
    cause: Cause
    repair: Repair
    ours: str
    theirs: str
    lane: str
    sequence: int
    state: State
    found_at: datetime
    proposed_by: str | None
    reason: str | None
    decided_by: str | None
    decided_at: datetime | None
    healed_at: datetime | None

    @property
    def possible(self) -> Repair:
        """What a message could mend of it."""
        return repair_of(self.cause, sequence=self.sequence)


class UnknownDifference(NotFound):
    """没有这条差异 · There is no such difference."""

    code = "NJT-EXC-1020"


def repair_of(cause: Cause, *, sequence: int) -> Repair:
    """What would mend it; a message whose number nobody told cannot be asked for."""
    repair = REPAIRS.get(cause, Repair.BY_HAND)
    return Repair.BY_HAND if repair is Repair.ASK_AGAIN and sequence == 0 else repair


async def keep(
    found: Sequence[Differing],
    by: Reconciliation,
    among: tuple[Bucket, Sequence[ActOnRecord]],
    transaction: Transaction,
) -> None:
    """Keep the acts that differ of a bucket, of which the other side told some, each with why and what would mend it."""
    bucket, told = among
    if not found:
        return
    asked = {"code": bucket.code, "keys": [each.business_key for each in found]}
    if bucket.teller is Teller.PROVINCE:
        asked["stream"] = STREAM
    rows = await transaction.connection.execute(_STANDS[bucket.teller], asked)
    stands = {row.business_key: Stand(state=row.state, digest=row.digest) for row in rows}
    acts = {each.business_key: each for each in told}
    kept = [
        {
            "id": key,
            "reconciliation_id": by.id,
            "day": by.day,
            "started_at": by.started_at,
            "at": transaction.at,
            **names_of(bucket),
            **_row(each, cause_of(bucket.teller, each, stands.get(each.business_key)), acts),
        }
        for key, each in zip(sorted(transaction.new_id() for _ in found), found, strict=True)
    ]
    await transaction.connection.execute(_FOUND, kept)


def _row(found: Differing, cause: Cause, acts: Mapping[str, ActOnRecord]) -> dict[str, Any]:
    act = acts.get(found.business_key)
    lane, sequence = (act.lane, act.sequence) if act else ("", 0)
    repair = repair_of(cause, sequence=sequence)
    return {**vars(found), "cause": cause, "repair": repair, "lane": lane, "sequence": sequence}


async def heal(by: Reconciliation, transaction: Transaction) -> None:
    """What an earlier reconciliation of that day found and this one did not is mended."""
    await transaction.connection.execute(_HEAL, {"day": by.day, "id": by.id, "at": transaction.at})


async def counts(connection: AsyncConnection) -> dict[State, int]:
    """How many there are in each state, but for what is mended."""
    rows = (await connection.execute(_COUNTS)).all()
    return {State(row.state): row.number for row in rows}


async def page(
    transaction: Transaction, *, state: str | None, day: date | None, cursor: str | None, size: int
) -> Page[Difference]:
    """Differences in the order in which they were found."""
    after = uuid_in(decode_cursor(cursor, parts=1)[0]) if cursor else UUID(int=0)
    asked = {"state": state, "day": day, "after": after, "most": size + 1}
    rows = (await transaction.connection.execute(_LIST, asked)).mappings().all()
    return page_of([_difference(row) for row in rows], size=size, position=lambda each: (each.id,))


async def get(key: UUID, transaction: Transaction) -> Difference:
    row = (await transaction.connection.execute(_ONE, {"id": key})).mappings().first()
    if row is None:
        raise UnknownDifference(str(key))
    return _difference(row)


def _difference(row: RowMapping) -> Difference:
    names = {each.name for each in fields(Difference)}
    told = {name: value for name, value in row.items() if name in names}
    return Difference(
        **told
        | {
            "repair": Repair(row["repair"]),
            "cause": Cause(row["cause"]),
            "kind": Kind(row["kind"]),
            "state": State(row["state"]),
        }
    )
