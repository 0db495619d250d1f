"""Ceremonies in PostgreSQL."""

from typing import Any

from sqlalchemy import RowMapping, literal, select, tuple_

from services.filing import tables
from services.filing.domain.ceremony import Ceremony, UnknownCeremony
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates


class SqlCeremonies(SqlAggregates[Ceremony]):
    """Ceremonies in PostgreSQL."""

    table = tables.ceremony
    missing = UnknownCeremony

    def to_row(self, aggregate: Ceremony) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        return {**values, "basis": list(aggregate.basis)}

    def to_aggregate(self, row: RowMapping) -> Ceremony:
        return Ceremony(**{**row, "basis": tuple(row["basis"])})

    async def page(self, *, cursor: str | None, size: int) -> Page[Ceremony]:
        """Ceremonies, the latest recorded first."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.recorded_at.desc(), columns.id.desc())
        if cursor is not None:
            recorded, key = decode_cursor(cursor, parts=2)
            place = tuple_(literal(moment_in(recorded)), literal(uuid_in(key)))
            statement = statement.where(tuple_(columns.recorded_at, columns.id) < place)
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.recorded_at.isoformat(), each.id))
