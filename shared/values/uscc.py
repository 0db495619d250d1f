"""统一社会信用代码: the unified social credit code of GB 32100-2015."""

from functools import lru_cache
from typing import ClassVar

from shared.errors import Invalid
from shared.values.identifier import Identifier, Slot, digits

# GB 32100-2015 leaves out I, O, S, V and Z.
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_MODULUS = 31
_BODY_LENGTH = 17
_VALUES = {char: value for value, char in enumerate(_ALPHABET)}
_WEIGHTS = tuple(pow(3, place, _MODULUS) for place in range(_BODY_LENGTH))


class InvalidUscc(Invalid):
    """统一社会信用代码不正确 · The unified social credit code is not valid."""

    code = "NJT-VAL-1001"


def _alphabetic(count: int) -> Slot:
    zh, en = (
        "大写字母（不含 I、O、S、V、Z）或半角数字",
        "a capital letter other than I O S V Z, or a digit 0-9",
    )
    return Slot(f"[{_ALPHABET}]", zh, en, count)


@lru_cache(maxsize=4096)  # thousands of certificates are of one body
def uscc_check_character(first17: str) -> str:
    """Return the 18th character for the first 17, by GB 32100-2015; raises `InvalidUscc` on other text.

    The check value is 31 - (Σ cᵢ·3^(i-1) mod 31). A value of 31, where the sum leaves no rest, is written 0.
    """
    if len(first17) != _BODY_LENGTH or not _VALUES.keys() >= set(first17):
        raise InvalidUscc("校验码须由前 17 位字符算出 · The check character needs the first 17 characters")
    total = sum(_VALUES[char] * weight for char, weight in zip(first17, _WEIGHTS, strict=True))
    return _ALPHABET[(_MODULUS - total % _MODULUS) % _MODULUS]


class Uscc(Identifier):
    """统一社会信用代码: 18 characters naming one legal entity; the last one detects any single slip."""

    __slots__ = ()

    # The first two positions are not held to a list: departments are still being added (N, A, Y).
    shape: ClassVar[tuple[Slot, ...]] = (_alphabetic(2), digits(6), _alphabetic(10))
    refusal: ClassVar[type[Invalid]] = InvalidUscc
    description: ClassVar[str] = "统一社会信用代码 (GB 32100-2015) · unified social credit code"
    example: ClassVar[str] = "91350100M000100Y43"

    @classmethod
    def accepted(cls, text: str) -> str:
        if uscc_check_character(text[:_BODY_LENGTH]) != text[-1]:
            raise InvalidUscc("校验码与前 17 位不符 · The check character does not match the first 17")
        return text

    @property
    def registration_region(self) -> str:
        """The registering organ's region code; not necessarily the district where the entity operates."""
        return self[2:8]
