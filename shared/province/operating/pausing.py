"""Maintenance of a counterpart: what is owed piles up in its order, and drains at a set rate afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Double,
    Index,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Conflict, Invalid
from shared.persistence.unit_of_work import Transaction

_BURST = timedelta(seconds=2)
_SLOWEST, _FASTEST = 1 / 3600, 100_000.0

_OPEN = text("SELECT * FROM exchange_pause WHERE counterpart = :counterpart AND closed_at IS NULL FOR UPDATE")
_BEGIN = text("""
    INSERT INTO exchange_pause (id, counterpart, since, by, reason, drained)
    VALUES (:id, :counterpart, :since, :by, :reason, 0)
""")
_RESUME = text("""
    UPDATE exchange_pause SET resumed_at = coalesce(resumed_at, :at), resumed_by = :by, rate_per_second = :rate,
                              paced_until = :at
    WHERE id = :id
""")
_CLOSE = text("UPDATE exchange_pause SET closed_at = :at WHERE id = :id")
_LEFT = text(
    "UPDATE exchange_pause SET drained = drained + :count, paced_until = :paced_until WHERE id = :id"
)


class AlreadyPaused(Conflict):
    """已处于暂停状态 · The exchange with this counterpart is paused already."""

    code = "NJT-EXC-1005"


class NotPaused(Conflict):
    """未处于暂停状态 · The exchange with this counterpart is not paused."""

    code = "NJT-EXC-1006"


class ImpossibleRate(Invalid):
    """放行速率须在每小时 1 条与每秒 100000 条之间 · The rate must lie between one an hour and 100,000 a second."""

    code = "NJT-EXC-1007"


def pause_tables(metadata: MetaData) -> None:
    """Every pause there was; at most one of a counterpart is not closed. `paced_until` paces the draining."""
    pause = Table(
        "exchange_pause",
        metadata,
        Column("id", Uuid, primary_key=True),
        Column("counterpart", Text, nullable=False),
        Column("since", DateTime(timezone=True), nullable=False),
        Column("by", Text, nullable=False),
        Column("reason", Text, nullable=False),
        Column("resumed_at", DateTime(timezone=True)),
        Column("resumed_by", Text),
        Column("rate_per_second", Double),
        Column("paced_until", DateTime(timezone=True)),
        Column("drained", BigInteger, nullable=False),
        Column("closed_at", DateTime(timezone=True)),
    )
    Index("uq_pause_open", pause.c.counterpart, unique=True, postgresql_where=text("closed_at IS NULL"))


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A pause that is not over: nothing leaves until it is resumed, then so many messages a second."""

    id: UUID
    counterpart: str
    since: datetime
    by: str
    reason: str
    drained: int = 0
    resumed_at: datetime | None = None
    resumed_by: str | None = None
    rate_per_second: float | None = None
    paced_until: datetime | None = None
    closed_at: datetime | None = None

    def allows(self, now: datetime) -> int:
        """How many may leave now. No more than two seconds' worth is saved up, however long nobody sent."""
        if self.rate_per_second is None:
            return 0
        return int((now - self._paced(now)).total_seconds() * self.rate_per_second + 1e-6)

    def after(self, count: int, now: datetime) -> datetime:
        """Up to when the rate is used up once so many have left."""
        return self._paced(now) + timedelta(seconds=count / (self.rate_per_second or 1.0))

    def _paced(self, now: datetime) -> datetime:
        saved = max(_BURST, timedelta(seconds=1 / self.rate_per_second)) if self.rate_per_second else _BURST
        return max(self.paced_until or now, now - saved)

    @classmethod
    async def of(cls, connection: AsyncConnection, counterpart: str) -> Self | None:
        """The pause of a counterpart that is not over, locked for this transaction; None when there is none.

        While one is not over, couriers that share a database therefore send one after the other.
        """
        row = (await connection.execute(_OPEN, {"counterpart": counterpart})).mappings().first()
        return cls(**row) if row else None

    async def left(self, connection: AsyncConnection, count: int, *, now: datetime) -> None:
        """So many have left."""
        values = {"id": self.id, "count": count, "paced_until": self.after(count, now)}
        await connection.execute(_LEFT, values)

    async def close(self, connection: AsyncConnection, *, now: datetime) -> None:
        """What had piled up has left."""
        await connection.execute(_CLOSE, {"id": self.id, "at": now})


async def pause(transaction: Transaction, counterpart: str, *, reason: str) -> Pause:
    """Let nothing more leave for a counterpart; raises AlreadyPaused. What drains is paused again."""
    before = await Pause.of(transaction.connection, counterpart)
    if before is not None:
        if before.resumed_at is None:
            raise AlreadyPaused(counterpart)
        await before.close(transaction.connection, now=transaction.at)
    begun = Pause(
        id=transaction.new_id(),
        counterpart=counterpart,
        since=transaction.at,
        by=transaction.scope.person,
        reason=reason,
    )
    await transaction.connection.execute(_BEGIN, vars(begun))
    transaction.because(reason)
    transaction.ledger.changed("exchange_pause", begun.id, after=_told(begun))
    return begun


async def resume(transaction: Transaction, counterpart: str, *, rate_per_second: float) -> Pause:
    """Let what has piled up leave, at this rate; once more, at another. Raises NotPaused or ImpossibleRate."""
    if not _SLOWEST <= rate_per_second <= _FASTEST:
        raise ImpossibleRate(str(rate_per_second))
    before = await Pause.of(transaction.connection, counterpart)
    if before is None:
        raise NotPaused(counterpart)
    change = {"id": before.id, "at": transaction.at, "by": transaction.scope.person, "rate": rate_per_second}
    await transaction.connection.execute(_RESUME, change)
    after = await Pause.of(transaction.connection, counterpart)
    if after is None:
        raise NotPaused(counterpart)
    transaction.ledger.changed("exchange_pause", before.id, before=_told(before), after=_told(after))
    return after


def _told(pause: Pause) -> dict[str, Any]:
    return dict(vars(pause))
