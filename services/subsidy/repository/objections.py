"""Objections in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, func, select

from services.subsidy import tables
from services.subsidy.domain.deadline import Deadline
from services.subsidy.domain.objection import (
    Objection,
    ObjectionState,
    ReceivedBy,
    Statement,
    UnknownObjection,
    Wanted,
)
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates

_PLAIN = (
    "id",
    "claim_id",
    "item_id",
    "organ",
    "reference",
    "raised_at",
    "finding",
    "resolved_at",
    "resolved_by",
)


class SqlObjections(SqlAggregates[Objection]):
    """Objections in PostgreSQL."""

    table = tables.claim_objection
    missing = UnknownObjection

    def to_row(self, aggregate: Objection) -> dict[str, Any]:
        said = aggregate.statement
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "due_at": aggregate.due.due_at,
            "escalated_at": aggregate.due.escalated_at,
            "text": said.text,
            "by": said.by,
            "channel": said.channel.value,
            "received_by": said.received_by,
            "state": aggregate.state.value,
        }

    def to_aggregate(self, row: RowMapping) -> Objection:
        said = Statement(
            text=row["text"],
            by=row["by"],
            channel=ReceivedBy(row["channel"]),
            received_by=row["received_by"],
        )
        plain = {name: row[name] for name in (*_PLAIN, "version")}
        due = Deadline(due_at=row["due_at"], escalated_at=row["escalated_at"])
        return Objection(**plain, due=due, statement=said, state=ObjectionState(row["state"]))

    async def of_claim(self, claim_id: UUID) -> list[Objection]:
        columns = self.table.c
        statement = select(self.table).where(columns.claim_id == claim_id)
        return await self._fetch(statement.order_by(columns.raised_at, columns.id))

    async def page(self, wanted: Wanted, *, cursor: str | None, size: int) -> Page[Objection]:
        """In the order in which they were raised."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.id)
        if wanted.state is not None:
            statement = statement.where(columns.state == wanted.state.value)
        if wanted.overdue_at is not None:
            statement = statement.where(*_overdue(wanted.overdue_at))
        if wanted.escalated:
            statement = statement.where(columns.escalated_at.is_not(None), _open)
        if cursor is not None:
            statement = statement.where(columns.id > uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))

    async def late(self, *, at: datetime) -> list[UUID]:
        """Those nobody looked into in time and the city was not told of, what was due first first."""
        columns = self.table.c
        late = select(columns.id).where(*_overdue(at), columns.escalated_at.is_(None))
        return list((await self._connection.execute(late.order_by(columns.due_at))).scalars())

    async def count_overdue(self, *, at: datetime) -> int:
        counted = select(func.count()).select_from(self.table).where(*_overdue(at))
        return int((await self._connection.execute(counted)).scalar_one())


_open = tables.claim_objection.c.state == ObjectionState.OPEN.value


def _overdue(at: datetime) -> tuple[ColumnElement[bool], ...]:
    return _open, tables.claim_objection.c.due_at < at
