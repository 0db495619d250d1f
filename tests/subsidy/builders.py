"""Valid things of subsidy; a test spells only what matters to it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.vetting import Issued
from shared.contracts.province import CertificatesIssued, IssuedCertificate
from shared.contracts.scope import ScopeItem
from shared.policy import Audience
from shared.values import CertificateNumber, Edition, Level, OccupationCode, Uscc
from tests.shared.values.made_up_numbers import citizen_number, uscc_number

EMPLOYER = UUID(int=1)
USCC = Uscc(uscc_number("91320115MA0000001"))
OTHER_USCC = Uscc(uscc_number("91320106MA0000002"))
HOLDER = citizen_number("320103", date(1990, 5, 1))
ISSUED = date(2024, 3, 4)
CLAIMED = date(2024, 6, 3)
NOON = datetime(2024, 6, 3, 4, tzinfo=UTC)


def lathe(level: int, work_type: str = "") -> ScopeItem:
    """车工: class A, on no shortage list."""
    return item("6-18-01-01", level, work_type=work_type)


def robot(level: int) -> ScopeItem:
    """工业机器人系统运维员: class A, on the shortage lists of the sample; levels 4 to 1."""
    return item("6-31-01-10", level)


def item(code: str, level: int, *, edition: str = "2015", work_type: str = "") -> ScopeItem:
    return ScopeItem(
        edition=Edition(edition), occupation=OccupationCode(code), work_type=work_type, level=Level(level)
    )


SCOPE = (*map(lathe, (5, 4, 3, 2, 1)), *map(robot, (4, 3, 2, 1)))


def number(level: int | str, *, year: int = 2024, serial: int = 1, letter: str = "Y") -> CertificateNumber:
    return CertificateNumber(f"{letter}000032000001{year % 100:02d}{level}{serial:06d}")


def claim(**changes: Any) -> Claim:
    given: dict[str, Any] = {
        "id": UUID(int=77),
        "organ": "320115",
        "institution_id": EMPLOYER,
        "uscc": USCC,
        "created_at": NOON,
        "submitted_at": NOON,
        "state": ClaimState.SUBMITTED,
    }
    return Claim(**{**given, **changes})


def institution(**changes: Any) -> ClaimingInstitution:
    given: dict[str, Any] = {
        "id": EMPLOYER,
        "name": "测试一厂",
        "uscc": USCC,
        "organ": "320115",
        "audience": Audience.OWN_STAFF,
        "scope": SCOPE,
        "valid_from": date(2021, 3, 1),
        "valid_until": date(2027, 2, 28),
    }
    return ClaimingInstitution(**{**given, **changes})


def issued(scope_item: ScopeItem | None = None, **changes: Any) -> Issued:
    made = Issued(
        number=number((scope_item or lathe(4)).level),
        holder_id=HOLDER,
        item=scope_item or lathe(4),
        issued_on=ISSUED,
        evaluated_on=date(2024, 2, 19),
        placed=True,
    )
    return replace(made, **changes)


def certificate(scope_item: ScopeItem, *, serial: int = 1, **changes: Any) -> IssuedCertificate:
    """As the province sends it."""
    given: dict[str, Any] = {
        "number": number(scope_item.level, serial=serial),
        "holder_name": "测试员甲",
        "holder_id": HOLDER,
        "uscc": USCC,
        "occupation": scope_item,
        "issued_on": ISSUED,
        "evaluated_on": date(2024, 2, 19),
    }
    return IssuedCertificate(**{**given, **changes})


def batch(*certificates: IssuedCertificate) -> CertificatesIssued:
    return CertificatesIssued(batch="2024-03-1", certificates=certificates)
