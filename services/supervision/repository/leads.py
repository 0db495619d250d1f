"""Leads in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.supervision import tables
from services.supervision.domain.lead import Lead, LeadFinding, LeadState, Sought, UnknownLead
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlLeads(SqlAggregates[Lead]):
    """Leads in PostgreSQL."""

    table = tables.lead
    missing = UnknownLead

    def to_row(self, aggregate: Lead) -> dict[str, Any]:
        typed = {
            "institution_uscc": str(aggregate.institution_uscc) if aggregate.institution_uscc else None,
            "state": aggregate.state.value,
            "finding": aggregate.finding.value if aggregate.finding else None,
        }
        return {name: value for name, value in (vars(aggregate) | typed).items() if name != "version"}

    def to_aggregate(self, row: RowMapping) -> Lead:
        typed = {
            "institution_uscc": Uscc(row["institution_uscc"]) if row["institution_uscc"] else None,
            "state": LeadState(row["state"]),
            "finding": LeadFinding(row["finding"]) if row["finding"] else None,
        }
        return Lead(**{**row, **typed})

    async def of_signal(self, signal_id: UUID) -> Lead | None:
        return await self._first(self.table.c.signal_id == signal_id)

    async def page(self, sought: Sought, *, cursor: str | None, size: int) -> Page[Lead]:
        """Leads, the latest first."""
        columns = self.table.c
        wanted = {name: value for name, value in vars(sought).items() if value is not None}
        statement = select(self.table).where(*(columns[name] == value for name, value in wanted.items()))
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.order_by(columns.id.desc()).limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))
