"""Evaluation plans in PostgreSQL."""

from datetime import date
from typing import Any

from sqlalchemy import RowMapping, select

from services.supervision import tables
from services.supervision.domain.plan import EvaluationPlan
from services.supervision.domain.refusals import UnknownPlan
from shared.contracts.scope import ScopeItem
from shared.paging import BadCursor, Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.pages import after
from shared.policy import Audience
from shared.values import Uscc


class SqlPlans(SqlAggregates[EvaluationPlan]):
    """Evaluation plans in PostgreSQL."""

    table = tables.evaluation_plan
    missing = UnknownPlan

    def to_row(self, aggregate: EvaluationPlan) -> dict[str, Any]:
        plan = aggregate
        return {
            "id": plan.id,
            "organ": plan.organ,
            "uscc": str(plan.uscc),
            "institution_id": plan.institution_id,
            "item": plan.item.model_dump(mode="json"),
            "audience": plan.audience.value,
            "planned_on": plan.planned_on,
            "submitted_at": plan.submitted_at,
            "held_on": plan.held_on,
            "candidates": plan.candidates,
        }

    def to_aggregate(self, row: RowMapping) -> EvaluationPlan:
        typed = {
            "uscc": Uscc(row["uscc"]),
            "item": ScopeItem.model_validate(row["item"]),
            "audience": Audience(row["audience"]),
        }
        return EvaluationPlan(**{**row, **typed})

    async def page(self, *, cursor: str | None, size: int) -> Page[EvaluationPlan]:
        """Plans by their day."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.planned_on, columns.id).limit(size + 1)
        if cursor is not None:
            planned, key = decode_cursor(cursor, parts=2)
            position = [_day_in(planned), uuid_in(key)]
            statement = statement.where(after([columns.planned_on, columns.id], position))
        rows = await self._fetch(statement)
        return page_of(rows, size=size, position=lambda each: (each.planned_on.isoformat(), each.id))


def _day_in(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCursor from None
