"""Valid things of subsidy; a test spells only what matters to it."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from services.subsidy.domain.certificate import Issued
from services.subsidy.domain.claim import Assessment, Candidate, Claim, ClaimItem, assess, opened_as
from services.subsidy.domain.institution import ClaimingInstitution
from services.subsidy.domain.terms import CertificateFacts, Evaluator, Grant
from shared.contracts.province import CertificatesIssued, IssuedCertificate
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Policy
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


def evaluator(**changes: Any) -> Evaluator:
    made = Evaluator(
        institution_id=EMPLOYER,
        audience=Audience.OWN_STAFF,
        scope=SCOPE,
        valid_from=date(2021, 3, 1),
        valid_until=date(2027, 2, 28),
    )
    return replace(made, **changes)


def facts(scope_item: ScopeItem, **changes: Any) -> CertificateFacts:
    """The employer's own claim for a certificate issued on 2024-03-04, evaluated two weeks before the issue."""
    issued: date = changes.get("issued_on", ISSUED)
    made = CertificateFacts(
        number=number(scope_item.level, year=issued.year),
        item=scope_item,
        issued_on=issued,
        evaluated_on=date.fromordinal(issued.toordinal() - 14),
        evaluator=evaluator(),
        claimant_id=EMPLOYER,
    )
    return replace(made, **changes)


def grant(occupation: str = "车工", level: int = 4, **changes: Any) -> Grant:
    made = Grant(
        certificate_number=number(level, serial=900_000),
        occupation=occupation,
        level=Level(level),
        year=CLAIMED.year,
        place=1,
        shortage=False,
    )
    return replace(made, **changes)


def candidate(scope_item: ScopeItem, *, holder: bytes = b"a", serial: int = 1, **changes: Any) -> Candidate:
    issued: date = changes.get("issued_on", ISSUED)
    own = number(scope_item.level, year=issued.year, serial=serial)
    return Candidate(facts=facts(scope_item, number=own, **changes), holder_index=holder)


def items_of(candidates: Iterable[Candidate], policy: Policy) -> tuple[ClaimItem, ...]:
    assessment: Assessment = assess(list(candidates), {}, policy, on=CLAIMED)
    return assessment.items


def claim(items: tuple[ClaimItem, ...], **changes: Any) -> Claim:
    given: dict[str, Any] = {
        "id": UUID(int=77),
        "organ": "320115",
        "institution_id": EMPLOYER,
        "uscc": USCC,
        "items": items,
        "submitted_at": NOON,
        "state": opened_as(items),
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
