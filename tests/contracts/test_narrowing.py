"""The check itself: it sees each way to break a listener, and lets through what breaks nobody."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from tests.contracts.accept import accept
from tests.contracts.narrowing import narrowings, unreadable
from tests.contracts.schemas import Schema, snapshots


class Colour(StrEnum):
    """Two to choose from."""

    RED = "red"
    BLUE = "blue"


class Grey(StrEnum):
    """One is left."""

    RED = "red"


class Inner(BaseModel):
    """A part with two fields."""

    a: int
    b: str = ""


class LessInner(BaseModel):
    """The same with one field less."""

    a: int


def schema(**fields: Any) -> Schema:
    """The schema of a model with these fields."""
    return dict(create_model("Told", **fields).model_json_schema())


@pytest.mark.parametrize(
    ("before", "after", "place"),
    [
        ({"a": (int, ...), "b": (int, ...)}, {"a": (int, ...)}, "$.b"),
        ({"name": (str, ...)}, {"title": (str, ...)}, "$.name"),
        ({"a": (int, ...)}, {"a": (str, ...)}, "$.a"),
        ({"a": (int, ...)}, {"a": (int, ...), "b": (int, ...)}, "$.b"),
        ({"a": (int, 0)}, {"a": (int, ...)}, "$.a"),
        ({"a": (Colour, ...)}, {"a": (Grey, ...)}, "$.a"),
        ({"a": (str, ...)}, {"a": (Colour, ...)}, "$.a"),
        ({"a": (str, ...)}, {"a": (Annotated[str, Field(max_length=9)], ...)}, "$.a"),
        ({"a": (Annotated[int, Field(ge=0)], ...)}, {"a": (Annotated[int, Field(ge=1)], ...)}, "$.a"),
        ({"a": (str, ...)}, {"a": (Annotated[str, Field(pattern="^x")], ...)}, "$.a"),
        ({"a": (int | None, ...)}, {"a": (int, ...)}, "$.a"),
        ({"a": (int | str, ...)}, {"a": (int | None, ...)}, "$.a"),
        ({"a": (tuple[int, ...], ...)}, {"a": (tuple[str, ...], ...)}, "$.a.items"),
        ({"a": (tuple[Inner, ...], ...)}, {"a": (tuple[LessInner, ...], ...)}, "$.a.items.b"),
        ({"a": (Inner, ...)}, {"a": (LessInner, ...)}, "$.a.b"),
        ({"a": (dict[str, int], ...)}, {"a": (dict[str, str], ...)}, "$.a.additionalProperties"),
        ({"a": (Any, ...)}, {"a": (int, ...)}, "$.a"),
        ({"a": (Literal["x", "y"], ...)}, {"a": (Literal["x"], ...)}, "$.a"),
    ],
)
def test_what_would_break_a_listener_is_seen(
    before: dict[str, Any], after: dict[str, Any], place: str
) -> None:
    found = narrowings(schema(**before), schema(**after))
    assert any(each.startswith(f"{place}:") for each in found)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"a": (int, ...)}, {"a": (int, ...), "b": (int, 0)}),
        ({"a": (int, ...)}, {"a": (Annotated[int, Field(description="words")], ...)}),
        ({"a": (Grey, ...)}, {"a": (Colour, ...)}),
        ({"a": (Annotated[str, Field(max_length=9)], ...)}, {"a": (str, ...)}),
        ({"a": (Annotated[int, Field(ge=1, le=5)], ...)}, {"a": (Annotated[int, Field(ge=0, le=6)], ...)}),
        ({"a": (int, ...)}, {"a": (int | None, ...)}),
        ({"a": (LessInner, ...)}, {"a": (Inner, ...)}),
        ({"a": (int, ...)}, {"a": (Any, ...)}),
    ],
)
def test_what_breaks_nobody_is_let_through(before: dict[str, Any], after: dict[str, Any]) -> None:
    assert narrowings(schema(**before), schema(**after)) == []


class Open(BaseModel):
    """Lets unknown fields pass."""

    a: int


class Closed(Open):
    """Refuses them."""

    model_config = ConfigDict(extra="forbid")


class ClosedWithMore(Closed):
    """One more that those who know only `Closed` refuse."""

    b: int = 0


def test_a_contract_that_closes_itself_to_later_fields_is_narrower() -> None:
    assert narrowings(Open.model_json_schema(), Closed.model_json_schema()) != []


def test_a_closed_contract_takes_no_new_field_without_a_new_version() -> None:
    (found,) = narrowings(Closed.model_json_schema(), ClosedWithMore.model_json_schema())
    assert found.startswith("$.b: ")


def test_what_was_written_before_is_read_unless_more_is_required_or_less_is_known() -> None:
    before, after = Closed.model_json_schema(), ClosedWithMore.model_json_schema()
    assert unreadable(before, after) == []
    assert unreadable(after, before) != []
    assert unreadable(before, {**after, "required": ["a", "b"]}) != []


def test_additions_are_accepted_and_breakages_are_not(tmp_path: Path) -> None:
    first = schema(a=(int, ...))
    assert accept({"told.v1": first}, tmp_path) == []
    more = schema(a=(int, ...), b=(int, 0))
    assert accept({"told.v1": more, "other.v1": first}, tmp_path) == []
    assert snapshots(tmp_path) == {"told.v1": more, "other.v1": first}
    (refused,) = accept({"told.v1": first, "other.v1": first}, tmp_path)
    assert refused.startswith("told.v1 $.b: ")
    assert snapshots(tmp_path)["told.v1"] == more
    (vanished,) = accept({"told.v1": more}, tmp_path)
    assert vanished.startswith("other.v1: ")
