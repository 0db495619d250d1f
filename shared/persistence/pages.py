"""Where a page begins, as a condition that an index can serve."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal, tuple_


def after(columns: Sequence[ColumnElement[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
    """Rows that come after a position in the order of these columns, as one row comparison an index can serve."""
    return tuple_(*columns) > tuple_(*(literal(value) for value in values))
