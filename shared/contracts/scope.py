"""What an institution may evaluate: occupation × work type × level."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.values import Edition, Level, OccupationCode


class ScopeItem(BaseModel):
    """One occupation (of one catalogue edition), work type and level. 职业(工种)与等级."""

    model_config = ConfigDict(frozen=True)

    edition: Edition = Field(
        description="职业分类大典版本 · edition of the national catalogue", examples=["2015"]
    )
    occupation: OccupationCode
    work_type: str = Field(
        default="", max_length=60, description="工种 · work type; empty for the occupation itself"
    )
    level: Level


def scope_out(scope: Iterable[ScopeItem]) -> list[dict[str, Any]]:
    """A scope as plain JSON, for a column or a request."""
    return [item.model_dump(mode="json") for item in scope]


def scope_in(stored: Iterable[dict[str, Any]]) -> tuple[ScopeItem, ...]:
    """The scope that plain JSON tells of."""
    return tuple(ScopeItem.model_validate(item) for item in stored)
