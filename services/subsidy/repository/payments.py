"""Accounts, payment batches and orders in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from services.subsidy import tables
from services.subsidy.domain.payee import Payee, PayeeKnown, SealedAccount, UnknownPayee
from services.subsidy.domain.payment import (
    AlreadyOrdered,
    Batch,
    BatchState,
    Offset,
    Order,
    OrderState,
    UnknownBatch,
    UnknownOrder,
)
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.policy import MoneyLine
from shared.values import Fen


class SqlPayees(SqlAggregates[Payee]):
    """Accounts of institutions in PostgreSQL."""

    table = tables.payee
    missing = UnknownPayee
    refusals = {"pk_payee": PayeeKnown}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Payee) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in ("id", "organ", "uscc", "set_by", "set_at")},
            **_account_out(aggregate.account),
        }

    def to_aggregate(self, row: RowMapping) -> Payee:
        names = ("id", "version", "organ", "uscc", "set_by", "set_at")
        return Payee(**{name: row[name] for name in names}, account=_account_in(row))

    async def known(self, institution_id: UUID) -> Payee | None:
        return await self._first(self.table.c.id == institution_id)


_BATCH = (
    "id",
    "number",
    "organ",
    "pay_on",
    "orders",
    "created_by",
    "created_at",
    "released_by",
    "released_at",
    "result_sha256",
    "settled_by",
    "settled_at",
)


class SqlBatches(SqlAggregates[Batch]):
    """Payment batches in PostgreSQL."""

    table = tables.payment_batch
    missing = UnknownBatch

    def to_row(self, aggregate: Batch) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _BATCH},
            "line": aggregate.line.value,
            "state": aggregate.state.value,
            "total_fen": int(aggregate.total),
            "offset_fen": int(aggregate.offset),
        }

    def to_aggregate(self, row: RowMapping) -> Batch:
        return Batch(
            **{name: row[name] for name in (*_BATCH, "version")},
            line=MoneyLine(row["line"]),
            state=BatchState(row["state"]),
            total=Fen(row["total_fen"]),
            offset=Fen(row["offset_fen"]),
        )

    async def take_turn(self, organ: str, line: MoneyLine) -> int:
        """Wait until nobody else draws up a batch of this organ and line; how many there are so far."""
        key = f"payment-batch {organ} {line.value}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
        columns = self.table.c
        counted = select(func.count()).where(columns.organ == organ, columns.line == line.value)
        return int((await self._connection.execute(counted)).scalar_one())

    async def page(self, *, state: BatchState | None, cursor: str | None, size: int) -> Page[Batch]:
        """Batches, the latest first."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.id.desc())
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))


_ORDER = (
    "id",
    "batch_id",
    "organ",
    "uscc",
    "claim_id",
    "certificates",
    "follows",
    "reason",
    "settled_on",
    "bank_ref",
)


class SqlOrders(SqlAggregates[Order]):
    """Payment orders in PostgreSQL; its unique indexes are what makes a claim paid once."""

    table = tables.payment_order
    missing = UnknownOrder
    refusals = {  # noqa: RUF012 — ClassVar in the base class
        "uq_payment_order_claim": AlreadyOrdered,
        "uq_payment_order_follows": AlreadyOrdered,
    }

    def to_row(self, aggregate: Order) -> dict[str, Any]:
        return {
            **{name: getattr(aggregate, name) for name in _ORDER},
            **_account_out(aggregate.account),
            "line": aggregate.line.value,
            "amount_fen": int(aggregate.amount),
            "offset_fen": int(aggregate.offset),
            "offsets": [[str(each.recovery_id), int(each.amount)] for each in aggregate.offsets],
            "state": aggregate.state.value,
        }

    def to_aggregate(self, row: RowMapping) -> Order:
        return Order(
            **{name: row[name] for name in (*_ORDER, "version")},
            account=_account_in(row),
            line=MoneyLine(row["line"]),
            amount=Fen(row["amount_fen"]),
            offsets=tuple(Offset(recovery_id=UUID(key), amount=Fen(fen)) for key, fen in row["offsets"]),
            state=OrderState(row["state"]),
        )

    async def of_batch(self, batch_id: UUID) -> Sequence[Order]:
        """Its orders in the order of their ids, those taken out among them."""
        columns = self.table.c
        return await self._fetch(select(self.table).where(columns.batch_id == batch_id).order_by(columns.id))

    async def of_claim(self, claim_id: UUID) -> Sequence[Order]:
        columns = self.table.c
        return await self._fetch(select(self.table).where(columns.claim_id == claim_id).order_by(columns.id))


def _account_out(account: SealedAccount) -> dict[str, bytes]:
    return {
        "account_name": account.name,
        "account_bank": account.bank,
        "account_number": account.number,
        "account_index": account.index,
    }


def _account_in(row: RowMapping) -> SealedAccount:
    return SealedAccount(
        name=row["account_name"],
        bank=row["account_bank"],
        number=row["account_number"],
        index=row["account_index"],
    )
