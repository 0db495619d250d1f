"""证书编号: the 22-character skill certificate number and the 16-digit number that came before it."""

from functools import lru_cache
from typing import ClassVar

from shared.errors import Invalid
from shared.values.identifier import Identifier, Slot, digits
from shared.values.level import Level
from shared.values.station_code import STATION_SHAPE, EvaluatorClass, FilingLevel, StationCode

_LENGTH = 22
_VOCATIONAL_LENGTH = 16
# Two-digit years: national vocational certificates began in the 1990s.
_FIRST_VOCATIONAL_YEAR = 90


class InvalidCertificateNumber(Invalid):
    """职业技能等级证书编号不正确 · The skill certificate number is not valid."""

    code = "NJT-VAL-1004"


class InvalidVocationalCertificateNumber(Invalid):
    """职业资格证书编号不正确 · The vocational qualification certificate number is not valid."""

    code = "NJT-VAL-1005"


@lru_cache(maxsize=4096)
def _station(text: str) -> StationCode:
    """Checked once: thousands of certificates are of one station."""
    return StationCode(text)


class CertificateNumber(Identifier):
    """职业技能等级证书编号: station code (13), year (2), level (1), serial (6).

    特级技师 certificates are two letters and twenty digits. Where the second letter stands and which it is
    was never published; position 16, the level, is the only place left for it by the other six parts. Such a
    number is accepted so that it can be kept and shown, but its `level` is None: it proves none of the five.
    """

    __slots__ = ()

    shape: ClassVar[tuple[Slot, ...]] = (
        *STATION_SHAPE,
        digits(2),
        # I and O are left out: there they are far likelier a mistyped 1 or 0.
        Slot(
            "[1-5A-HJ-NP-Z]", "1–5（特级技师为字母，I、O 除外）", "1-5, or for 特级技师 a letter but I or O"
        ),
        digits(6),
    )
    refusal: ClassVar[type[Invalid]] = InvalidCertificateNumber
    description: ClassVar[str] = "职业技能等级证书编号（22 位） · skill certificate number, 22 characters"
    example: ClassVar[str] = "S000032000001263000001"

    @classmethod
    def accepted(cls, text: str) -> str:
        if int(text[-6:]) == 0:
            raise InvalidCertificateNumber("证书序列码从 000001 起 · Certificate serials begin at 000001")
        return text

    @property
    def station_code(self) -> StationCode:
        return _station(self[:13])

    @property
    def evaluator_class(self) -> EvaluatorClass:
        return self.station_code.evaluator_class

    @property
    def filing_level(self) -> FilingLevel:
        return self.station_code.filing_level

    @property
    def institution_code(self) -> str:
        return self.station_code.institution_code

    @property
    def province(self) -> str:
        """The station's province by GB/T 2260: Jiangsu is 32 here, though 10 in the old numbers."""
        return self.station_code.province

    @property
    def year(self) -> int:
        """The year of issue the number claims; the certificate's own date may disagree."""
        return 2000 + int(self[13:15])

    @property
    def level(self) -> Level | None:
        """The level at position 16, or None for a 特级技师 letter."""
        return Level(int(self[15])) if self[15].isdigit() else None

    @property
    def serial(self) -> int:
        return int(self[16:])


class VocationalCertificateNumber(Identifier):
    """国家职业资格证书编号: year, province or industry, city, institution, level, serial; 16 digits."""

    __slots__ = ()

    shape: ClassVar[tuple[Slot, ...]] = (
        digits(10),
        Slot("[1-5]", "等级 1–5", "a level 1-5"),
        digits(5),
    )
    refusal: ClassVar[type[Invalid]] = InvalidVocationalCertificateNumber
    description: ClassVar[str] = "国家职业资格证书编号（16 位） · vocational certificate number, 16 digits"
    example: ClassVar[str] = "1710012003300001"

    @classmethod
    def accepted(cls, text: str) -> str:
        if int(text[-5:]) == 0:
            raise InvalidVocationalCertificateNumber(
                "证书序号从 00001 起 · Certificate serials begin at 00001"
            )
        return text

    @property
    def year(self) -> int:
        two = int(self[:2])
        return 1900 + two if two >= _FIRST_VOCATIONAL_YEAR else 2000 + two

    @property
    def province(self) -> str:
        """The old code of a province or an industry, not GB/T 2260: Jiangsu is 10."""
        return self[2:4]

    @property
    def city(self) -> str:
        """The old city code within the province: Nanjing is 01 of 10."""
        return self[4:6]

    @property
    def institution_kind(self) -> str:
        """0 centre, 1 national and 2 local appraisal station, 3 industry station, 4 within an enterprise."""
        return self[6]

    @property
    def institution_serial(self) -> str:
        return self[7:10]

    @property
    def level(self) -> Level:
        return Level(int(self[10]))

    @property
    def serial(self) -> int:
        return int(self[11:])


def parse_certificate_number(text: str) -> CertificateNumber | VocationalCertificateNumber:
    """Read either kind of number by its length, as both count for a subsidy (N1.4).

    Raises `InvalidCertificateNumber` or `InvalidVocationalCertificateNumber`, naming the wrong position.
    """
    if len(text) == _VOCATIONAL_LENGTH:
        return VocationalCertificateNumber(text)
    if len(text) == _LENGTH:
        return CertificateNumber(text)
    raise InvalidCertificateNumber(
        f"证书编号应为 {_LENGTH} 位，旧职业资格证书为 {_VOCATIONAL_LENGTH} 位，实为 {len(text)} 位"
        f" · A number has {_LENGTH} characters, an old one {_VOCATIONAL_LENGTH}, not {len(text)}"
    )
