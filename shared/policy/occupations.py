"""职业(工种)目录: which occupations there are, at which levels, and in which class they are paid."""

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


class OccupationEntry(Provenance):
    """An occupation of one edition with its work types, the levels offered, its chains and its rate class.

    `excluded` marks a licensed trade (准入类), which is never evaluated by level.
    """

    edition: Edition
    code: OccupationCode
    name: str
    rate_class: RateClass
    levels: frozenset[Level] = Field(min_length=1)
    work_types: tuple[str, ...] = ()
    work_type_levels: dict[str, frozenset[Level]] = Field(default_factory=dict)
    chains: tuple[str, ...] = ()
    excluded: bool = False

    @model_validator(mode="after")
    def _work_types_fit(self) -> Self:
        for work_type, levels in self.work_type_levels.items():
            if work_type not in self.work_types or not levels <= self.levels:
                raise ValueError(
                    f"工种“{work_type}”不在该职业的工种、等级之内 · is not within the occupation"
                )
        return self

    @property
    def occupation(self) -> Occupation:
        return Occupation(self.edition, self.code)

    def offers(self, level: Level, work_type: str = "") -> bool:
        """Whether the level may be evaluated, in the occupation itself or in one of its work types."""
        if self.excluded or (work_type and work_type not in self.work_types):
            return False
        return level in self.work_type_levels.get(work_type, self.levels)
