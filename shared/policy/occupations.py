"""职业(工种)目录: which occupations there are, at which levels, and in which class they are paid."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from shared.errors import NotFound
from shared.policy.provenance import Provenance
from shared.values import Edition, Level, Occupation, OccupationCode


class UnknownOccupation(NotFound):
    """职业不在目录内 · The catalogue has no such occupation."""

    code = "NJT-POL-1002"


class RateClass(StrEnum):
    """补贴类别: A 生产制造, B 生产服务和办事, C 生活服务."""

    A = "A"
    B = "B"
    C = "C"


class Chain(Provenance):
    """One of the city's industrial chains (产业链)."""

    id: str
    zh: str
    en: str


class LicensedTrade(Provenance):
    """准入类: why an occupation, or only the work types named, is never evaluated by level."""

    clause: str
    zh: str
    en: str
    work_types: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return f"{self.zh} · {self.en}"


class OccupationEntry(Provenance):
    """An occupation of one edition with its work types, the levels offered, its chains and its rate class.

    `succeeds` names what it continues from an earlier edition, the nearest first.
    `exclusion` is there where it is a licensed trade (准入类), in whole or in part.
    """

    edition: Edition
    code: OccupationCode
    name: str
    rate_class: RateClass
    levels: frozenset[Level] = Field(min_length=1)
    work_types: tuple[str, ...] = ()
    work_type_levels: dict[str, frozenset[Level]] = Field(default_factory=dict)
    chains: tuple[str, ...] = ()
    succeeds: tuple[Occupation, ...] = ()
    exclusion: LicensedTrade | None = None

    @model_validator(mode="after")
    def _work_types_fit(self) -> Self:
        licensed = self.exclusion.work_types if self.exclusion is not None else ()
        for work_type in sorted(set(licensed) & set(self.work_types)):
            raise ValueError(f"工种“{work_type}”属准入类，不应列入可评价工种 · is licensed, yet offered")
        for work_type, levels in self.work_type_levels.items():
            if work_type not in self.work_types or not levels <= self.levels:
                raise ValueError(
                    f"工种“{work_type}”不在该职业的工种、等级之内 · is not within the occupation"
                )
        return self

    @property
    def occupation(self) -> Occupation:
        return Occupation(self.edition, self.code)

    @property
    def excluded(self) -> bool:
        """Whether the whole occupation is a licensed trade."""
        return self.exclusion is not None and not self.exclusion.work_types

    @property
    def exclusion_note(self) -> str:
        """Why it, or some of its work types, is not evaluated; empty where all of it is."""
        return self.exclusion.text if self.exclusion is not None else ""

    def excludes(self, work_type: str = "") -> bool:
        """Whether a licensed trade stands in the way: the occupation's, or this work type's."""
        return self.excluded or (self.exclusion is not None and work_type in self.exclusion.work_types)

    def values(self) -> Iterator[Provenance]:
        yield self
        if self.exclusion is not None:
            yield self.exclusion

    def offers(self, level: Level, work_type: str = "") -> bool:
        """Whether the level may be evaluated, in the occupation itself or in one of its work types."""
        if self.excludes(work_type) or (work_type and work_type not in self.work_types):
            return False
        return level in self.work_type_levels.get(work_type, self.levels)
