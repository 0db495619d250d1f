"""What the province asks for and orders, in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select

from services.supervision import tables
from services.supervision.domain.provincial import (
    Measure,
    NumberTaken,
    ProvincialOrder,
    ProvincialTask,
    TaskState,
    UnknownOrder,
    UnknownTask,
)
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc

_AT_ONCE = 200


class SqlTasks(SqlAggregates[ProvincialTask]):
    """Tasks in PostgreSQL."""

    table = tables.provincial_task
    missing = UnknownTask
    refusals = {"uq_provincial_task_number": NumberTaken}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: ProvincialTask) -> dict[str, Any]:
        typed = {"institution_uscc": str(aggregate.institution_uscc), "state": aggregate.state.value}
        return {name: value for name, value in (vars(aggregate) | typed).items() if name != "version"}

    def to_aggregate(self, row: RowMapping) -> ProvincialTask:
        typed = {"institution_uscc": Uscc(row["institution_uscc"]), "state": TaskState(row["state"])}
        return ProvincialTask(**{**row, **typed})

    async def page(self, *, state: TaskState | None, cursor: str | None, size: int) -> Page[ProvincialTask]:
        """Tasks, the latest first."""
        columns = self.table.c
        statement = select(self.table)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.order_by(columns.id.desc()).limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))

    async def overdue(self, *, on: date) -> Sequence[UUID]:
        """Those that nobody has noted yet to be late."""
        columns = self.table.c
        late = select(columns.id).where(*self._late(on), columns.overdue_at.is_(None))
        found = await self._connection.execute(late.order_by(columns.due_on).limit(_AT_ONCE))
        return list(found.scalars())

    async def count_overdue(self, *, on: date) -> int:
        """All that are late and not reported."""
        counted = await self._connection.execute(
            select(func.count()).select_from(self.table).where(*self._late(on))
        )
        return int(counted.scalar_one())

    def _late(self, on: date) -> tuple[ColumnElement[bool], ...]:
        columns = self.table.c
        return columns.state != TaskState.REPORTED.value, columns.due_on < on


class SqlOrders(SqlAggregates[ProvincialOrder]):
    """Orders in PostgreSQL."""

    table = tables.provincial_order
    missing = UnknownOrder
    refusals = {"uq_provincial_order_number": NumberTaken}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: ProvincialOrder) -> dict[str, Any]:
        typed = {"institution_uscc": str(aggregate.institution_uscc), "measure": aggregate.measure.value}
        return {name: value for name, value in (vars(aggregate) | typed).items() if name != "version"}

    def to_aggregate(self, row: RowMapping) -> ProvincialOrder:
        typed = {"institution_uscc": Uscc(row["institution_uscc"]), "measure": Measure(row["measure"])}
        return ProvincialOrder(**{**row, **typed})

    async def waiting(self, institution_id: UUID) -> Sequence[ProvincialOrder]:
        """Those of an institution that are not carried out yet, in the order in which they came."""
        return await self._of(institution_id, self.table.c.carried_out_at.is_(None))

    async def suspending(self, institution_id: UUID) -> Sequence[ProvincialOrder]:
        """Those that suspend it and were not taken back."""
        columns = self.table.c
        return await self._of(
            institution_id, columns.measure == Measure.SUSPEND.value, columns.lifted_at.is_(None)
        )

    async def page(self, *, cursor: str | None, size: int) -> Page[ProvincialOrder]:
        """Orders, the latest first."""
        columns = self.table.c
        statement = select(self.table)
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.order_by(columns.id.desc()).limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))

    async def _of(self, institution_id: UUID, *wanted: ColumnElement[bool]) -> Sequence[ProvincialOrder]:
        columns = self.table.c
        asked = select(self.table).where(columns.institution_id == institution_id, *wanted)
        return await self._fetch(asked.order_by(columns.id))
