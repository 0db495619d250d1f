"""Pledges in PostgreSQL, and the records of those who may not pledge."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, literal, select, tuple_

from services.filing import tables
from services.filing.domain.integrity import IntegrityRecord, RecordSource, UnknownIntegrityRecord
from services.filing.domain.materials import PledgeStands
from services.filing.domain.pledge import Pledge, PledgeState, PledgeText, UnknownPledge
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlPledges(SqlAggregates[Pledge]):
    """Pledges in PostgreSQL."""

    table = tables.pledge
    missing = UnknownPledge
    refusals = {"uq_pledge_filing_kind": PledgeStands}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Pledge) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        return {
            **values,
            "uscc": str(aggregate.uscc),
            "text_version": aggregate.text.version,
            "text": aggregate.text.text,
            "state": aggregate.state.value,
        }

    def to_aggregate(self, row: RowMapping) -> Pledge:
        values = {name: value for name, value in row.items() if name != "text_version"}
        typed = {
            "uscc": Uscc(row["uscc"]),
            "text": PledgeText(version=row["text_version"], text=row["text"]),
            "state": PledgeState(row["state"]),
        }
        return Pledge(**{**values, **typed})

    async def of_filing(self, filing_id: UUID) -> list[Pledge]:
        """Everything pledged in a case, withdrawn or not, in the order in which it was signed."""
        columns = self.table.c
        statement = select(self.table).where(columns.filing_id == filing_id)
        return await self._fetch(statement.order_by(columns.signed_at, columns.id))

    async def of_body(self, uscc: Uscc) -> list[Pledge]:
        """What a body pledged in any of its cases that the caller may see; the body itself sees them all."""
        columns = self.table.c
        statement = select(self.table).where(columns.uscc == str(uscc))
        return await self._fetch(statement.order_by(columns.signed_at, columns.id))


class SqlIntegrityRecords(SqlAggregates[IntegrityRecord]):
    """Integrity records in PostgreSQL, not under territorial isolation."""

    table = tables.integrity_record
    missing = UnknownIntegrityRecord

    def to_row(self, aggregate: IntegrityRecord) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        return {
            **values,
            "uscc": str(aggregate.uscc),
            "source": aggregate.source.value,
            "basis": list(aggregate.basis),
        }

    def to_aggregate(self, row: RowMapping) -> IntegrityRecord:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "source": RecordSource(row["source"]),
            "basis": tuple(row["basis"]),
        }
        return IntegrityRecord(**{**row, **typed})

    async def of_body(self, uscc: Uscc) -> list[IntegrityRecord]:
        """Every record of a body, whoever entered it."""
        columns = self.table.c
        statement = select(self.table).where(columns.uscc == str(uscc))
        return await self._fetch(statement.order_by(columns.valid_from, columns.id))

    async def page(self, *, uscc: Uscc | None, cursor: str | None, size: int) -> Page[IntegrityRecord]:
        """Records, the latest first; those of one body when it is named."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.entered_at.desc(), columns.id.desc())
        if uscc is not None:
            statement = statement.where(columns.uscc == str(uscc))
        if cursor is not None:
            entered, key = decode_cursor(cursor, parts=2)
            before = tuple_(literal(moment_in(entered)), literal(uuid_in(key)))
            statement = statement.where(tuple_(columns.entered_at, columns.id) < before)
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.entered_at.isoformat(), each.id))
