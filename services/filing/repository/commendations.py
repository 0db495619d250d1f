"""Commendations in PostgreSQL."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import RowMapping, literal, select, tuple_

from services.filing import tables
from services.filing.domain.commendation import AlreadyCommended, Commendation, UnknownCommendation
from shared.errors import Refusal
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlCommendations(SqlAggregates[Commendation]):
    """Commendations in PostgreSQL."""

    table = tables.commendation
    missing = UnknownCommendation
    refusals: ClassVar[Mapping[str, Callable[[], Refusal]]] = {"uq_commendation_open": AlreadyCommended}

    def to_row(self, aggregate: Commendation) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        return {**values, "uscc": str(aggregate.uscc), "basis": list(aggregate.basis)}

    def to_aggregate(self, row: RowMapping) -> Commendation:
        return Commendation(**{**row, "uscc": Uscc(row["uscc"]), "basis": tuple(row["basis"])})

    async def save(self) -> None:
        """What is over gives way before what follows it is written."""
        with self._refusing():
            await self._update_changed()
        await super().save()

    async def open_of(self, institution_id: UUID) -> Commendation | None:
        """The one in force of an institution, which nobody else names or holds back before this unit of work ends."""
        institution, columns = tables.institution.c, self.table.c
        lock = select(institution.id).where(institution.id == institution_id).with_for_update()
        await self._connection.execute(lock)
        return await self._first(columns.institution_id == institution_id, columns.withdrawn_at.is_(None))

    async def page(self, *, institution_id: UUID | None, cursor: str | None, size: int) -> Page[Commendation]:
        """Commendations, those withdrawn among them, the latest first; all, or one institution's."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.named_at.desc(), columns.id.desc())
        if institution_id is not None:
            statement = statement.where(columns.institution_id == institution_id)
        if cursor is not None:
            named, key = decode_cursor(cursor, parts=2)
            place = tuple_(literal(moment_in(named)), literal(uuid_in(key)))
            statement = statement.where(tuple_(columns.named_at, columns.id) < place)
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.named_at.isoformat(), each.id))
