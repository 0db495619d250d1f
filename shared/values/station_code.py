"""机构（站点）代码: the first 13 characters of a certificate number, received from the province."""

from typing import ClassVar, Literal

from shared.errors import Invalid
from shared.values.identifier import Identifier, Slot, digits

EvaluatorClass = Literal["Y", "S"]
FilingLevel = Literal["ministry", "province"]

# 表3: an institution first filed with a province carries this in place of its own code.
_FILED_WITH_PROVINCE = "0000"

STATION_SHAPE = (
    Slot(
        "[YS]",
        "字母 Y（用人单位）或 S（社会培训评价组织）",
        "the letter Y (employer) or S (social organisation)",
    ),
    digits(12),
)


class InvalidStationCode(Invalid):
    """机构（站点）代码不正确 · The station code is not valid."""

    code = "NJT-VAL-1006"


class StationCode(Identifier):
    """机构（站点）代码: class, institution, province and serial, given out by the province.

    Never minted here: the province alone assigns the serial, and its own scheme within it is not public.
    """

    __slots__ = ()

    shape: ClassVar[tuple[Slot, ...]] = STATION_SHAPE
    refusal: ClassVar[type[Invalid]] = InvalidStationCode
    description: ClassVar[str] = "机构（站点）代码，由省级赋码 · station code, assigned by the province"
    example: ClassVar[str] = "S000032000001"

    @property
    def evaluator_class(self) -> EvaluatorClass:
        """Y: an employer evaluating its own staff; S: an organisation evaluating the public."""
        return "Y" if self.startswith("Y") else "S"

    @property
    def institution_code(self) -> str:
        """0001-9999 as the ministry assigned it, or 0000 for an institution first filed with a province."""
        return self[1:5]

    @property
    def filing_level(self) -> FilingLevel:
        return "province" if self.institution_code == _FILED_WITH_PROVINCE else "ministry"

    @property
    def province(self) -> str:
        """The first two digits of GB/T 2260 (Jiangsu is 32); any province is accepted."""
        return self[5:7]

    @property
    def station_serial(self) -> str:
        return self[7:13]
