"""职业技能等级: the five levels, counted down to the highest."""

from enum import IntEnum
from typing import Any, Self

from pydantic_core import CoreSchema, core_schema

from shared.errors import Invalid
from shared.values.edge import edge_schema


class InvalidLevel(Invalid):
    """职业技能等级不正确 · The skill level is not valid."""

    code = "NJT-VAL-1008"


class Level(IntEnum):
    """职业技能等级: 1 is the highest, so `<` on levels reads backwards; ask `at_least` instead."""

    ONE = 1
    TWO = 2
    THREE = 3
    FOUR = 4
    FIVE = 5

    def at_least(self, other: "Level") -> bool:
        """Whether this level is `other` or higher: TWO is at least THREE, FOUR is not."""
        return self.value <= other.value

    @property
    def title(self) -> str:
        return _TITLES[self]

    @property
    def is_high_skill(self) -> bool:
        """高级工及以上, the levels N1.7 speaks of."""
        return self.at_least(Level.THREE)

    @classmethod
    def _missing_(cls, _value: object) -> Self:
        raise InvalidLevel("等级应为 1 至 5，1 为最高 · A level is 1 to 5, 1 being the highest")

    @classmethod
    def _from_edge(cls, value: object) -> "Level":
        # Query strings and the keys of JSON objects are text; 3.0 and true are neither level nor text.
        if isinstance(value, str) and value in _TEXTS:
            return _TEXTS[value]
        if isinstance(value, bool) or not isinstance(value, int):
            return cls._missing_(value)
        return cls(value)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        number = core_schema.plain_serializer_function_ser_schema(
            int, return_schema=core_schema.int_schema(), when_used="json"
        )
        return edge_schema(cls._from_edge, number)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: Any) -> dict[str, Any]:
        return {
            "type": "integer",
            "enum": [level.value for level in cls],
            "description": "职业技能等级，1 最高（高级技师） · skill level, 1 is the highest",
            "examples": [cls.THREE.value],
        }


_TEXTS = {str(level.value): level for level in Level}
_TITLES = {
    Level.ONE: "一级/高级技师",
    Level.TWO: "二级/技师",
    Level.THREE: "三级/高级工",
    Level.FOUR: "四级/中级工",
    Level.FIVE: "五级/初级工",
}
