"""Editions of the occupation catalogue in PostgreSQL."""

from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, select

from services.filing import tables
from services.filing.domain.catalogue import (
    CatalogueEdition,
    EditionKnown,
    EditionState,
    UnknownEdition,
)
from shared.contracts.instructions import ListedOccupation
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates

_ENTRIES = TypeAdapter(tuple[ListedOccupation, ...])


class SqlCatalogueEditions(SqlAggregates[CatalogueEdition]):
    """Editions in PostgreSQL."""

    table = tables.catalogue_edition
    missing = UnknownEdition
    refusals = {"uq_catalogue_edition_number": EditionKnown}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: CatalogueEdition) -> dict[str, Any]:
        typed = {
            "entries": _ENTRIES.dump_python(aggregate.entries, mode="json"),
            "state": aggregate.state.value,
        }
        return {name: value for name, value in (vars(aggregate) | typed).items() if name != "version"}

    def to_aggregate(self, row: RowMapping) -> CatalogueEdition:
        typed = {
            "entries": _ENTRIES.validate_python(row["entries"]),
            "state": EditionState(row["state"]),
        }
        return CatalogueEdition(**{**row, **typed})

    async def page(self, *, cursor: str | None, size: int) -> Page[CatalogueEdition]:
        """Editions, the latest first."""
        columns = self.table.c
        statement = select(self.table)
        if cursor is not None:
            statement = statement.where(columns.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.order_by(columns.id.desc()).limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))
