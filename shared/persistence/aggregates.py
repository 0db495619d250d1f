"""Loads and saves one kind of aggregate: by hand-written mapping, guarded by version, noted in the ledger."""

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    RowMapping,
    Select,
    Table,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.errors import Forbidden, NotFound, Refusal, Stale
from shared.ledger.entries import Ledger
from shared.persistence.rows import insert_rows


class OutOfReach(Forbidden):
    """不在您的管辖或单位之内 · Outside your territory or institution."""

    code = "NJT-GEN-1004"


class Versioned(Protocol):
    """What every aggregate has: an identity and the number of times it was saved."""

    id: UUID
    version: int


A = TypeVar("A", bound=Versioned)

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


class Asking:
    """A connection that has everything written down which still waits before it is asked anything."""

    def __init__(self, connection: AsyncConnection, first: Callable[[], Awaitable[None]]) -> None:
        self._connection = connection
        self.first = first

    async def execute(self, statement: Executable, values: Values | None = None) -> CursorResult[Any]:
        await self.first()
        return await self.at_once(statement, values)

    async def at_once(self, statement: Executable, values: Values | None) -> CursorResult[Any]:
        """Whatever waits, waits on."""
        return await self._connection.execute(statement, values)

    async def insert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write these new rows, of whatever table."""
        await self.first()
        await self.insert_at_once(table, rows)

    async def insert_at_once(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Whatever waits, waits on."""
        await insert_rows(self._connection, table, rows)


class SqlAggregates(Generic[A]):
    """The aggregates of one table, as one unit of work sees them.

    Each row is loaded once. `save` is called at the end of the unit of work, and after each message of a batch: it
    updates what was changed of that which was handed out since, and lets new rows wait, so that a batch writes them
    in one go; they are written before anything is asked, and by `write` in the end. A row that somebody else saved
    meanwhile raises Stale and nothing is written. `refusals` turns named constraints into the domain's own refusals.
    """

    table: ClassVar[Table]
    missing: ClassVar[type[NotFound]]
    refusals: ClassVar[Mapping[str, Callable[[], Refusal]]] = {}

    def __init__(self, connection: AsyncConnection, ledger: Ledger) -> None:
        self._connection = Asking(connection, self.write)
        self._ledger = ledger
        self._loaded: dict[UUID, tuple[A, dict[str, Any]]] = {}
        self._handed_out: dict[UUID, None] = {}
        self._added: list[A] = []
        self._waiting: list[dict[str, Any]] = []

    def to_row(self, aggregate: A) -> dict[str, Any]:
        """Every column but `version`."""
        raise TypeError(f"{type(self).__name__} maps no {type(aggregate).__name__}")

    def to_aggregate(self, row: RowMapping) -> A:
        """The aggregate that a row tells of."""
        raise TypeError(f"{type(self).__name__} makes nothing of a row with {len(row)} columns")

    async def get(self, key: UUID, *, seen: int | None = None) -> A:
        """One aggregate; raises `missing` when no visible row has the key, Stale when it is not version `seen`."""
        found = self._known(key)
        if found is None:
            found = await self._first(self.table.c.id == key)
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

    async def _exists(self, statement: Select[Any]) -> bool:
        return (await self._connection.execute(statement.limit(1))).first() is not None

    async def _fetch(self, statement: Select[Any]) -> list[A]:
        result = await self._connection.execute(statement)
        return [self._remember(row) for row in result.mappings()]

    def _remember(self, row: RowMapping) -> A:
        known = self._known(row["id"])
        if known is not None:
            return known
        aggregate = self.to_aggregate(row)
        self._loaded[aggregate.id] = (aggregate, self.to_row(aggregate))
        self._handed_out[aggregate.id] = None
        return aggregate

    def _known(self, key: UUID) -> A | None:
        if key not in self._loaded:
            return None
        self._handed_out[key] = None
        return self._loaded[key][0]

    @property
    def in_use(self) -> bool:
        """Whether anything was loaded or added; if not, there is nothing to save or to write."""
        return bool(self._loaded or self._added)

    def asked_after(self, write: Callable[[], Awaitable[None]]) -> None:
        """Have this done before anything is asked: the others of the unit of work have rows that wait, too."""
        self._connection.first = write

    async def save(self) -> None:
        """Note what was added, write what changed; raises Stale, OutOfReach or one of `refusals`."""
        self._note_added()
        with self._refusing():
            await self._update_changed()

    def note_changed(self, aggregate: A) -> None:
        """Called for each that is new or has changed, before it is written; for what is kept besides its row."""

    async def write(self) -> None:
        """Write the rows that wait; raises OutOfReach or one of `refusals`."""
        if not self._waiting:
            return
        rows, self._waiting = self._waiting, []
        with self._refusing():
            await self._connection.insert_at_once(self.table, rows)

    def _note_added(self) -> None:
        new = [(aggregate, self.to_row(aggregate)) for aggregate in self._added]
        self._added.clear()
        for aggregate, row in new:
            aggregate.version = 1
            self._waiting.append({**row, "version": 1})
            self.note_changed(aggregate)
            self._loaded[aggregate.id] = (aggregate, row)
        self._ledger.added(self.table.name, ((aggregate.id, row) for aggregate, row in new))

    async def _update_changed(self) -> None:
        for key in list(self._handed_out):
            aggregate, before = self._loaded[key]
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
            self.note_changed(aggregate)
            self._ledger.changed(self.table.name, aggregate.id, before=before, after=after)
            self._loaded[aggregate.id] = (aggregate, after)
        self._handed_out.clear()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except IntegrityError as broken:
            name = getattr(getattr(broken.orig, "__cause__", None), "constraint_name", None)
            make = self.refusals.get(name or "")
            if make is None:
                raise
            raise make() from broken
        except ProgrammingError as broken:
            if _is_out_of_reach(broken):
                raise OutOfReach from broken
            raise


def _is_out_of_reach(broken: ProgrammingError) -> bool:
    """Whether row-level security refused a new row.

    Its code is that of a missing grant, which is our own fault; the place in the server that said it tells them apart,
    and unlike its words it is not translated.
    """
    told: str | None = getattr(getattr(broken.orig, "__cause__", None), "server_source_function", None)
    return told == "ExecWithCheckOptions"
