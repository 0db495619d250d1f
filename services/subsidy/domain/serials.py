"""Serial numbers of a station, year and level: runs that are missing and numbers claimed for two people."""

from dataclasses import dataclass

from shared.values import Level

MOST_GAPS = 500
"""How many missing runs of one series are told."""


@dataclass(frozen=True)
class Gap:
    """Serials that nothing on record has, both ends included."""

    first: int
    last: int

    @property
    def missing(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, kw_only=True)
class Series:
    """All certificates of one station, year and level. A gap is a signal: batches may still be on their way.

    `gaps` counts from serial 1, at most `MOST_GAPS` of them, and `missing` all of them; `duplicated` are serials that
    were handed in for more than one person.
    """

    level: Level
    on_record: int
    last: int
    missing: int
    gaps: tuple[Gap, ...]
    duplicated: tuple[int, ...]
