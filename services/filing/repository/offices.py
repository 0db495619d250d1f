"""Offices in PostgreSQL, and what anybody may know of them."""

from datetime import date
from typing import Any

from sqlalchemy import RowMapping, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from services.filing import tables
from services.filing.domain.office import Office, PublicOffice, UnknownOffice
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.policy import Channel

_SHOWN = ("organ", "name", "working_group", "address", "phone", "hours")


class SqlOffices(SqlAggregates[Office]):
    """Offices in PostgreSQL."""

    table = tables.office
    missing = UnknownOffice

    def to_row(self, aggregate: Office) -> dict[str, Any]:
        office = aggregate
        return {
            "id": office.id,
            **{name: getattr(office, name) for name in _SHOWN},
            "channels": sorted(each.value for each in office.channels),
            "valid_from": office.valid_from,
            "valid_until": office.valid_until,
        }

    def to_aggregate(self, row: RowMapping) -> Office:
        channels = frozenset(Channel(each) for each in row["channels"])
        return Office(**{**row, "channels": channels})

    async def count(self, organ: str) -> int:
        statement = select(func.count()).select_from(self.table).where(self.table.c.organ == organ)
        return int((await self._connection.execute(statement)).scalar_one())

    async def page(self, *, organ: str | None, cursor: str | None, size: int) -> Page[Office]:
        """Offices by name, of one organ or of all within reach."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.name, columns.id).limit(size + 1)
        if organ is not None:
            statement = statement.where(columns.organ == organ)
        if cursor is not None:
            name, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.name, columns.id], [name, uuid_in(key)]))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.name, each.id))

    async def directory(self, *, day: date) -> list[PublicOffice]:
        """What is public of the offices that serve on a day: no column that is not is read."""
        columns, officer = self.table.c, tables.officer.c
        names = (
            select(
                officer.office_id, func.array_agg(aggregate_order_by(officer.name, officer.id)).label("names")
            )
            .where(officer.public_name, officer.active)
            .group_by(officer.office_id)
            .subquery()
        )
        statement = (
            select(*(columns[name] for name in _SHOWN), columns.channels, names.c.names)
            .outerjoin(names, names.c.office_id == columns.id)
            .where(columns.valid_from <= day, or_(columns.valid_until.is_(None), columns.valid_until >= day))
            .order_by(columns.organ, columns.name, columns.id)
        )
        rows = (await self._connection.execute(statement)).mappings()
        return [_public(row) for row in rows]


def _public(row: RowMapping) -> PublicOffice:
    return PublicOffice(
        **{name: row[name] for name in _SHOWN},
        channels=tuple(Channel(each) for each in row["channels"]),
        officers=tuple(row["names"] or ()),
    )
