"""Whom and what to look at for signals, and the evaluations that were held, in PostgreSQL."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.evaluation import Evaluation, Sitting
from services.subsidy.domain.look import Look, LookKind
from shared.contracts.scope import ScopeItem
from shared.errors import NotFound
from shared.persistence.aggregates import SqlAggregates
from shared.persistence.rows import insert_rows
from shared.values import Edition, Level, OccupationCode, Uscc

_look = tables.signal_look.c
_evaluation = tables.evaluation.c


class SqlLooks:
    """What waits to be looked at."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def note(self, looks: Collection[Look], *, due_at: datetime) -> None:
        rows = [{"kind": str(each.kind), "subject": each.subject, "due_at": due_at} for each in looks]
        await insert_rows(self._connection, tables.signal_look, rows)

    async def count_due(self, *, at: datetime, most: int) -> int:
        """How many are due, counted up to `most`."""
        due = select(_look.id).where(_look.due_at <= at).limit(most).subquery()
        return int((await self._connection.execute(select(func.count()).select_from(due))).scalar_one())

    async def take(self, *, at: datetime, most: int) -> Sequence[Look]:
        """Take the next away, each subject once; another process takes others meanwhile."""
        due = select(_look.id).where(_look.due_at <= at).order_by(_look.due_at, _look.id).limit(most)
        taken = (
            delete(tables.signal_look)
            .where(_look.id.in_(due.with_for_update(skip_locked=True)))
            .returning(_look.kind, _look.subject)
        )
        found = await self._connection.execute(taken)
        return list(dict.fromkeys(Look(LookKind(row.kind), row.subject) for row in found))


class SqlEvaluations(SqlAggregates[Evaluation]):
    """Held evaluations in PostgreSQL."""

    table = tables.evaluation
    missing = NotFound

    def to_row(self, aggregate: Evaluation) -> dict[str, Any]:
        return {
            "id": aggregate.id,
            "organ": aggregate.organ,
            "uscc": str(aggregate.uscc),
            "institution_id": aggregate.institution_id,
            "edition": aggregate.item.edition.value,
            "occupation": str(aggregate.item.occupation),
            "work_type": aggregate.item.work_type,
            "level": int(aggregate.item.level),
            "held_on": aggregate.held_on,
            "candidates": aggregate.candidates,
        }

    def to_aggregate(self, row: RowMapping) -> Evaluation:
        names = ("id", "version", "organ", "institution_id", "held_on", "candidates")
        return Evaluation(
            **{name: row[name] for name in names},
            uscc=Uscc(row["uscc"]),
            item=ScopeItem(
                edition=Edition(row["edition"]),
                occupation=OccupationCode(row["occupation"]),
                work_type=row["work_type"],
                level=Level(row["level"]),
            ),
        )

    async def at(self, sitting: Sitting) -> Sequence[Evaluation]:
        """Those of one sitting, whatever work types they were of."""
        return await self._fetch(
            select(self.table)
            .where(
                _evaluation.institution_id == sitting.institution_id,
                _evaluation.held_on == sitting.day,
                _evaluation.edition == sitting.edition,
                _evaluation.occupation == sitting.occupation,
                _evaluation.level == sitting.level,
            )
            .order_by(_evaluation.id)
        )

    async def of_institutions(self, institutions: Collection[UUID]) -> Sequence[Evaluation]:
        return await self._fetch(
            select(self.table)
            .where(_evaluation.institution_id.in_(list(institutions)))
            .order_by(_evaluation.held_on, _evaluation.id)
        )
