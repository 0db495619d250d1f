"""补贴标准: two lines of money that are never merged, their uplifts, and the shortage lists."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, StrictInt, model_validator

from shared.errors import NotFound
from shared.policy.occupations import RateClass
from shared.policy.provenance import Entry, Provenance, Published
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
    """What one certificate is worth on one line, before any uplift. Line A knows no classes."""

    line: MoneyLine
    rate_class: RateClass | None
    level: Level
    amount: Fen

    @property
    def series(self) -> tuple[str, ...]:
        return (self.line, self.rate_class or "flat", str(self.level.value))


class RateTable(Published):
    """One published table of amounts in yuan: flat by level on line A, by class and level on line B."""

    line: MoneyLine
    flat: dict[Level, Yuan] = Field(default_factory=dict)
    by_class: dict[RateClass, dict[Level, Yuan]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _shape_fits_line(self) -> Self:
        is_flat = bool(self.flat) and not self.by_class
        is_by_class = bool(self.by_class) and not self.flat
        if not (is_flat if self.line is MoneyLine.INSURANCE else is_by_class):
            raise ValueError("A 线按等级列标准，B 线按类别和等级列标准 · line A is flat, line B is by class")
        return self

    def values(self) -> Iterator[Rate]:
        for level, yuan in self.flat.items():
            yield self._rate(None, level, yuan)
        for rate_class, amounts in self.by_class.items():
            for level, yuan in amounts.items():
                yield self._rate(rate_class, level, yuan)

    def _rate(self, rate_class: RateClass | None, level: Level, yuan: int) -> Rate:
        return Rate(
            line=self.line,
            rate_class=rate_class,
            level=level,
            amount=Fen(yuan * FEN_PER_YUAN),
            source=self.source,
            status=self.status,
            clause=self.clause,
            effective_from=self.effective_from,
            effective_to=self.effective_to,
            known_from=self.known_from,
            note=self.note,
        )


class Uplift(Provenance):
    """上浮: by how many per cent shortage occupations are raised, at which levels, on one line (N1.7)."""

    clause: str
    line: MoneyLine
    percent: StrictInt = Field(gt=0, le=100)
    levels: frozenset[Level] = Field(min_length=1)

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
    """A list of shortage occupations: the days it holds, and the day it was published."""

    id: str
    title: str
    occupations: tuple[ListedOccupation, ...]

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
                note=self.note or self.title,
            )
