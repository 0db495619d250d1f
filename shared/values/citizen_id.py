"""公民身份号码及其他身份证件: the GB 11643 number, and the other documents a person may show."""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul
from typing import ClassVar, Self

from shared.errors import Invalid
from shared.values.identifier import Identifier, Slot, digits

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
# Of GB/T 2260 only the province is held to a list: codes of abolished counties (白下 320103, 下关 320107,
# 大厂 320112, 江宁县 320121 … 高淳县 320125) stay valid for their holders' whole lives.
_PROVINCE = "1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71"
# 国办发〔2018〕81号 《港澳台居民居住证申领发放办法》: one code each for Hong Kong, Macao and Taiwan.
_RESIDENCE_PERMIT = "810000|820000|830000"
# 国家移民管理局 《新版外国人永久居留身份证机读信息规则》 (2023): the first digit 9 marks a foreigner
# (citizens' numbers begin with 1 to 8), the check character is MOD 11-2 as for citizens.
_FOREIGNER = "9"
_KNOWN_REGION = re.compile(f"(?:{_PROVINCE})[0-9]{{4}}|{_RESIDENCE_PERMIT}|{_FOREIGNER}[0-9]{{5}}")


class InvalidCitizenId(Invalid):
    """公民身份号码不正确 · The citizen identity number is not valid."""

    code = "NJT-VAL-1002"


class InvalidIdentityDocument(Invalid):
    """证件号码与证件类型不符 · The number does not fit the kind of identity document."""

    code = "NJT-VAL-1003"


class CitizenId(Identifier):
    """公民身份号码: 18 characters; also residence permits (81/82/83) and foreigners' permanent cards (9).

    `repr()` masks it and no refusal quotes it; `str()` is the number itself.
    """

    __slots__ = ()

    shape: ClassVar[tuple[Slot, ...]] = (
        Slot("[1-9]", "1–9 的半角数字", "a digit 1-9"),
        digits(16),
        Slot("[0-9Xx]", "半角数字或字母 X", "a digit 0-9 or the letter X"),
    )
    refusal: ClassVar[type[Invalid]] = InvalidCitizenId
    description: ClassVar[str] = "公民身份号码 (GB 11643) · citizen identity number"
    example: ClassVar[str] = "11010519491231002X"

    @classmethod
    def parse(cls, text: str, *, on: date) -> Self:
        """Check `text` as of the day `on`: whoever shows the number must be born by then."""
        number = cls(text)
        if number.birth_date > on:
            raise InvalidCitizenId(f"出生日期晚于 {on} · The date of birth is later than {on}")
        return number

    @classmethod
    def accepted(cls, text: str) -> str:
        number = text.upper()
        if _KNOWN_REGION.fullmatch(number[:6]) is None:
            raise InvalidCitizenId("前 6 位不是已知的地区 · The first 6 digits name no known region")
        _birth_date(number)
        if _check_character(number) != number[-1]:
            raise InvalidCitizenId("校验码与前 17 位不符 · The check character does not match the first 17")
        return number

    @property
    def birth_date(self) -> date:
        return _birth_date(self)

    @property
    def masked(self) -> str:
        return f"{self[:6]}********{self[-4:]}"

    def __repr__(self) -> str:
        return f"CitizenId('{self.masked}')"


class DocumentKind(StrEnum):
    """证件类型: what a candidate may register with, as in the provincial registration record."""

    RESIDENT_ID = "resident-id"
    RESIDENCE_PERMIT = "residence-permit"
    OFFICER_CARD = "officer-card"
    HONG_KONG_DOCUMENT = "hong-kong-document"
    MACAO_DOCUMENT = "macao-document"
    TAIWAN_TRAVEL_PERMIT = "taiwan-travel-permit"
    PERMANENT_RESIDENCE = "permanent-residence"
    PASSPORT = "passport"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    DocumentKind.RESIDENT_ID: "居民身份证",
    DocumentKind.RESIDENCE_PERMIT: "港澳台居民居住证",
    DocumentKind.OFFICER_CARD: "军官证",
    DocumentKind.HONG_KONG_DOCUMENT: "香港特区护照/身份证明",
    DocumentKind.MACAO_DOCUMENT: "澳门特区护照/身份证明",
    DocumentKind.TAIWAN_TRAVEL_PERMIT: "台湾居民来往大陆通行证",
    DocumentKind.PERMANENT_RESIDENCE: "境外永久居住证",
    DocumentKind.PASSPORT: "护照",
}

# Numbers that are citizen-id shaped must also begin as their kind does.
_CITIZEN_ID_STARTS = {
    DocumentKind.RESIDENT_ID: re.compile(r"[1-7]"),
    DocumentKind.RESIDENCE_PERMIT: re.compile(r"8"),
    DocumentKind.PERMANENT_RESIDENCE: re.compile(_FOREIGNER),
}

# Bounds of length and characters, wide on purpose: no public standard fixes these numbers for us.
_BOUNDS = {
    DocumentKind.OFFICER_CARD: re.compile(r"[0-9A-Z\u4e00-\u9fff]{6,20}"),
    DocumentKind.HONG_KONG_DOCUMENT: re.compile(r"[0-9A-Z()]{7,12}"),
    DocumentKind.MACAO_DOCUMENT: re.compile(r"[0-9A-Z()/]{7,12}"),
    DocumentKind.TAIWAN_TRAVEL_PERMIT: re.compile(r"[0-9A-Z()]{8,14}"),
    DocumentKind.PERMANENT_RESIDENCE: re.compile(r"[A-Z]{3}[0-9]{12}"),  # the card before 2023-12
    DocumentKind.PASSPORT: re.compile(r"[0-9A-Z]{5,15}"),
}


@dataclass(frozen=True, repr=False)
class IdentityDocument:
    """One identity document and its number, made by `identity_document`; `repr()` masks the number."""

    kind: DocumentKind
    number: str

    @property
    def masked(self) -> str:
        if isinstance(self.number, CitizenId):
            return self.number.masked
        return f"{self.number[:1]}{'*' * (len(self.number) - 3)}{self.number[-2:]}"

    def __repr__(self) -> str:
        return f"IdentityDocument({self.kind.value}, '{self.masked}')"


def identity_document(kind: DocumentKind, number: str, *, on: date) -> IdentityDocument:
    """Check `number` as a document of `kind` on the day `on`.

    Raises `InvalidCitizenId` for a wrong number of a kind that carries one, `InvalidIdentityDocument` when
    the number belongs to another kind or is out of the kind's bounds.
    """
    bounds = _BOUNDS.get(kind)
    if bounds is not None and bounds.fullmatch(number):
        return IdentityDocument(kind, number)
    start = _CITIZEN_ID_STARTS.get(kind)
    if start is None:
        raise InvalidIdentityDocument(
            f"号码的长度或字符不符合“{kind.label}” · Length or characters do not fit a {kind.value} number"
        )
    citizen_id = CitizenId.parse(number, on=on)
    if not start.match(citizen_id):
        raise InvalidIdentityDocument(
            f"该号码不是“{kind.label}”的号码 · This number belongs to another kind than {kind.value}"
        )
    return IdentityDocument(kind, citizen_id)


def _birth_date(number: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise InvalidCitizenId("第 7–14 位不是有效日期 · Positions 7-14 are not a date") from None


def _check_character(number: str) -> str:
    return _CHECK_CHARACTERS[sum(map(mul, _WEIGHTS, map(int, number))) % 11]
