"""Objections in PostgreSQL."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from services.subsidy import tables
from services.subsidy.domain.objection import (
    Objection,
    ObjectionState,
    ReceivedBy,
    Statement,
    UnknownObjection,
)
from shared.persistence.aggregates import SqlAggregates

_PLAIN = (
    "id",
    "claim_id",
    "item_id",
    "organ",
    "reference",
    "raised_at",
    "due_at",
    "finding",
    "resolved_at",
    "resolved_by",
)


class SqlObjections(SqlAggregates[Objection]):
    """Objections in PostgreSQL."""

    table = tables.claim_objection
    missing = UnknownObjection

    def to_row(self, aggregate: Objection) -> dict[str, Any]:
        said = aggregate.statement
        return {
            **{name: getattr(aggregate, name) for name in _PLAIN},
            "text": said.text,
            "by": said.by,
            "channel": said.channel.value,
            "received_by": said.received_by,
            "state": aggregate.state.value,
        }

    def to_aggregate(self, row: RowMapping) -> Objection:
        said = Statement(
            text=row["text"],
            by=row["by"],
            channel=ReceivedBy(row["channel"]),
            received_by=row["received_by"],
        )
        plain = {name: row[name] for name in (*_PLAIN, "version")}
        return Objection(**plain, statement=said, state=ObjectionState(row["state"]))

    async def of_claim(self, claim_id: UUID) -> list[Objection]:
        columns = self.table.c
        statement = select(self.table).where(columns.claim_id == claim_id)
        return await self._fetch(statement.order_by(columns.raised_at, columns.id))
