"""Officers in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, func, select

from services.filing import tables
from services.filing.domain.officer import Leave, Officer, SubjectTaken, UnknownOfficer
from services.filing.repository import stored
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after

_PLAIN = ("id", "organ", "office_id", "name", "subject", "duties", "public_name", "active")


class SqlOfficers(SqlAggregates[Officer]):
    """Officers in PostgreSQL."""

    table = tables.officer
    missing = UnknownOfficer
    refusals = {"uq_officer_organ_subject": SubjectTaken}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Officer) -> dict[str, Any]:
        officer = aggregate
        leave = officer.leave
        return {
            **{name: getattr(officer, name) for name in _PLAIN},
            "leave_from": leave.first if leave else None,
            "leave_until": leave.last if leave else None,
            "deputy_id": leave.deputy_id if leave else None,
            "recusals": stored.out(stored.recusals, officer.recusals),
        }

    def to_aggregate(self, row: RowMapping) -> Officer:
        leave = None
        if row["leave_from"] is not None:
            leave = Leave(first=row["leave_from"], last=row["leave_until"], deputy_id=row["deputy_id"])
        return Officer(
            **{name: row[name] for name in _PLAIN},
            leave=leave,
            recusals=stored.recusals.validate_python(row["recusals"]),
            version=row["version"],
        )

    async def count(self, organ: str) -> int:
        statement = select(func.count()).select_from(self.table).where(self.table.c.organ == organ)
        return int((await self._connection.execute(statement)).scalar_one())

    async def page(self, *, organ: str | None, cursor: str | None, size: int) -> Page[Officer]:
        """Officers by name, of one organ or of all within reach."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.name, columns.id).limit(size + 1)
        if organ is not None:
            statement = statement.where(columns.organ == organ)
        if cursor is not None:
            name, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.name, columns.id], [name, uuid_in(key)]))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.name, each.id))

    async def of(self, ids: Sequence[UUID]) -> list[Officer]:
        return await self._fetch(select(self.table).where(self.table.c.id.in_(ids)).order_by(self.table.c.id))

    async def named(self, subjects: frozenset[str], *, organ: str) -> list[Officer]:
        """The officers of an organ that log in under one of these names."""
        columns = self.table.c
        statement = select(self.table).where(columns.organ == organ, columns.subject.in_(sorted(subjects)))
        return await self._fetch(statement.order_by(columns.id))
