"""Who plays: organs, bodies and people, all of them made up."""

from dataclasses import dataclass
from datetime import date

from cli.suite.clients import EXPERT as EXPERT_PERMISSIONS
from cli.suite.clients import INSTITUTION, OFFICER, PAYER, ClientSpec
from shared.contracts.province import IssuedCertificate
from shared.contracts.scope import ScopeItem
from shared.identity import Permission
from shared.policy import Audience, Category, Policy
from shared.values import CertificateNumber, CitizenId, Edition, Level, OccupationCode, Uscc
from shared.values.uscc import uscc_check_character

DISTRICT, CITY = "320115", "320100"
LATHE_OPERATOR = OccupationCode("6-18-01-01")
ROBOT_MAINTAINER = OccupationCode("6-31-01-10")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, kw_only=True)
class Body:
    """A body that applies or is filed."""

    name: str
    uscc: Uscc
    client_id: str


def _uscc(first: str) -> Uscc:
    return Uscc(first + uscc_check_character(first))


CENTRAL = Body(
    name="演示中央企业驻宁公司", uscc=_uscc("91320115MA1DEMA0X"), client_id="demo-central-enterprise"
)
MUNICIPAL = Body(
    name="演示市属装备制造公司", uscc=_uscc("91320115MA1DEMB0X"), client_id="demo-municipal-enterprise"
)
SCHOOL = Body(name="演示职业技术学院", uscc=_uscc("12320115MA1DEMC0X"), client_id="demo-vocational-school")
LEADER = Body(name="演示地方龙头企业", uscc=_uscc("91320115MA1DEMD0X"), client_id="demo-leading-enterprise")

EXPERT = "demo-expert"
EXPERTS: dict[str, str | None] = {"测试专家甲": EXPERT, "测试专家乙": None, "测试专家丙": None}
"""The district's experts, and the login of the one that has its own."""

CLIENTS = (
    ClientSpec(name="demo-district-officer", permissions=OFFICER, organ=DISTRICT),
    ClientSpec(name="demo-district-accountant", permissions=PAYER, organ=DISTRICT),
    ClientSpec(name="demo-city-accountant", permissions=PAYER, organ=CITY),
    ClientSpec(name="demo-city-officer", permissions=OFFICER | {Permission.ACKNOWLEDGE}, organ=CITY),
    ClientSpec(name=EXPERT, permissions=EXPERT_PERMISSIONS, organ=DISTRICT),
    *(
        ClientSpec(name=body.client_id, permissions=INSTITUTION, holder=body.uscc)
        for body in (CENTRAL, MUNICIPAL, SCHOOL, LEADER)
    ),
)
OFFICERS = {
    "demo-district-officer": "江宁区经办",
    "demo-district-accountant": "江宁区财务",
    "demo-city-officer": "市人社经办",
    "demo-city-accountant": "市人社财务",
    EXPERT: "测试专家甲",
}
"""Who the clients of organs are, in the telling."""


def scope(*items: tuple[OccupationCode, int]) -> tuple[ScopeItem, ...]:
    """Occupations of the 2015 catalogue with their levels."""
    return tuple(
        ScopeItem(edition=Edition.Y2015, occupation=code, level=Level(level)) for code, level in items
    )


def materials(policy: Policy, category: Category, audience: Audience) -> list[str]:
    """Every kind of document that must be handed in."""
    return [kind.id for kind in policy.materials(category, audience) if kind.required]


def paper(kind: str) -> bytes:
    """A PDF of one empty page, a different one for each kind of document."""
    pages = b"2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj"
    page = b"3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >> endobj"
    parts = (
        b"%PDF-1.7",
        b"% " + kind.encode(),
        b"1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj",
        pages,
        page,
    )
    return b"\n".join((*parts, b"trailer << /Root 1 0 R >>", b"startxref", b"0", b"%%EOF", b""))


def certificate(serial: int, *, level: int, occupation: OccupationCode) -> IssuedCertificate:
    """A certificate of the municipal enterprise for one of its people; the numbers are made up and well formed."""
    return IssuedCertificate(
        number=CertificateNumber("Y000032000001" + f"24{level}{serial:06d}"),
        holder_name=f"测试员{'甲乙丙丁'[serial - 1]}",
        holder_id=_citizen_id(f"32011519900101{serial:03d}"),
        uscc=MUNICIPAL.uscc,
        occupation=ScopeItem(edition=Edition.Y2015, occupation=occupation, level=Level(level)),
        issued_on=date(2024, 3, 28),
        evaluated_on=date(2024, 3, 20),
    )


def _citizen_id(first: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(first, _WEIGHTS, strict=True))
    return CitizenId(first + "10X98765432"[total % 11])
