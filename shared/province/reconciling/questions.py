"""What a reconciliation has asked: each question is answered once, and asked again while it is not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import Column, DateTime, Index, Integer, MetaData, Table, Text, Uuid, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.exchange import Bucket, Reconcile, Reconciled, Teller
from shared.contracts.province import MessageCode, Wire
from shared.persistence.unit_of_work import Transaction
from shared.province.intents import Dispatch
from shared.province.reconciling.records import Records, names_of

_OPEN = text("""
    INSERT INTO exchange_question (reconciliation_id, teller, code, organ, prefix, asked_at, asks)
    VALUES (:reconciliation_id, :teller, :code, :organ, :prefix, :at, 1) ON CONFLICT DO NOTHING
""")
_SETTLE = text("""
    UPDATE exchange_question SET answered_at = :at
    WHERE reconciliation_id = :reconciliation_id AND teller = :teller AND code = :code AND organ = :organ
      AND prefix = :prefix AND answered_at IS NULL
""")
_LEFT = text("""
    SELECT count(*) FROM exchange_question WHERE reconciliation_id = :id AND answered_at IS NULL
""")
_CLOSE = text("DELETE FROM exchange_question WHERE reconciliation_id = :id")
_LATE = text("""
    UPDATE exchange_question AS question SET asked_at = :now, asks = asks + 1
    FROM (
        SELECT ctid FROM exchange_question
        WHERE answered_at IS NULL
          AND asked_at + make_interval(secs => least(:first * power(2, least(asks - 1, 30)), :longest)) <= :now
        ORDER BY asked_at LIMIT :most FOR UPDATE SKIP LOCKED
    ) AS late, exchange_reconciliation AS known
    WHERE question.ctid = late.ctid AND known.id = question.reconciliation_id
    RETURNING known.id, known.day, question.teller, question.code, question.organ, question.prefix
""")
_WAITS = text("""
    SELECT 1 FROM exchange_question
    WHERE reconciliation_id = :reconciliation_id AND teller = :teller AND code = :code AND organ = :organ
      AND prefix = :prefix AND answered_at IS NULL
""")
_GIVEN_UP = text("""
    SELECT DISTINCT reconciliation_id FROM exchange_question
    WHERE answered_at IS NULL AND asks > :asks ORDER BY reconciliation_id
""")
_WHOLE_DAY = {"teller": "", "code": "", "organ": ""}
_MOST = 100


def question_tables(metadata: MetaData) -> None:
    """The questions of reconciliations that are not concluded; the one about a whole day names no bucket."""
    question = Table(
        "exchange_question",
        metadata,
        Column("reconciliation_id", Uuid, primary_key=True),
        Column("teller", Text, primary_key=True),
        Column("code", Text, primary_key=True),
        Column("organ", Text, primary_key=True),
        Column("prefix", Text, primary_key=True),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("asks", Integer, nullable=False),
        Column("answered_at", DateTime(timezone=True)),
    )
    unanswered = text("answered_at IS NULL")
    Index("ix_question_unanswered", question.c.asked_at, postgresql_where=unanswered)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: a whole day, or the acts of a bucket whose place begins with the prefix."""

    reconciliation_id: UUID
    day: date
    bucket: Bucket | None = None
    prefix: str = ""

    @property
    def names(self) -> dict[str, object]:
        """What a question is known by."""
        bucket = names_of(self.bucket) if self.bucket else _WHOLE_DAY
        return {"reconciliation_id": self.reconciliation_id, **bucket, "prefix": self.prefix}

    @property
    def business_key(self) -> str:
        place = "/".join(str(each) for each in self.names.values())
        return f"reconcile:{self.reconciliation_id}:{sha256(place.encode()).hexdigest()[:16]}"


async def ask(questions: Sequence[Question], transaction: Transaction) -> None:
    """Ask these, each with what we have."""
    if questions:
        opened = [{**each.names, "at": transaction.at} for each in questions]
        await transaction.connection.execute(_OPEN, opened)
    for each in questions:
        await _owe(each, transaction)


async def ask_late_again(first: timedelta, longest: timedelta, transaction: Transaction) -> int:
    """Ask once more what was not answered: after the first pause, and then after ever longer ones; how many."""
    pauses = {"first": first.total_seconds(), "longest": longest.total_seconds()}
    asked = {"now": transaction.at, **pauses, "most": _MOST}
    rows = (await transaction.connection.execute(_LATE, asked)).all()
    for row in rows:
        bucket = Bucket(teller=Teller(row.teller), code=row.code, organ=row.organ) if row.teller else None
        await _owe(
            Question(reconciliation_id=row.id, day=row.day, bucket=bucket, prefix=row.prefix), transaction
        )
    return len(rows)


async def settle(answered: Reconciled, transaction: Transaction) -> bool:
    """Count this as the answer to its question; False when that was answered before, or never asked."""
    names = _question_of(answered).names
    settled = await transaction.connection.execute(_SETTLE, {**names, "at": transaction.at})
    return settled.rowcount == 1


async def left(reconciliation_id: UUID, connection: AsyncConnection) -> int:
    """How many questions of a reconciliation have no answer; those of one that is concluded are forgotten."""
    count: int = (await connection.execute(_LEFT, {"id": reconciliation_id})).scalar_one()
    if count == 0:
        await forget(reconciliation_id, connection)
    return count


async def waits(asked: Reconcile, connection: AsyncConnection) -> bool:
    """Whether this has no answer yet."""
    return (await connection.execute(_WAITS, _question_of(asked).names)).first() is not None


async def late(connection: AsyncConnection, *, asks: int) -> list[UUID]:
    """The reconciliations that wait for an answer that was asked for more often than so."""
    return list((await connection.execute(_GIVEN_UP, {"asks": asks})).scalars())


async def forget(reconciliation_id: UUID, connection: AsyncConnection) -> None:
    """Nothing of this is asked again."""
    await connection.execute(_CLOSE, {"id": reconciliation_id})


def _question_of(told: Reconcile | Reconciled) -> Question:
    """What a message asks, or answers."""
    names = told.model_dump(include={"reconciliation_id", "day", "prefix"})
    return Question(**names, bucket=told.bucket)


async def _owe(question: Question, transaction: Transaction) -> None:
    records = Records(transaction.connection, question.day)
    bucket = question.bucket
    totals = await records.parts(bucket, question.prefix) if bucket else await records.totals()
    told = Reconcile(
        reconciliation_id=question.reconciliation_id,
        day=question.day,
        bucket=bucket,
        prefix=question.prefix,
        totals=totals,
    )
    transaction.intents.owe(_said(MessageCode.RECONCILE, question.business_key, told))


def _said(code: MessageCode, business_key: str, payload: Wire) -> Dispatch:
    return Dispatch(code=code, business_key=business_key, lane="", payload=payload.model_dump(mode="json"))
