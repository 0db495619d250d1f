"""对账: a day's acts held against the other side's, down to the single act; what differs is kept until it is mended."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    RowMapping,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import SHANGHAI
from shared.contracts.exchange import Reconcile
from shared.errors import Invalid, NotFound
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.security import enter, enter_everywhere
from shared.persistence.unit_of_work import Transaction
from shared.province.reconciling import questions
from shared.province.reconciling.questions import Question

_BEGIN = text("""
    INSERT INTO exchange_reconciliation (id, day, by, started_at, asked, differing)
    VALUES (:id, :day, :by, :at, 1, 0)
    ON CONFLICT (day) WHERE concluded_at IS NULL DO NOTHING RETURNING *
""")
_UNDER_WAY = text("SELECT * FROM exchange_reconciliation WHERE day = :day AND concluded_at IS NULL")
_LOCK = text("SELECT * FROM exchange_reconciliation WHERE id = :id AND day = :day FOR UPDATE")
_PROGRESS = text("""
    UPDATE exchange_reconciliation
    SET asked = asked + :asked, differing = differing + :differing, ours = :ours, theirs = :theirs WHERE id = :id
""")
_CONCLUDE = text("UPDATE exchange_reconciliation SET concluded_at = :at WHERE id = :id")
_GIVE_UP = text("""
    UPDATE exchange_reconciliation SET concluded_at = :at, failure = :failure
    WHERE id = :id AND concluded_at IS NULL RETURNING *
""")
_OF_INTENT = text("SELECT payload FROM exchange_intent WHERE id = :id")
# Failed, and nobody has seen to it that a later one of the day was answered.
_UNANSWERED = text("""
    SELECT count(DISTINCT day) FROM (
        SELECT day FROM exchange_reconciliation AS known WHERE concluded_at IS NULL AND EXISTS (
            SELECT 1 FROM exchange_question AS question
            WHERE question.reconciliation_id = known.id AND answered_at IS NULL AND asks > :asked)
        UNION ALL
        SELECT day FROM exchange_reconciliation AS failed WHERE failure <> '' AND NOT EXISTS (
            SELECT 1 FROM exchange_reconciliation AS later
            WHERE later.day = failed.day AND later.started_at > failed.started_at
              AND later.concluded_at IS NOT NULL AND later.failure = '')
    ) AS waiting
""")
_ONE = text("SELECT * FROM exchange_reconciliation WHERE id = :id")
_LIST = text("""
    SELECT * FROM exchange_reconciliation
    WHERE (CAST(:before AS uuid) IS NULL OR id < :before) AND (CAST(:day AS date) IS NULL OR day = :day)
    ORDER BY id DESC LIMIT :most
""")


class DayNotOver(Invalid):
    """该日尚未结束，不能对账 · The day is not over and cannot be reconciled yet."""

    code = "NJT-EXC-1060"


class UnknownReconciliation(NotFound):
    """没有这次对账 · There is no such reconciliation."""

    code = "NJT-EXC-1061"


@dataclass(frozen=True, kw_only=True)
class Reconciliation:
    """One day held against the other side's: how many questions were asked, how many acts differ.

    `ours` and `theirs` are how many acts either has of the day; None until the first answer is in. One that was given up
    says why: `failure`.
    """

    id: UUID
    day: date
    by: str
    started_at: datetime
    asked: int
    differing: int
    ours: int | None
    theirs: int | None
    concluded_at: datetime | None
    failure: str = ""


def reconciliation_tables(metadata: MetaData) -> None:
    """Reconciliations by day; of one day one is under way at a time."""
    reconciliation = Table(
        "exchange_reconciliation",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("day", Date, nullable=False),
        Column("by", Text, nullable=False),
        Column("started_at", DateTime(timezone=True), nullable=False),
        Column("asked", Integer, nullable=False),
        Column("differing", Integer, nullable=False),
        Column("ours", BigInteger),
        Column("theirs", BigInteger),
        Column("concluded_at", DateTime(timezone=True)),
        Column("failure", Text, nullable=False, server_default=text("''")),
    )
    Index(
        "uq_reconciliation_under_way",
        reconciliation.c.day,
        unique=True,
        postgresql_where=text("concluded_at IS NULL"),
    )
    Index("ix_reconciliation_day", reconciliation.c.day, reconciliation.c.started_at)


async def begin(day: date, transaction: Transaction) -> Reconciliation:
    """Ask the other side for its totals of a day, whoever asks for all organs; what is under way goes on.

    Raises DayNotOver.
    """
    if day >= transaction.at.astimezone(SHANGHAI).date():
        raise DayNotOver(f"{day}")
    begun = {"id": transaction.new_id(), "day": day, "by": transaction.scope.person, "at": transaction.at}
    row = (await transaction.connection.execute(_BEGIN, begun)).mappings().first()
    if row is None:
        found = (await transaction.connection.execute(_UNDER_WAY, {"day": day})).mappings().first()
        return _reconciliation(found) if found else await begin(day, transaction)
    reconciliation = _reconciliation(row)
    await enter_everywhere(transaction.connection)
    await questions.ask([Question(reconciliation_id=reconciliation.id, day=day)], transaction)
    await enter(transaction.connection, transaction.scope)
    transaction.ledger.act = "exchange.reconcile"
    transaction.ledger.changed("exchange_reconciliation", reconciliation.id, after=vars(reconciliation))
    return reconciliation


async def get(key: UUID, transaction: Transaction) -> Reconciliation:
    """Raises UnknownReconciliation."""
    row = (await transaction.connection.execute(_ONE, {"id": key})).mappings().first()
    if row is None:
        raise UnknownReconciliation(str(key))
    return _reconciliation(row)


async def page(
    transaction: Transaction, *, day: date | None, cursor: str | None, size: int
) -> Page[Reconciliation]:
    """Reconciliations, the latest first."""
    before = uuid_in(decode_cursor(cursor, parts=1)[0]) if cursor else None
    asked = {"before": before, "day": day, "most": size + 1}
    rows = (await transaction.connection.execute(_LIST, asked)).mappings().all()
    return page_of([_reconciliation(row) for row in rows], size=size, position=lambda each: (each.id,))


async def lock(key: UUID, day: date, transaction: Transaction) -> Reconciliation | None:
    """One of this day, for us alone until the transaction ends; None where there is none."""
    row = (await transaction.connection.execute(_LOCK, {"id": key, "day": day})).mappings().first()
    return _reconciliation(row) if row else None


async def progress(
    reconciliation: Reconciliation,
    transaction: Transaction,
    *,
    asked: int,
    differing: int,
    counts: tuple[int, int] | None,
) -> None:
    """So many more questions and differences; `counts` are the acts of the day, ours and theirs, once they are told."""
    ours, theirs = counts or (reconciliation.ours, reconciliation.theirs)
    values = {"id": reconciliation.id, "asked": asked, "differing": differing, "ours": ours, "theirs": theirs}
    await transaction.connection.execute(_PROGRESS, values)


async def conclude(reconciliation: Reconciliation, transaction: Transaction) -> None:
    """Everything was answered."""
    await transaction.connection.execute(_CONCLUDE, {"id": reconciliation.id, "at": transaction.at})


async def refuse(intent_id: UUID, why: str, transaction: Transaction) -> None:
    """The other side refuses a question of ours: what it belongs to has failed, unless another copy was answered."""
    stored = (await transaction.connection.execute(_OF_INTENT, {"id": intent_id})).scalar_one()
    asked = Reconcile.model_validate_json(stored)
    if await lock(asked.reconciliation_id, asked.day, transaction) is not None and await questions.waits(
        asked, transaction.connection
    ):
        await give_up(asked.reconciliation_id, why, transaction)


async def give_up_late(asks: int, transaction: Transaction) -> int:
    """Conclude as failed whatever was asked so often and waits for an answer still; how many."""
    late = await questions.late(transaction.connection, asks=asks)
    for each in late:
        await give_up(each, "多次询问无答复 · asked again and again, and never answered", transaction)
    return len(late)


async def give_up(key: UUID, why: str, transaction: Transaction) -> None:
    """Conclude one as failed; it is not asked about any more. One that is concluded stays as it is."""
    given_up = {"id": key, "at": transaction.at, "failure": why}
    row = (await transaction.connection.execute(_GIVE_UP, given_up)).mappings().first()
    if row is not None:
        await questions.forget(key, transaction.connection)
        transaction.ledger.changed("exchange_reconciliation", key, after=dict(row))


async def unanswered(connection: AsyncConnection, *, asked: int) -> int:
    """How many days wait for an answer that was asked for more often than so, or were given up and not begun anew."""
    count: int = (await connection.execute(_UNANSWERED, {"asked": asked})).scalar_one()
    return count


def _reconciliation(row: RowMapping) -> Reconciliation:
    return Reconciliation(**row)
