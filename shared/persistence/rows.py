"""New rows of a table, however many, in one statement."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ARRAY, Column, Dialect, Insert, Table, TextClause, insert, text
from sqlalchemy.dialects.postgresql.base import PGDialect
from sqlalchemy.ext.asyncio import AsyncConnection

_POSTGRESQL = PGDialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so


async def insert_rows(connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these, all of which name the same columns, in their order.

    Many go as an array for each column, of one element where all of them say the same: driver and database have less
    to do than for as many statements. Row-level security, constraints and defaults see each row all the same.
    """
    if len(rows) == 1:
        await connection.execute(_one(table), rows[0])
    elif rows:
        names = tuple(rows[0])
        sent = [_sent(table.c[name], connection.dialect, [row[name] for row in rows]) for name in names]
        arrays = [sent[0], *map(_shortened, sent[1:])]  # the first says how many rows there are
        await connection.execute(_many(table, names), dict(zip(_places(names), arrays, strict=True)))


@cache
def _one(table: Table) -> Insert:
    """Made once for a table: what it compiles to is then found without looking at its columns."""
    return insert(table)


@cache
def _many(table: Table, names: tuple[str, ...]) -> TextClause:
    preparer, places, columns = _POSTGRESQL.identifier_preparer, _places(names), [table.c[it] for it in names]
    arrays = [f"CAST(:{at} AS {_element(it)}[])" for at, it in zip(places, columns, strict=True)]
    taken = [_taken(at, it) for at, it in zip(places, columns, strict=True)]
    return text(
        f"INSERT INTO {preparer.format_table(table)} ({', '.join(map(preparer.quote, names))})"  # noqa: S608 — names of the table's own
        f" SELECT {', '.join(taken)} FROM (VALUES ({', '.join(arrays)})) AS sent ({', '.join(places)}),"
        f" unnest({', '.join(f'sent.{at}' for at in places)}) AS new ({', '.join(places)})"
    )


def _places(names: Sequence[str]) -> list[str]:
    """How the columns are called within the statement."""
    return [f"c{place}" for place in range(len(names))]


def _element(column: Column[Any]) -> str:
    """What an array for the column is of. An array of arrays would come apart: they are sent as they are written."""
    return "TEXT" if isinstance(column.type, ARRAY) else _type(column).partition(" COLLATE ")[0]


def _taken(at: str, column: Column[Any]) -> str:
    each = f"CASE cardinality(sent.{at}) WHEN 1 THEN sent.{at}[1] ELSE new.{at} END"
    return f"CAST({each} AS {_type(column)})" if isinstance(column.type, ARRAY) else each


def _type(column: Column[Any]) -> str:
    return column.type.compile(_POSTGRESQL)


def _sent(column: Column[Any], spoken: Dialect, values: list[Any]) -> list[Any]:
    """A column's values as the driver takes them."""
    if isinstance(column.type, ARRAY):
        return [None if each is None else _written(each) for each in values]
    process = column.type.dialect_impl(spoken).bind_processor(spoken)
    return values if process is None else [process(each) for each in values]


def _shortened(values: list[Any]) -> list[Any]:
    alike = values[-1] == values[0] and values.count(values[0]) == len(values)
    return values[:1] if alike else values


def _written(values: Sequence[Any]) -> str:
    """An array as PostgreSQL writes it: every element in quotes, but for what is null."""
    return "{" + ",".join("NULL" if each is None else _quoted(str(each)) for each in values) + "}"


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'
