"""What an institution may evaluate: occupation × work type × level."""

from collections.abc import Iterable, Sequence
from datetime import date
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


class DatedScope(BaseModel):
    """What an institution may evaluate from a day on, until the next of its scopes begins."""

    model_config = ConfigDict(frozen=True)

    valid_from: date
    items: tuple[ScopeItem, ...]


class DatedStanding(BaseModel):
    """Since when an institution stands so, and why; `active` is the standing in which it may evaluate."""

    model_config = ConfigDict(frozen=True)

    valid_from: date
    standing: str
    reason: str = ""


def scope_on(versions: Sequence[DatedScope], day: date) -> tuple[ScopeItem, ...]:
    """The scope of a day: the latest announced of those that had begun; before the first of them, the first."""
    begun = [each.items for each in versions if each.valid_from <= day]
    return begun[-1] if begun else next((each.items for each in versions), ())


def standing_on(standings: Sequence[DatedStanding], day: date) -> str:
    """How it stood on a day; a change counts for the whole day it was made on."""
    begun = [each.standing for each in standings if each.valid_from <= day]
    return begun[-1] if begun else "active"


def scope_out(scope: Iterable[ScopeItem]) -> list[dict[str, Any]]:
    """A scope as plain JSON, for a column or a request."""
    return [item.model_dump(mode="json") for item in scope]


def scope_in(stored: Iterable[dict[str, Any]]) -> tuple[ScopeItem, ...]:
    """The scope that plain JSON tells of."""
    return tuple(ScopeItem.model_validate(item) for item in stored)
