"""Writes that know nothing of one another, sent to the database as one statement: a round trip for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection


@dataclass(frozen=True, kw_only=True)
class Part:
    """Queries as they stand in a WITH, the last of which writes, and their values.

    Names are the part's own, apart from values that mean the same in every part, such as `at`. No part sees what
    another writes.
    """

    queries: str
    values: Mapping[str, Any]


async def write_together(connection: AsyncConnection, parts: Sequence[Part | None]) -> None:
    """Write those that there are."""
    given = [part for part in parts if part is not None]
    if given:
        values = {name: value for part in given for name, value in part.values.items()}
        await connection.execute(_joined(*(part.queries for part in given)), values)


@cache
def _joined(*queries: str) -> TextClause:
    return text(f"WITH {', '.join(queries)} SELECT 1")
