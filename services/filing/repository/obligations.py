"""Obligations in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.filing import tables
from services.filing.domain.deadline import Deadline
from services.filing.domain.obligation import Obligation, ObligationKind, ObligationState
from services.filing.domain.refusals import UnknownObligation
from services.filing.repository.watching import wants_watching
from shared.persistence.aggregates import SqlAggregates
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

    async def late(self, *, at: datetime, soon: datetime) -> list[UUID]:
        """What is owed by `soon` and was not warned of, or was owed before `at` and was not escalated."""
        columns = self.table.c
        statement = select(columns.id).where(
            columns.state == ObligationState.OPEN.value, wants_watching(self.table, at=at, soon=soon)
        )
        found = await self._connection.execute(statement.order_by(columns.due_at).limit(_WATCHED_AT_ONCE))
        return list(found.scalars())


_CLOCK = ("due_at", "warned_at", "escalated_at")
