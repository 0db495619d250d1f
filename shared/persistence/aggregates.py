"""Loads and saves one kind of aggregate: by hand-written mapping, guarded by version, noted in the ledger."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, Select, Table, insert, select, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Forbidden, NotFound, Refusal, Stale
from shared.ledger.entries import Ledger


class OutOfReach(Forbidden):
    """不在您的管辖或单位之内 · Outside your territory or institution."""

    code = "NJT-GEN-1004"


class Versioned(Protocol):
    """What every aggregate has: an identity and the number of times it was saved."""

    id: UUID
    version: int


A = TypeVar("A", bound=Versioned)


class SqlAggregates(Generic[A]):
    """The aggregates of one table, as one unit of work sees them.

    Each row is loaded once. At the end of the unit of work `save` writes what was added or changed; a row that
    somebody else saved meanwhile raises Stale and nothing is written. `refusals` turns named constraints into
    the domain's own refusals.
    """

    table: ClassVar[Table]
    missing: ClassVar[type[NotFound]]
    refusals: ClassVar[Mapping[str, Callable[[], Refusal]]] = {}

    def __init__(self, connection: AsyncConnection, ledger: Ledger) -> None:
        self._connection = connection
        self._ledger = ledger
        self._loaded: dict[UUID, tuple[A, dict[str, Any]]] = {}
        self._added: list[A] = []

    def to_row(self, aggregate: A) -> dict[str, Any]:
        """Every column but `version`."""
        raise TypeError(f"{type(self).__name__} maps no {type(aggregate).__name__}")

    def to_aggregate(self, row: RowMapping) -> A:
        """The aggregate that a row tells of."""
        raise TypeError(f"{type(self).__name__} makes nothing of a row with {len(row)} columns")

    async def get(self, key: UUID, *, seen: int | None = None) -> A:
        """One aggregate; raises `missing` when no visible row has the key, Stale when it is not version `seen`."""
        known = self._loaded.get(key)
        found = known[0] if known else await self._first(self.table.c.id == key)
        if found is None:
            raise self.missing(str(key))
        if seen is not None and found.version != seen:
            raise Stale(
                f"版本 {found.version}，提交的是 {seen} · it is version {found.version}, yours was {seen}"
            )
        return found

    def add(self, aggregate: A) -> None:
        self._added.append(aggregate)

    async def _first(self, *conditions: ColumnElement[bool]) -> A | None:
        rows = await self._fetch(select(self.table).where(*conditions).limit(1))
        return rows[0] if rows else None

    async def _fetch(self, statement: Select[Any]) -> list[A]:
        result = await self._connection.execute(statement)
        return [self._remember(row) for row in result.mappings()]

    def _remember(self, row: RowMapping) -> A:
        known = self._loaded.get(row["id"])
        if known is not None:
            return known[0]
        aggregate = self.to_aggregate(row)
        self._loaded[aggregate.id] = (aggregate, self.to_row(aggregate))
        return aggregate

    async def save(self) -> None:
        """Write what was added and what changed; raises Stale, OutOfReach or one of `refusals`."""
        try:
            await self._insert_added()
            await self._update_changed()
        except IntegrityError as broken:
            raise self._refusal(broken) from broken
        except ProgrammingError as broken:
            if _is_out_of_reach(broken):
                raise OutOfReach from broken
            raise

    async def _insert_added(self) -> None:
        if not self._added:
            return
        rows = [self.to_row(aggregate) for aggregate in self._added]
        for aggregate in self._added:
            aggregate.version = 1
        await self._connection.execute(insert(self.table), [{**row, "version": 1} for row in rows])
        for aggregate, row in zip(self._added, rows, strict=True):
            self._ledger.changed(self.table.name, aggregate.id, before=None, after=row)
            self._loaded[aggregate.id] = (aggregate, row)
        self._added.clear()

    async def _update_changed(self) -> None:
        for aggregate, before in list(self._loaded.values()):
            after = self.to_row(aggregate)
            if after == before:
                continue
            changes = {name: value for name, value in after.items() if value != before[name]}
            result = await self._connection.execute(
                update(self.table)
                .where(self.table.c.id == aggregate.id, self.table.c.version == aggregate.version)
                .values(**changes, version=aggregate.version + 1)
            )
            if result.rowcount != 1:
                raise Stale(f"{self.table.name} {aggregate.id}")
            aggregate.version += 1
            self._ledger.changed(self.table.name, aggregate.id, before=before, after=after)
            self._loaded[aggregate.id] = (aggregate, after)

    def _refusal(self, broken: IntegrityError) -> Exception:
        name = getattr(getattr(broken.orig, "__cause__", None), "constraint_name", None)
        make = self.refusals.get(name or "")
        return make() if make else broken


def _is_out_of_reach(broken: ProgrammingError) -> bool:
    """Whether row-level security refused a new row.

    Its code is that of a missing grant, which is our own fault; the place in the server that said it tells them apart,
    and unlike its words it is not translated.
    """
    told: str | None = getattr(getattr(broken.orig, "__cause__", None), "server_source_function", None)
    return told == "ExecWithCheckOptions"
