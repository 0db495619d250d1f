"""What recoveries are made of, in PostgreSQL: items, instalments, and the sums that came back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, any_, func, literal, select

from services.subsidy import tables
from services.subsidy.domain.instalment import Instalment
from services.subsidy.domain.recoveries import RecoveryEntry
from services.subsidy.domain.recovery_faults import AlreadyUnderRecovery, ReferenceUsed
from services.subsidy.domain.recovery_item import EntryKind, RecoveryItem, SoFar
from services.subsidy.domain.recovery_terms import RecoveryState
from shared.errors import NotFound
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Fen, Level, parse_certificate_number

_ITEM = ("id", "recovery_id", "organ", "uscc", "place", "item_id", "claim_id", "reason", "spared", "live")
_ITEM_SUMS = ("paid", "before", "due", "recovered", "written_off")


class SqlRecoveryItems(SqlAggregates[RecoveryItem]):
    """Items of recoveries; a unique index keeps a paid item under one recovery at a time."""

    table = tables.recovery_item
    missing = NotFound
    refusals = {"uq_recovery_item_live": AlreadyUnderRecovery}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: RecoveryItem) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _ITEM},
            **{f"{name}_fen": int(getattr(aggregate, name)) for name in _ITEM_SUMS},
            "line": aggregate.line.value,
            "certificate_number": str(aggregate.certificate_number),
            "level": int(aggregate.level),
        }

    def to_aggregate(self, row: RowMapping) -> RecoveryItem:
        plain: dict[str, Any] = {name: row[name] for name in (*_ITEM, "version")}
        return RecoveryItem(
            **plain | {name: Fen(row[f"{name}_fen"]) for name in _ITEM_SUMS},
            line=MoneyLine(row["line"]),
            certificate_number=parse_certificate_number(row["certificate_number"]),
            level=Level(row["level"]),
        )

    async def of_recovery(self, recovery_id: UUID) -> Sequence[RecoveryItem]:
        """In the order listed, those let go among them."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(columns.recovery_id == recovery_id).order_by(columns.place)
        )

    async def so_far(self, item_ids: Iterable[UUID]) -> Mapping[UUID, SoFar]:
        """What recoveries did about these items of claims; those nobody ever asked back are left out."""
        columns = self.table.c
        found = await self._connection.execute(
            select(
                columns.item_id,
                func.sum(columns.recovered_fen).label("recovered"),
                func.sum(columns.written_off_fen).label("written_off"),
                func.bool_or(columns.live).label("live"),
            )
            .where(columns.item_id == any_(literal(list(item_ids), ARRAY(Uuid))))
            .group_by(columns.item_id)
        )
        return {
            row.item_id: SoFar(
                recovered=Fen(int(row.recovered)), written_off=Fen(int(row.written_off)), open=row.live
            )
            for row in found
        }


_INSTALMENT = (
    "id",
    "recovery_id",
    "organ",
    "uscc",
    "place",
    "due_on",
    "agreed",
    "dropped",
    "overdue_at",
)


class SqlInstalments(SqlAggregates[Instalment]):
    """Instalments in PostgreSQL."""

    table = tables.instalment
    missing = NotFound

    def to_row(self, aggregate: Instalment) -> dict[str, Any]:
        sums = {"amount_fen": int(aggregate.amount), "paid_fen": int(aggregate.paid)}
        return {**{name: getattr(aggregate, name) for name in _INSTALMENT}, **sums}

    def to_aggregate(self, row: RowMapping) -> Instalment:
        plain = {name: row[name] for name in (*_INSTALMENT, "version")}
        return Instalment(**plain, amount=Fen(row["amount_fen"]), paid=Fen(row["paid_fen"]))

    async def of_recovery(self, recovery_id: UUID) -> Sequence[Instalment]:
        """In the order in which they are due; those of plans that were replaced stand first."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(columns.recovery_id == recovery_id).order_by(columns.place)
        )

    async def late(self, *, today: date) -> list[UUID]:
        """What is overdue and was not marked yet, of recoveries that are final."""
        own, whole = self.table.c, tables.recovery.c
        late = (
            own.due_on < today,
            own.paid_fen < own.amount_fen,
            ~own.dropped,
            own.overdue_at.is_(None),
            whole.state == RecoveryState.DUE.value,
        )
        joined = self.table.join(tables.recovery, whole.id == own.recovery_id)
        statement = select(own.id).select_from(joined).where(*late).order_by(own.due_on, own.id)
        return list((await self._connection.execute(statement)).scalars())

    async def count_late(self) -> int:
        """What is marked overdue and still not paid."""
        own = self.table.c
        late = (own.overdue_at.is_not(None), own.paid_fen < own.amount_fen, ~own.dropped)
        counted = select(func.count()).select_from(self.table).where(*late)
        return int((await self._connection.execute(counted)).scalar_one())


_ENTRY = ("id", "recovery_id", "organ", "uscc", "reference", "on", "by", "at")


class SqlRecoveryEntries(SqlAggregates[RecoveryEntry]):
    """Sums that came back or were given up; a unique index books what the bank names once."""

    table = tables.recovery_entry
    missing = NotFound
    refusals = {"uq_recovery_entry_reference": ReferenceUsed}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: RecoveryEntry) -> dict[str, Any]:
        plain = {name: getattr(aggregate, name) for name in _ENTRY}
        return {**plain, "kind": aggregate.kind.value, "amount_fen": int(aggregate.amount)}

    def to_aggregate(self, row: RowMapping) -> RecoveryEntry:
        plain = {name: row[name] for name in (*_ENTRY, "version")}
        return RecoveryEntry(**plain, kind=EntryKind(row["kind"]), amount=Fen(row["amount_fen"]))

    async def of_recovery(self, recovery_id: UUID) -> Sequence[RecoveryEntry]:
        """In the order in which they were booked."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(columns.recovery_id == recovery_id).order_by(columns.at, columns.id)
        )

    async def referred_to(self, organ: str, reference: str) -> RecoveryEntry | None:
        """The money that was booked under this bank reference, if any was."""
        columns = self.table.c
        return await self._first(
            columns.organ == organ,
            columns.reference == reference,
            columns.kind == EntryKind.REPAID.value,
        )
