"""职业编码: occupations of the 职业分类大典, whose codes change their meaning between editions."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from shared.errors import Invalid
from shared.values.identifier import Identifier, Slot, digits


class InvalidOccupationCode(Invalid):
    """职业编码不正确 · The occupation code is not valid."""

    code = "NJT-VAL-1007"


class Edition(StrEnum):
    """《中华人民共和国职业分类大典》版本: the edition a code was taken from."""

    Y1999 = "1999"
    Y2015 = "2015"
    Y2022 = "2022"


_HYPHEN = Slot("-", "半角短横线“-”", "a hyphen")


class OccupationCode(Identifier):
    """职业编码 X-XX-XX-XX: says nothing without its edition (互联网营销师 4-01-02-07, later 4-01-06-02)."""

    __slots__ = ()

    shape: ClassVar[tuple[Slot, ...]] = (
        Slot("[1-8]", "1–8 的半角数字（八个大类）", "a digit 1-8, one of the eight major groups"),
        _HYPHEN,
        digits(2),
        _HYPHEN,
        digits(2),
        _HYPHEN,
        digits(2),
    )
    refusal: ClassVar[type[Invalid]] = InvalidOccupationCode
    description: ClassVar[str] = "职业编码（须与大典版本同用） · occupation code, read with its edition"
    example: ClassVar[str] = "6-18-01-01"


@dataclass(frozen=True)
class Occupation:
    """An occupation: edition and code together; the same code of two editions is two occupations."""

    edition: Edition
    code: OccupationCode
