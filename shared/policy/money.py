"""补贴标准: two lines of money that are never merged, their uplifts, and the shortage lists."""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictInt, field_serializer, model_validator

from shared.errors import NotFound
from shared.policy.occupations import RateClass
from shared.policy.provenance import Entry, Published
from shared.policy.working_days import months_after
from shared.values import Edition, Fen, Level, Occupation, OccupationCode

FEN_PER_YUAN = 100

Yuan = Annotated[StrictInt, Field(ge=0, le=1_000_000)]
"""A published amount in whole yuan."""


class NoRate(NotFound):
    """没有适用的补贴标准 · No rate applies."""

    code = "NJT-POL-1004"


class MoneyLine(StrEnum):
    """A 失业保险技能提升补贴, claimed by the worker; B 培训和高技能人才补贴, which the notice means."""

    INSURANCE = "A"
    TRAINING = "B"


class Rate(Published):
    """What one certificate is worth on one line, before any uplift. Line A knows no classes.

    `printed` is what it is worth in a shortage occupation, where the document prints that amount.
    """

    line: MoneyLine
    rate_class: RateClass | None
    level: Level
    amount: Fen
    printed: Fen | None = None

    @property
    def series(self) -> tuple[str, ...]:
        return (self.line, self.rate_class or "flat", str(self.level.value))

    def raised(self, percent: int) -> Fen:
        """The amount in a shortage occupation: as printed, else raised by `percent`, half a fen rounded up."""
        return self.amount.uplifted(percent) if self.printed is None else self.printed


class RateTable(Published):
    """One published table of amounts in yuan: flat by level on line A, by class and level on line B.

    `uplifted_…` holds the amounts for shortage occupations where the document prints them. A printed amount wins
    over the formula: Wuxi's 5200 is not 4300 raised by 20 %, which would be 5160.
    """

    line: MoneyLine
    flat: dict[Level, Yuan] = Field(default_factory=dict)
    by_class: dict[RateClass, dict[Level, Yuan]] = Field(default_factory=dict)
    uplifted_flat: dict[Level, Yuan] = Field(default_factory=dict)
    uplifted_by_class: dict[RateClass, dict[Level, Yuan]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shape_fits_line(self) -> Self:
        is_flat = bool(self.flat) and not self.by_class
        is_by_class = bool(self.by_class) and not self.flat
        if not (is_flat if self.line is MoneyLine.INSURANCE else is_by_class):
            raise ValueError("A 线按等级列标准，B 线按类别和等级列标准 · line A is flat, line B is by class")
        return self

    @model_validator(mode="after")
    def _printed_beside_its_rate(self) -> Self:
        amounts = self._amounts()
        for place, yuan in self._printed().items():
            if yuan < amounts.get(place, yuan + 1):
                raise ValueError(
                    "上浮标准须有对应的标准且不低于它 · a raised amount needs its rate, and is no lower"
                )
        return self

    def values(self) -> Iterator[Rate]:
        printed = self._printed()
        for place, yuan in self._amounts().items():
            yield self._rate(*place, yuan=yuan, printed=printed.get(place))

    def _amounts(self) -> dict[tuple[RateClass | None, Level], int]:
        return _placed(self.flat, self.by_class)

    def _printed(self) -> dict[tuple[RateClass | None, Level], int]:
        return _placed(self.uplifted_flat, self.uplifted_by_class)

    def _rate(self, rate_class: RateClass | None, level: Level, *, yuan: int, printed: int | None) -> Rate:
        return Rate(
            line=self.line,
            rate_class=rate_class,
            level=level,
            amount=Fen(yuan * FEN_PER_YUAN),
            printed=None if printed is None else Fen(printed * FEN_PER_YUAN),
            source=self.source,
            status=self.status,
            clause=self.clause,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            known_from=self.known_from,
            known_until=self.known_until,
            note=self.note,
        )


def _placed(
    flat: dict[Level, int], by_class: dict[RateClass, dict[Level, int]]
) -> dict[tuple[RateClass | None, Level], int]:
    """One table by class and level; a flat one has no class."""
    placed: dict[tuple[RateClass | None, Level], int] = {(None, level): flat[level] for level in flat}
    for rate_class, amounts in by_class.items():
        placed.update({(rate_class, level): yuan for level, yuan in amounts.items()})
    return placed


class Uplift(Published):
    """上浮: by how many per cent shortage occupations are raised, at which levels, on one line (N1.7).

    What the pack states has always been known.
    """

    known_from: date = date.min
    clause: str
    line: MoneyLine
    percent: StrictInt = Field(gt=0, le=100)
    levels: frozenset[Level] = Field(min_length=1)

    @field_serializer("levels")
    def _in_order(self, levels: frozenset[Level]) -> list[int]:
        return sorted(levels)

    @property
    def series(self) -> tuple[str, ...]:
        return (self.line,)

    def raises(self, level: Level) -> bool:
        return level in self.levels


class ListedOccupation(Entry):
    """An occupation as a list names it."""

    edition: Edition
    code: OccupationCode


class ShortageEntry(Published):
    """紧缺型: one occupation on one list."""

    list_id: str
    occupation: Occupation

    @property
    def series(self) -> tuple[str, ...]:
        return (self.occupation.edition, self.occupation.code)


class ShortageList(Published):
    """A list of shortage occupations: the days it holds, and the day it was published.

    Lists of the same days add up, but for those whose ids it `replaces`.
    """

    id: str
    title: str
    occupations: tuple[ListedOccupation, ...]
    replaces: tuple[str, ...] = ()

    def bridges(self, on: date, months: int) -> bool:
        """Whether it ended at most so many months before the day."""
        last = self.effective_to
        return last is not None and last < on <= months_after(last, months)

    def values(self) -> Iterator[ShortageEntry]:
        for listed in self.occupations:
            yield ShortageEntry(
                list_id=self.id,
                occupation=Occupation(listed.edition, listed.code),
                source=self.source,
                status=self.status,
                clause=self.clause,
                effective_from=self.effective_from,
                effective_to=self.effective_to,
                known_from=self.known_from,
                known_until=self.known_until,
                note=self.note or self.title,
            )
