"""Dry-runs in PostgreSQL, part by part."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, RowMapping, Uuid, delete, func, literal, select
from sqlalchemy.dialects.postgresql import insert

from services.subsidy import tables
from services.subsidy.domain.impact_run import ImpactRun, Part, RunState, Summed, UnknownDryRun
from services.subsidy.repository.decided import looked_at, marks_of_rows
from shared.persistence.aggregates import SqlAggregates

_PLAIN = (
    "id",
    "asked_by",
    "asked_at",
    "since",
    "known_from",
    "policy",
    "total",
    "done",
    "rounds",
    "problem",
    "finished_at",
)
_PART = tables.impact_part
_OF = _PART.c
_ITEM = tables.claim_item.c


class SqlImpactRuns(SqlAggregates[ImpactRun]):
    """Dry-runs in PostgreSQL; their parts go around the ledger, which has the run's beginning and end."""

    table = tables.impact_run
    missing = UnknownDryRun

    def to_row(self, aggregate: ImpactRun) -> dict[str, Any]:
        run = aggregate
        plain = {name: getattr(run, name) for name in _PLAIN}
        return {**plain, "state": run.state.value, "redo": list(run.redo)}

    def to_aggregate(self, row: RowMapping) -> ImpactRun:
        plain = {name: row[name] for name in (*_PLAIN, "version")}
        return ImpactRun(**plain, state=RunState(row["state"]), redo=tuple(row["redo"]))

    async def of(self, release_id: UUID) -> ImpactRun | None:
        return await self._first(self.table.c.id == release_id)

    async def computing(self) -> list[tuple[UUID, int]]:
        """What is being worked out, the first asked first, and how many items each has left."""
        columns = self.table.c
        statement = select(columns.id, (columns.total - columns.done).label("left")).where(
            columns.state == RunState.COMPUTING.value
        )
        rows = (await self._connection.execute(statement.order_by(columns.asked_at))).all()
        return [tuple(row) for row in rows]

    async def taken(self, release_id: UUID) -> ImpactRun | None:
        """One that is being worked out, on which nobody else works before this unit of work ends; None otherwise."""
        columns = self.table.c
        statement = select(columns.id).where(
            columns.id == release_id, columns.state == RunState.COMPUTING.value
        )
        found = await self._connection.execute(statement.with_for_update(skip_locked=True))
        return await self.get(release_id) if found.first() else None

    async def clear(self, release_id: UUID) -> None:
        await self._connection.execute(delete(_PART).where(_OF.run_id == release_id))

    async def last(self, release_id: UUID) -> Part | None:
        statement = select(_PART).where(_OF.run_id == release_id).order_by(_OF.place.desc()).limit(1)
        row = (await self._connection.execute(statement)).mappings().first()
        return _part(row) if row else None

    async def part(self, release_id: UUID, place: int) -> Part:
        statement = select(_PART).where(_OF.run_id == release_id, _OF.place == place)
        return _part((await self._connection.execute(statement)).mappings().one())

    async def keep(self, release_id: UUID, part: Part) -> None:
        """Write a part, or write it anew."""
        row = {
            "run_id": release_id,
            "place": part.place,
            "after_id": part.after,
            "last_id": part.last,
            "counted": part.items,
            "mark_0": part.marks[0],
            "mark_1": part.marks[1],
            "figures": part.figures,
        }
        made = insert(_PART).values(row)
        anew = {name: made.excluded[name] for name in ("counted", "mark_0", "mark_1", "figures")}
        await self._connection.execute(
            made.on_conflict_do_update(index_elements=["run_id", "place"], set_=anew)
        )

    async def changed(self, release_id: UUID, *, since: datetime) -> list[int]:
        """The places of the parts whose items are not as they were when they were read; one scan over all items."""
        columns = (_OF.last_id, _OF.counted, _OF.mark_0, _OF.mark_1)
        kept = select(*columns).where(_OF.run_id == release_id).order_by(_OF.place)
        parts = (await self._connection.execute(kept)).all()
        behind = literal([UUID(int=part.last_id.int + 1) for part in parts], ARRAY(Uuid))
        # How many parts end before an item is the place of its own part; what comes after all of them is in none.
        place = func.width_bucket(_ITEM.id, behind).label("place")
        now = (func.count(), *(func.bit_xor(mark) for mark in marks_of_rows()))
        rows = await self._connection.execute(select(place, *now).where(*looked_at(since)).group_by(place))
        found: dict[int, tuple[int, ...]] = {row[0]: tuple(row[1:]) for row in rows}
        return [at for at, part in enumerate(parts) if found.get(at, (0, 0, 0)) != tuple(part[1:])]

    async def sum(self, release_id: UUID) -> Summed:
        """All parts put together, a few at a time."""
        summed, place = Summed(), -1
        statement = select(_PART).where(_OF.run_id == release_id).order_by(_OF.place).limit(_AT_ONCE)
        while rows := (await self._connection.execute(statement.where(_OF.place > place))).mappings().all():
            for row in rows:
                summed.add(_part(row))
            place = rows[-1]["place"]
        return summed


_AT_ONCE = 50


def _part(row: Mapping[str, Any] | RowMapping) -> Part:
    return Part(
        place=row["place"],
        after=row["after_id"],
        last=row["last_id"],
        items=row["counted"],
        marks=(row["mark_0"], row["mark_1"]),
        figures=row["figures"],
    )
