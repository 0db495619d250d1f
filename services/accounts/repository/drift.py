"""The comparison with the provincial register in PostgreSQL: checks, the pages they were answered, what differs."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.accounts import tables
from services.accounts.drift import (
    Cause,
    CheckedToday,
    CheckState,
    Drift,
    DriftCheck,
    DriftState,
    Repair,
    UnknownCheck,
    UnknownDrift,
)
from shared.contracts.queries import RegisteredInstitution
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlDriftChecks(SqlAggregates[DriftCheck]):
    """Checks in PostgreSQL."""

    table = tables.drift_check
    missing = UnknownCheck
    refusals = {"uq_drift_check_day": CheckedToday}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: DriftCheck) -> dict[str, Any]:
        typed = {"state": aggregate.state.value}
        return {name: value for name, value in (vars(aggregate) | typed).items() if name != "version"}

    def to_aggregate(self, row: RowMapping) -> DriftCheck:
        return DriftCheck(**{**row, "state": CheckState(row["state"])})

    async def on(self, day: date) -> DriftCheck | None:
        return await self._first(self.table.c.day == day)

    async def running(self) -> Sequence[DriftCheck]:
        return await self._fetch(select(self.table).where(self.table.c.state == CheckState.ASKING.value))

    async def waiting_for(self, query_id: UUID) -> DriftCheck | None:
        """The check that waits for the answer to this query."""
        columns = self.table.c
        return await self._first(columns.query_id == query_id, columns.state == CheckState.ASKING.value)


class SqlEntries:
    """What the provincial register said, page by page, until it is compared; of a number, what it said last."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def keep(self, check_id: UUID, entries: Iterable[RegisteredInstitution]) -> None:
        rows = [
            {"check_id": check_id, "number": it.provincial_number, "content": it.model_dump(mode="json")}
            for it in entries
        ]
        if rows:
            said = insert(tables.register_entry)
            again = said.on_conflict_do_update(
                index_elements=["check_id", "number"], set_={"content": said.excluded.content}
            )
            await self._connection.execute(again, rows)

    async def take(self, check_id: UUID) -> Sequence[RegisteredInstitution]:
        """All that was said to one check; it is not kept any longer, nor what earlier ones were told."""
        table = tables.register_entry
        found = await self._connection.execute(
            select(table.c.content).where(table.c.check_id == check_id).order_by(table.c.number)
        )
        entries = [RegisteredInstitution.model_validate(each) for each in found.scalars()]
        await self._connection.execute(delete(table).where(table.c.check_id <= check_id))
        return entries


class SqlDrifts(SqlAggregates[Drift]):
    """Differences in PostgreSQL."""

    table = tables.drift
    missing = UnknownDrift

    def to_row(self, aggregate: Drift) -> dict[str, Any]:
        typed = {
            "uscc": str(aggregate.uscc),
            "cause": aggregate.cause.value,
            "basis": list(aggregate.basis),
            "repair": aggregate.repair.value,
            "state": aggregate.state.value,
        }
        return {name: value for name, value in (vars(aggregate) | typed).items() if name != "version"}

    def to_aggregate(self, row: RowMapping) -> Drift:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "cause": Cause(row["cause"]),
            "basis": tuple(row["basis"]),
            "repair": Repair(row["repair"]),
            "state": DriftState(row["state"]),
        }
        return Drift(**{**row, **typed})

    async def unhealed(self) -> Sequence[Drift]:
        return await self._fetch(select(self.table).where(self.table.c.state != DriftState.HEALED.value))

    async def count_open(self) -> int:
        """How many somebody has yet to look at, or to decide."""
        waiting = self.table.c.state.in_([DriftState.OPEN.value, DriftState.PROPOSED.value])
        counted = await self._connection.execute(select(func.count()).select_from(self.table).where(waiting))
        return int(counted.scalar_one())

    async def page(self, *, state: DriftState | None, cursor: str | None, size: int) -> Page[Drift]:
        """Differences, the latest first."""
        columns = self.table.c
        statement = select(self.table)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.order_by(columns.id.desc()).limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))
