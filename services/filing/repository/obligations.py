"""Obligations in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, select

from services.filing import tables
from services.filing.domain.deadline import Deadline
from services.filing.domain.obligation import Obligation, ObligationKind, ObligationState, Owed
from services.filing.domain.refusals import UnknownObligation
from services.filing.repository.watching import wants_watching
from shared.paging import Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.values import Uscc

_WATCHED_AT_ONCE = 200


class SqlObligations(SqlAggregates[Obligation]):
    """Obligations in PostgreSQL."""

    table = tables.obligation
    missing = UnknownObligation

    def to_row(self, aggregate: Obligation) -> dict[str, Any]:
        owed = aggregate
        return {
            "id": owed.id,
            "kind": owed.kind.value,
            "subject": owed.subject,
            "institution_id": owed.institution_id,
            "filing_id": owed.filing_id,
            "organ": owed.organ,
            "owner": owed.owner,
            "uscc": str(owed.uscc),
            "basis": list(owed.basis),
            "due_at": owed.deadline.due_at,
            "warned_at": owed.deadline.warned_at,
            "escalated_at": owed.deadline.escalated_at,
            "state": owed.state.value,
            "attempts": owed.attempts,
            "problem": owed.problem,
            "settled_at": owed.settled_at,
            "settled_by": owed.settled_by,
            "note": owed.note,
        }

    def to_aggregate(self, row: RowMapping) -> Obligation:
        values = {name: value for name, value in row.items() if name not in _CLOCK}
        typed = {
            "kind": ObligationKind(row["kind"]),
            "uscc": Uscc(row["uscc"]),
            "basis": tuple(row["basis"]),
            "state": ObligationState(row["state"]),
            "deadline": Deadline(**{name: row[name] for name in _CLOCK}),
        }
        return Obligation(**{**values, **typed})

    async def of_filings(self, filing_ids: Sequence[UUID]) -> list[Obligation]:
        """What is owed, or was, on these cases."""
        columns = self.table.c
        statement = select(self.table).where(columns.filing_id.in_(filing_ids))
        return await self._fetch(statement.order_by(columns.due_at, columns.id))

    async def claimed(self, keys: Sequence[UUID]) -> dict[UUID, Obligation]:
        """Those of them that exist for the caller, as they stand when nobody else is settling them."""
        statement = select(self.table).where(self.table.c.id.in_(keys)).order_by(self.table.c.id)
        return {each.id: each for each in await self._fetch(statement.with_for_update())}

    async def of_institution(self, institution_id: UUID) -> list[Obligation]:
        columns = self.table.c
        statement = select(self.table).where(columns.institution_id == institution_id)
        return await self._fetch(statement.order_by(columns.due_at, columns.id))

    async def open_of(self, institution_id: UUID, kind: ObligationKind) -> list[Obligation]:
        """What of this kind is still owed on an institution."""
        columns = self.table.c
        statement = select(self.table).where(
            columns.institution_id == institution_id,
            columns.kind == kind.value,
            columns.state == ObligationState.OPEN.value,
        )
        return await self._fetch(statement.order_by(columns.due_at, columns.id))

    async def still_owed(self, institution_id: UUID) -> list[Obligation]:
        """Whatever is still owed on an institution."""
        columns = self.table.c
        return await self._fetch(
            select(self.table).where(
                columns.institution_id == institution_id, columns.state == ObligationState.OPEN.value
            )
        )

    async def of_subject(self, kind: ObligationKind, subject: str) -> Obligation | None:
        """What is owed of this kind about this very thing; the kind is written out for its index."""
        columns = self.table.c
        owed = columns.kind == bindparam(None, kind.value, literal_execute=True)
        return await self._first(owed, columns.subject == subject)

    async def page(self, wanted: Owed, *, cursor: str | None, size: int) -> Page[Obligation]:
        """Obligations by their deadline; raises BadCursor."""
        columns = self.table.c
        statement = select(self.table).where(columns.state == wanted.state.value)
        if wanted.owner is not None:
            statement = statement.where(columns.owner == wanted.owner)
        if wanted.late_at is not None:
            statement = statement.where(columns.due_at < wanted.late_at)
        if cursor is not None:
            due, key = decode_cursor(cursor, parts=2)
            statement = statement.where(after([columns.due_at, columns.id], [moment_in(due), uuid_in(key)]))
        rows = await self._fetch(statement.order_by(columns.due_at, columns.id).limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.deadline.due_at.isoformat(), each.id))

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]:
        """What is owed by `soon` and was not warned of, or was owed before `at` and was not escalated."""
        columns = self.table.c
        statement = select(columns.id).where(
            columns.state == ObligationState.OPEN.value, wants_watching(self.table, at=at, soon=soon)
        )
        found = await self._connection.execute(statement.order_by(columns.due_at).limit(_WATCHED_AT_ONCE))
        return list(found.scalars())


_CLOCK = ("due_at", "warned_at", "escalated_at")
