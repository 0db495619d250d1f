"""Turns at occupations: while an association is given what nobody covers, nobody else begins to cover it (N2.7)."""

from collections.abc import Iterable
from typing import Any
from zlib import crc32

from sqlalchemy import ARRAY, Integer, Select, bindparam, func, literal, select

_KIND = 27
"""What these locks are about, so that they meet no other advisory lock."""
_PLACES = 128
"""Families share places, so that a large import does not hold a lock for each of a thousand."""

# In the order given, which is everybody's, so that no two wait for each other.
_place = func.unnest(bindparam("places", type_=ARRAY(Integer))).column_valued("place")
_kind = literal(_KIND, Integer)

ALONE: Select[Any] = select(func.pg_advisory_xact_lock(_kind, _place))
"""Nobody else covers these until the transaction ends, and whoever was about to has ended."""
WITH_OTHERS: Select[Any] = select(func.pg_advisory_xact_lock_shared(_kind, _place))
"""Others cover these at the same time, but nobody who is to be alone."""


def places_of(families: Iterable[tuple[str, str]]) -> list[int]:
    """Where these families (edition, code) take their turn, in order."""
    return sorted({crc32(" ".join(each).encode()) % _PLACES for each in families})
