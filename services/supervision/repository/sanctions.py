"""Sanctions in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from services.supervision import tables
from services.supervision.domain.refusals import SanctionInForce, UnknownSanction
from services.supervision.domain.sanction import Sanction
from shared.persistence.aggregates import SqlAggregates
from shared.values import Uscc


class SqlSanctions(SqlAggregates[Sanction]):
    """Sanctions in PostgreSQL."""

    table = tables.sanction
    missing = UnknownSanction
    refusals = {"uq_sanction_in_force": SanctionInForce}  # noqa: RUF012 — ClassVar in the base class

    def to_row(self, aggregate: Sanction) -> dict[str, Any]:
        sanction = aggregate
        return {
            "id": sanction.id,
            "organ": sanction.organ,
            "uscc": str(sanction.uscc),
            "institution_id": sanction.institution_id,
            "rectification_id": sanction.rectification_id,
            "reason": sanction.reason,
            "basis": list(sanction.basis),
            "imposed_at": sanction.imposed_at,
            "open": list(sanction.open),
            "lifted_at": sanction.lifted_at,
            "revoked_at": sanction.revoked_at,
            "revoked_for": sanction.revoked_for,
        }

    def to_aggregate(self, row: RowMapping) -> Sanction:
        typed = {"uscc": Uscc(row["uscc"]), "basis": tuple(row["basis"]), "open": tuple(row["open"])}
        return Sanction(**{**row, **typed})

    async def in_force(self, institution_id: UUID) -> Sanction | None:
        """The institution's present sanction."""
        columns = self.table.c
        return await self._first(columns.institution_id == institution_id, columns.lifted_at.is_(None))
