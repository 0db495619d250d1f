"""Which rows with a clock want looking at."""

from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, or_


def wants_watching(table: Table, *, at: datetime, soon: datetime) -> ColumnElement[bool]:
    """Clocks that end by `soon` and were not warned of, or ended before `at` and were not escalated."""
    columns = table.c
    return or_(
        and_(columns.due_at < at, columns.escalated_at.is_(None)),
        and_(columns.due_at.between(at, soon), columns.warned_at.is_(None)),
    )
