"""Objections in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from services.filing import tables
from services.filing.domain.deadline import Deadline
from services.filing.domain.objection import Objection, ObjectionState, ReceivedBy, UnknownObjection
from services.filing.repository.watching import wants_watching
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after

_WATCHED_AT_ONCE = 200
_CLOCK = ("due_at", "warned_at", "escalated_at")


class SqlObjections(SqlAggregates[Objection]):
    """Objections in PostgreSQL."""

    table = tables.objection
    missing = UnknownObjection

    def to_row(self, aggregate: Objection) -> dict[str, Any]:
        objection = aggregate
        return {
            "id": objection.id,
            "filing_id": objection.filing_id,
            "organ": objection.organ,
            "handled_by": objection.handled_by,
            "text": objection.text,
            "by": objection.by,
            "channel": objection.channel.value,
            "received_by": objection.received_by,
            "reference": objection.reference,
            "raised_at": objection.raised_at,
            **{name: getattr(objection.deadline, name) for name in _CLOCK},
            "state": objection.state.value,
            "finding": objection.finding,
            "resolved_at": objection.resolved_at,
            "resolved_by": objection.resolved_by,
        }

    def to_aggregate(self, row: RowMapping) -> Objection:
        values = {name: value for name, value in row.items() if name not in _CLOCK}
        typed = {
            "channel": ReceivedBy(row["channel"]),
            "state": ObjectionState(row["state"]),
            "deadline": Deadline(**{name: row[name] for name in _CLOCK}),
        }
        return Objection(**{**values, **typed})

    async def take_turn(self, filing_id: UUID) -> None:
        """Wait until nobody else is at this filing, and keep others from it until the unit of work ends.

        Called before the filing is read, or what is read may be older than what the one before left.
        """
        held = tables.filing.c.id
        await self._connection.execute(select(held).where(held == filing_id).with_for_update())

    async def of_filing(self, filing_id: UUID) -> list[Objection]:
        columns = self.table.c
        statement = select(self.table).where(columns.filing_id == filing_id)
        return await self._fetch(statement.order_by(columns.raised_at, columns.id))

    async def page(self, filing_id: UUID, *, cursor: str | None, size: int) -> Page[Objection]:
        """Those to a case in the order in which they were raised; raises BadCursor."""
        order = [self.table.c.raised_at, self.table.c.id]
        statement = select(self.table).where(self.table.c.filing_id == filing_id).order_by(*order)
        if cursor is not None:
            raised, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after(order, [moment_in(raised), uuid_in(key)]))
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.raised_at.isoformat(), each.id))

    async def made_publicly(self, filing_id: UUID) -> int:
        """How many were made to a case without a login."""
        columns = self.table.c
        counted = select(func.count()).where(columns.filing_id == filing_id, columns.received_by == "")
        made: int = (await self._connection.execute(counted)).scalar_one()
        return made

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]:
        """What is to be resolved by `soon` without a warning, or was by `at` without escalation."""
        columns = self.table.c
        statement = select(columns.id).where(
            columns.state == ObjectionState.OPEN.value, wants_watching(self.table, at=at, soon=soon)
        )
        found = await self._connection.execute(statement.order_by(columns.due_at).limit(_WATCHED_AT_ONCE))
        return list(found.scalars())
