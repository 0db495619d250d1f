"""Imports in PostgreSQL, with their rows."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Integer,
    RowMapping,
    bindparam,
    delete,
    func,
    literal,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from services.filing import tables
from services.filing.domain.bulk import Import, ImportKind, ImportState, SameFile, UnknownImport
from services.filing.domain.holdings import Holdings
from services.filing.domain.line import Entry, Line, LineState, Outcome
from services.filing.repository import sent
from services.filing.repository.holdings import holdings_for
from shared.ledger.entries import Ledger
from shared.paging import BadCursor, Page, decode_cursor, moment_in, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.policy import Policy

_CHUNK = 1000
_WRONG = sorted((LineState.BAD.value, LineState.FAILED.value))
_MOST_NUMBER = 2**31 - 1

# One by one through the index: told all at once, the server reads every row of the import for each of them.
_ROW = tables.import_row.c
_SETTLE = (
    update(tables.import_row)
    .where(_ROW.import_id == bindparam("of_import"), _ROW.place == bindparam("of_place"))
    .values(
        state=bindparam("now"),
        outcome_id=bindparam("subject"),
        outcome_code=bindparam("code"),
        outcome=bindparam("reason"),
    )
)


class SqlImports(SqlAggregates[Import]):
    """Imports in PostgreSQL, with their rows."""

    table = tables.bulk_import
    missing = UnknownImport
    refusals = {"uq_bulk_import_file": SameFile}  # noqa: RUF012 — ClassVar in the base class

    def __init__(self, connection: AsyncConnection, ledger: Ledger, policy: Policy, *, today: date) -> None:
        super().__init__(connection, ledger)
        self._policy = policy
        self._today = today

    def to_row(self, aggregate: Import) -> dict[str, Any]:
        values = {name: value for name, value in vars(aggregate).items() if name != "version"}
        return {**values, "kind": aggregate.kind.value, "state": aggregate.state.value}

    def to_aggregate(self, row: RowMapping) -> Import:
        return Import(**{**row, "kind": ImportKind(row["kind"]), "state": ImportState(row["state"])})

    async def first_of(self, organ: str, kind: ImportKind, sha256: str) -> UUID | None:
        """The import that has the file already; of two at once the second waits and then sees the first."""
        key = f"{organ} {kind.value} {sha256}"
        await self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
        columns = self.table.c
        statement = select(columns.id).where(
            columns.organ == organ,
            columns.kind == kind.value,
            columns.sha256 == sha256,
            columns.state != ImportState.DISCARDED.value,
        )
        return (await self._connection.execute(statement)).scalars().first()

    async def claimed(self, key: UUID) -> Import | None:
        """The import, on which nobody else works before this unit of work ends; None when somebody does, or it is over."""
        columns = self.table.c
        statement = select(columns.id).where(columns.id == key, columns.state == ImportState.COMMITTING.value)
        found = await self._connection.execute(statement.with_for_update(skip_locked=True))
        return await self.get(key) if found.first() else None

    async def unfinished(self) -> list[tuple[UUID, int]]:
        """Imports that are being put in, and how many groups each has left."""
        columns = self.table.c
        statement = select(columns.id, (columns.groups - columns.cursor).label("left")).where(
            columns.state == text(f"'{ImportState.COMMITTING.value}'")
        )
        rows = (await self._connection.execute(statement.order_by(columns.id))).mappings()
        return [(row["id"], row["left"]) for row in rows]

    async def page(self, *, cursor: str | None, size: int) -> Page[Import]:
        """Imports, the latest first."""
        columns = self.table.c
        statement = select(self.table).order_by(columns.created_at.desc(), columns.id.desc())
        if cursor is not None:
            created, key = decode_cursor(cursor, parts=2)
            place = tuple_(literal(moment_in(created)), literal(uuid_in(key)))
            statement = statement.where(tuple_(columns.created_at, columns.id) < place)
        rows = await self._fetch(statement.limit(size + 1))
        return page_of(rows, size=size, position=lambda each: (each.created_at.isoformat(), each.id))

    async def keep_lines(self, bulk: Import, lines: Sequence[Line]) -> None:
        for start in range(0, len(lines), _CHUNK):
            rows = [_row(bulk, line) for line in lines[start : start + _CHUNK]]
            await self._connection.insert(tables.import_row, rows)

    async def drop_lines(self, import_id: UUID) -> None:
        columns = tables.import_row.c
        await self._connection.execute(delete(tables.import_row).where(columns.import_id == import_id))

    async def lines(
        self, import_id: UUID, state: LineState | None, *, cursor: str | None, size: int
    ) -> Page[Line]:
        """Rows in the order of the sheet, those in one state or all."""
        columns = tables.import_row.c
        statement = select(tables.import_row).where(columns.import_id == import_id).order_by(columns.number)
        if state is not None:
            statement = statement.where(columns.state == state.value)
        if cursor is not None:
            statement = statement.where(columns.number > literal(_number_in(cursor), Integer))
        rows = (await self._connection.execute(statement.limit(size + 1))).mappings().all()
        return page_of([_line(row) for row in rows], size=size, position=lambda each: (each.number,))

    async def wrong(self, import_id: UUID) -> list[Line]:
        """Rows that were found wrong, and those refused when they were to be put in."""
        columns = tables.import_row.c
        statement = select(tables.import_row).where(columns.import_id == import_id, columns.state.in_(_WRONG))
        rows = (await self._connection.execute(statement.order_by(columns.number))).mappings()
        return [_line(row) for row in rows]

    async def groups(self, import_id: UUID, *, after: int, most: int) -> list[list[Line]]:
        """The next groups in their turns."""
        columns = tables.import_row.c
        statement = select(tables.import_row).where(
            columns.import_id == import_id, columns.place > after, columns.place <= after + most
        )
        rows = (await self._connection.execute(statement.order_by(columns.place, columns.number))).mappings()
        lines = [_line(row) for row in rows]
        return [list(group) for _, group in groupby(lines, key=lambda line: line.place)]

    async def settle(self, import_id: UUID, outcomes: Sequence[Outcome]) -> None:
        """Note what became of groups in all their rows."""
        told = [
            {
                "of_import": import_id,
                "of_place": each.place,
                "now": each.state.value,
                "subject": each.subject,
                "code": each.code,
                "reason": each.reason,
            }
            for each in outcomes
        ]
        await self._connection.execute(_SETTLE, told)

    async def holdings(self, kind: ImportKind, entries: Sequence[Entry]) -> Holdings:
        """What the register holds that concerns these."""
        return await holdings_for(kind, entries, self._connection, policy=self._policy, today=self._today)


def _number_in(cursor: str) -> int:
    (number,) = decode_cursor(cursor, parts=1)
    if not (number.isascii() and number.isdecimal()) or len(number) > len(str(_MOST_NUMBER)):
        raise BadCursor
    return min(int(number), _MOST_NUMBER)


def _row(bulk: Import, line: Line) -> dict[str, Any]:
    return {
        "import_id": bulk.id,
        "number": line.number,
        "organ": bulk.organ,
        "place": line.place,
        "values": {key: sent.out(value) for key, value in line.values.items()},
        "cells": None if line.cells is None else [sent.out(cell) for cell in line.cells],
        "errors": sent.findings_out(line.findings),
        "state": line.state.value,
        "outcome_id": None,
        "outcome_code": "",
        "outcome": "",
    }


def _line(row: RowMapping) -> Line:
    return Line(
        number=row["number"],
        values={key: sent.value_in(value) for key, value in row["values"].items()},
        cells=None if row["cells"] is None else [sent.cell_in(cell) for cell in row["cells"]],
        findings=list(sent.findings_in(row["errors"])),
        place=row["place"],
        outcome=next(_outcome(row), None),
    )


def _outcome(row: RowMapping) -> Iterator[Outcome]:
    if row["state"] in (LineState.DONE.value, LineState.FAILED.value):
        yield Outcome(
            place=row["place"],
            subject=row["outcome_id"],
            code=row["outcome_code"],
            reason=row["outcome"],
        )
