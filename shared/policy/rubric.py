"""评估评分表: what the experts look at, for how many points, and what fails a filing whatever its sum."""

from collections import Counter
from collections.abc import Iterator
from typing import Self

from pydantic import Field, StrictInt, model_validator

from shared.errors import NotFound
from shared.policy.provenance import Entry, Provenance

FULL_MARKS = 100


class NoRubric(NotFound):
    """该日没有评估评分表 · No rubric holds on that day."""

    code = "NJT-POL-1007"


class RubricItem(Entry):
    """评分项: one requirement. A veto item (否决项) that is not met fails the filing, whatever the sum."""

    id: str = Field(pattern=r"^[a-z_]+$")
    zh: str
    en: str
    points: StrictInt = Field(ge=0, le=FULL_MARKS)
    veto: bool = False

    @model_validator(mode="after")
    def _decides_something(self) -> Self:
        if self.points == 0 and not self.veto:
            raise ValueError("评分项既无分值又非否决项 · an item has neither points nor a veto")
        return self

    @property
    def name(self) -> str:
        return f"{self.zh} · {self.en}"


class RubricBlock(Entry):
    """评分板块: items that belong together; their points make up the block's."""

    id: str = Field(pattern=r"^[a-z_]+$")
    zh: str
    en: str
    points: StrictInt = Field(gt=0, le=FULL_MARKS)
    items: tuple[RubricItem, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(item.points for item in self.items)
        if total != self.points:
            raise ValueError(f"各项合计{total}分，应为{self.points}分 · the items' points do not add up")
        return self

    @property
    def name(self) -> str:
        return f"{self.zh} · {self.en}"


class Rubric(Provenance):
    """One edition of the rubric: blocks of items, 100 points in all."""

    id: str
    title: str
    blocks: tuple[RubricBlock, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        total = sum(block.points for block in self.blocks)
        if total != FULL_MARKS:
            raise ValueError(f"各板块合计{total}分，应为{FULL_MARKS}分 · the blocks do not make 100 points")
        counts = Counter(item.id for item in self.items())
        twice = sorted(item for item, count in counts.items() if count > 1)
        if twice:
            raise ValueError(f"评分项 {' '.join(twice)} 重复 · an item appears twice")
        return self

    @property
    def series(self) -> tuple[str, ...]:
        return ("rubric",)

    def items(self) -> Iterator[RubricItem]:
        """Yield every item, block by block."""
        for block in self.blocks:
            yield from block.items

    def vetoes(self) -> tuple[RubricItem, ...]:
        """Return the items of which each alone can fail a filing."""
        return tuple(item for item in self.items() if item.veto)
