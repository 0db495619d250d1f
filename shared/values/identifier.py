"""What every written identifier shares: a shape that names the wrong position, text in, plain text out."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic_core import CoreSchema, core_schema

from shared.errors import Invalid
from shared.values.edge import edge_schema


@dataclass(frozen=True)
class Slot:
    """What may stand at `count` positions in a row: a regular-expression class and how people call it."""

    chars: str
    zh: str
    en: str
    count: int = 1


def digits(count: int) -> Slot:
    return Slot("[0-9]", "半角数字", "a digit 0-9", count)


class Identifier(str):
    """Text that was checked once, where it came in; afterwards it is an ordinary `str`."""

    __slots__ = ()

    shape: ClassVar[tuple[Slot, ...]] = ()
    refusal: ClassVar[type[Invalid]] = Invalid
    description: ClassVar[str] = ""
    example: ClassVar[str] = ""
    pattern: ClassVar[str] = "^$"
    _whole: ClassVar[re.Pattern[str]] = re.compile("")

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        runs = (f"{slot.chars}{{{slot.count}}}" if slot.count > 1 else slot.chars for slot in cls.shape)
        bare = "".join(runs)
        cls.pattern, cls._whole = f"^{bare}$", re.compile(bare)

    def __new__(cls, text: str) -> Self:
        return super().__new__(cls, cls._checked(text))

    @classmethod
    def accepted(cls, text: str) -> str:
        """Return text of the right shape as it is kept; raise `refusal` for what a shape cannot see."""
        return text

    @classmethod
    def _checked(cls, text: object) -> str:
        if not isinstance(text, str):
            kind = type(text).__name__
            raise cls.refusal(f"应为文本，不能是 {kind} 类型 · Text is expected, not {kind}")
        # `$` would let a final line feed pass; fullmatch on the bare pattern does not.
        if cls._whole.fullmatch(text) is None:
            raise cls.refusal(_first_fault(text, cls.shape))
        return cls.accepted(text)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        plain = core_schema.plain_serializer_function_ser_schema(str, return_schema=core_schema.str_schema())
        return edge_schema(cls, plain)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: Any) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": cls.pattern,
            "description": cls.description,
            "examples": [cls.example],
        }


def _first_fault(text: str, shape: tuple[Slot, ...]) -> str:
    """Name the first wrong position, or else the wrong length. Never quotes more than one character."""
    places = [slot for slot in shape for _ in range(slot.count)]
    for position, (char, slot) in enumerate(zip(text, places, strict=False), start=1):
        if re.fullmatch(slot.chars, char) is None:
            seen = _seen(char)
            return (
                f"第 {position} 位应为{slot.zh}，实为 {seen}"
                f" · Position {position} must be {slot.en}, not {seen}"
            )
    return (
        f"应为 {len(places)} 位，实为 {len(text)} 位 · {len(places)} characters are expected, not {len(text)}"
    )


def _seen(char: str) -> str:
    """Say which character it is: look-alikes (the letter O, `О`, `０`) differ only in their names."""
    name = unicodedata.name(char, f"U+{ord(char):04X}")
    return f"“{char}” ({name})" if char.isprintable() else name
