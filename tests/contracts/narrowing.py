"""What a schema no longer allows or promises that an earlier one did: each a reason for a new version of the topic."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.contracts.schemas import Schema

_LOWER_BOUNDS = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_FIXED = ("type", "const", "pattern", "format", "multipleOf", "uniqueItems", "discriminator")
_CHOICES = ("anyOf", "oneOf", "allOf")
_REFUSES = "对方按旧格式会拒收 · who knows the earlier form refuses the new field"


@dataclass(frozen=True)
class Node:
    """A part of a schema, with the whole in which its references are found."""

    whole: Schema
    part: Schema

    def within(self, part: Any) -> "Node":
        """A part of this part; `true` and `false` are schemas too."""
        if isinstance(part, bool):
            part = {} if part else {"not": {}}
        while "$ref" in part:
            part = self.whole["$defs"][part["$ref"].removeprefix("#/$defs/")]
        return Node(self.whole, part)

    def child(self, keyword: str) -> "Node":
        return self.within(self.part.get(keyword, True))

    def properties(self) -> dict[str, "Node"]:
        return {name: self.within(part) for name, part in self.part.get("properties", {}).items()}

    def choices(self) -> list["Node"]:
        return [self.within(part) for keyword in _CHOICES for part in self.part.get(keyword, [])]


def narrowings(before: Schema, after: Schema) -> list[str]:
    """Each place where the later schema is narrower, with what happened there."""
    return list(_narrowings(Node(before, {}).within(before), Node(after, {}).within(after), "$"))


def unreadable(before: Schema, after: Schema) -> list[str]:
    """Each place where what was written in the earlier form is not read by the later one."""
    return [reason for reason in narrowings(before, after) if not reason.endswith(_REFUSES)]


def _narrowings(before: Node, after: Node, place: str) -> Iterator[str]:
    yield from _values(before.part, after.part, place)
    yield from _fields(before, after, place)
    for keyword in ("items", "additionalProperties"):
        if keyword in before.part or keyword in after.part:
            yield from _narrowings(before.child(keyword), after.child(keyword), f"{place}.{keyword}")
    yield from _alternatives(before, after, place)


def _values(before: Schema, after: Schema, place: str) -> Iterator[str]:
    if "not" in after and "not" not in before:
        yield f"{place}: 不再允许任何值 · allows nothing any more"
    if "enum" in after and (
        lost := [each for each in before.get("enum", ["*"]) if each not in after["enum"]]
    ):
        yield f"{place}: 不再允许 {lost} · no longer allowed"
    for keyword in after:
        if (keyword in _FIXED and after[keyword] != before.get(keyword)) or _is_tighter(
            keyword, before, after
        ):
            yield f"{place}: {keyword} {before.get(keyword)} → {after[keyword]}"


def _is_tighter(keyword: str, before: Schema, after: Schema) -> bool:
    if keyword in _LOWER_BOUNDS:
        return bool(after[keyword] > before.get(keyword, float("-inf")))
    return keyword in _UPPER_BOUNDS and bool(after[keyword] < before.get(keyword, float("inf")))


def _fields(before: Node, after: Node, place: str) -> Iterator[str]:
    theirs, ours = before.properties(), after.properties()
    for name, node in theirs.items():
        if name not in ours:
            yield f"{place}.{name}: 字段被删除或改名 · the field was removed or renamed"
        else:
            yield from _narrowings(node, ours[name], f"{place}.{name}")
    if before.part.get("additionalProperties") is False:
        for name in ours.keys() - theirs.keys():
            yield f"{place}.{name}: {_REFUSES}"
    for name in after.part.get("required", []):
        if name not in before.part.get("required", []):
            yield f"{place}.{name}: 成为必填 · the field became required"


def _alternatives(before: Node, after: Node, place: str) -> Iterator[str]:
    """Every earlier alternative must still fit one of the later ones."""
    choices = after.choices()
    for alternative in before.choices() or ([before] if choices else []):
        if choices and not any(not list(_narrowings(alternative, choice, place)) for choice in choices):
            yield f"{place}: 不再允许其中一种形式 · one of the forms is no longer allowed"
