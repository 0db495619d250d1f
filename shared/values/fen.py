"""金额: money as whole fen, never as a fraction."""

import re
from typing import Any, Self

from pydantic_core import CoreSchema, core_schema

from shared.errors import Invalid
from shared.values.edge import edge_schema

_HIGHEST = 10**13
_YUAN_TEXT = re.compile(r"(0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?")


class InvalidFen(Invalid):
    """金额不正确 · The amount of money is not valid."""

    code = "NJT-VAL-1009"


class Fen(int):
    """金额（分）: 0 to 10¹³ fen. Sums and products are plain `int`; wrap them again to have them checked."""

    __slots__ = ()

    def __new__(cls, amount: int) -> Self:
        return super().__new__(cls, _bounded(amount))

    @classmethod
    def from_yuan_text(cls, text: str) -> Self:
        """Read yuan such as `1500`, `1500.5` or `1,500.00`; raises `InvalidFen` for any other writing."""
        match = _YUAN_TEXT.fullmatch(text)
        if match is None:
            raise InvalidFen(
                "金额应写作 1500.00 或 1,500.00，至多两位小数"
                " · Write an amount as 1500.00 or 1,500.00, with two decimals at most"
            )
        yuan, fraction = match.groups(default="")
        return cls(int(yuan.replace(",", "")) * 100 + int(fraction.ljust(2, "0")))

    @property
    def yuan(self) -> str:
        """The amount in yuan as people read it: `1,500.00`."""
        return f"{self // 100:,}.{self % 100:02d}"

    def uplifted(self, percent: int) -> Self:
        """Return the amount raised by whole `percent`, half a fen rounded up (N1.7 raises by 30)."""
        if isinstance(percent, bool) or percent < 0:
            raise InvalidFen("上浮比例不能为负 · An uplift cannot be negative")
        return type(self)((self * (100 + percent) + 50) // 100)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> CoreSchema:
        number = core_schema.plain_serializer_function_ser_schema(int, return_schema=core_schema.int_schema())
        return edge_schema(cls, number)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: Any) -> dict[str, Any]:
        return {
            "type": "integer",
            "minimum": 0,
            "maximum": _HIGHEST,
            "description": "金额，单位：分 · amount of money in fen (1/100 yuan)",
            "examples": [150000],
        }


def _bounded(amount: object) -> int:
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise InvalidFen("金额应为整数分，不能是小数 · An amount is a whole number of fen")
    if not 0 <= amount <= _HIGHEST:
        raise InvalidFen(f"金额应在 0 至 {_HIGHEST} 分之间 · An amount lies between 0 and {_HIGHEST} fen")
    return amount
