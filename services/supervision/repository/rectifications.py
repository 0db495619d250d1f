"""Rectifications in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from services.supervision import tables
from services.supervision.domain.rectification import Rectification
from services.supervision.domain.refusals import UnknownRectification
from services.supervision.domain.terms import RectificationState
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.values import Uscc

_DUE_AT_ONCE = 200


class SqlRectifications(SqlAggregates[Rectification]):
    """Rectifications in PostgreSQL."""

    table = tables.rectification
    missing = UnknownRectification

    def to_row(self, aggregate: Rectification) -> dict[str, Any]:
        rectification = aggregate
        return {
            "id": rectification.id,
            "organ": rectification.organ,
            "uscc": str(rectification.uscc),
            "institution_id": rectification.institution_id,
            "inspection_id": rectification.inspection_id,
            "ordered_at": rectification.ordered_at,
            "due_at": rectification.due_at,
            "state": rectification.state.value,
            "report": rectification.report,
            "completed_at": rectification.completed_at,
            "overdue_at": rectification.overdue_at,
            "opinion": rectification.opinion,
            "verified_at": rectification.verified_at,
            "traceparent": rectification.traceparent,
        }

    def to_aggregate(self, row: RowMapping) -> Rectification:
        typed = {"uscc": Uscc(row["uscc"]), "state": RectificationState(row["state"])}
        return Rectification(**{**row, **typed})

    async def page(
        self, *, state: RectificationState | None, cursor: str | None, size: int
    ) -> Page[Rectification]:
        """Rectifications by their deadline."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.due_at, columns.id).limit(size + 1)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            due, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.due_at, columns.id], [moment_in(due), uuid_in(key)]))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.due_at.isoformat(), each.id))

    async def overdue(self, *, at: datetime) -> Sequence[Rectification]:
        """Those whose deadline has passed without a report, the longest first; what is left waits for the next look."""
        columns = self.table.c
        return await self._fetch(
            select(self.table)
            .where(columns.state == RectificationState.ORDERED.value, columns.due_at < at)
            .order_by(columns.due_at, columns.id)
            .limit(_DUE_AT_ONCE)
        )
