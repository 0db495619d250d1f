"""Valid objects for tests: a test spells out only what matters to it."""

from dataclasses import replace
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from services.accounts.domain import Account, Client, secret_digest
from services.filing.domain.filing import Filing
from services.filing.domain.institution import (
    Institution,
    ScopeVersion,
    ScopeWhy,
    Standing,
    StandingChange,
    first_standing,
)
from services.filing.domain.stages import Verdict
from services.filing.domain.terms import Applicant, Material
from shared.clock import SHANGHAI
from shared.contracts.accounts import AccountOpened
from shared.contracts.event import Event
from shared.contracts.filing import (
    InstitutionRecognized,
    InstitutionRegistered,
    InstitutionResumed,
    InstitutionSuspended,
)
from shared.contracts.province import InstitutionFiled
from shared.contracts.scope import ScopeItem
from shared.contracts.supervision import InstitutionSanctioned, SanctionLifted
from shared.identity import Permission
from shared.messaging.envelope import encode
from shared.policy import Audience, Category, FilingKind, Policy
from shared.values import Edition, Level, OccupationCode, StationCode, Uscc, uscc_check_character

AT = datetime(2024, 3, 4, 9, tzinfo=SHANGHAI)
"""A Monday; no holiday until 清明."""
PROVINCE, CITY, DISTRICT, OTHER_DISTRICT, PARK = "320000", "320100", "320115", "320102", "JNJKQ"
TURNER, MILLER, GUARD = "6-18-01-01", "6-18-01-02", "4-07-05-01"
SECRET = "a secret for tests only"
CITIZEN_ID = "32010219900307451X"
"""Nobody's: a made-up number with a right check digit."""

_numbers = count(1)


def a_uscc(number: int | None = None) -> Uscc:
    """A credit code with its check character, another one at each call."""
    first17 = f"91320115MA{next(_numbers) if number is None else number:07}"
    return Uscc(first17 + uscc_check_character(first17))


def an_item(code: str = TURNER, *, level: int = 4, work_type: str = "") -> ScopeItem:
    return ScopeItem(
        edition=Edition.Y2015, occupation=OccupationCode(code), work_type=work_type, level=Level(level)
    )


def an_applicant(uscc: Uscc | None = None) -> Applicant:
    return Applicant(name="测试甲公司", uscc=uscc or a_uscc())


def a_filing(**changes: Any) -> Filing:
    """A municipal enterprise's draft for its own staff in its district (N2.2)."""
    draft = Filing(
        id=uuid4(),
        applicant=an_applicant(),
        organ=DISTRICT,
        handled_by=DISTRICT,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=(an_item(),),
        basis=("N2.2",),
        drafted_at=AT,
    )
    return replace(draft, **changes)


def a_material(kind: str = "application_form", *, pledged: bool = False) -> Material:
    return Material(kind=kind, file_name=f"{kind}.pdf", sha256="0" * 64, issued_on=AT.date(), pledged=pledged)


def required_materials(
    policy: Policy,
    category: Category = Category.MUNICIPAL_ENTERPRISE,
    audience: Audience = Audience.OWN_STAFF,
    kind: FilingKind = FilingKind.INITIAL,
) -> tuple[Material, ...]:
    """One document of every kind that must be handed in."""
    asked = policy.materials(category, audience, kind)
    return tuple(a_material(each.id) for each in asked if each.required)


def a_verdict(total: int = 255, *, experts: int = 3, vetoes: tuple[str, ...] = ()) -> Verdict:
    """What a panel found; without changes it passes."""
    return Verdict(total=total, experts=experts, vetoes=vetoes)


def a_version(*items: ScopeItem, on: date = date(2024, 3, 4), **changes: Any) -> ScopeVersion:
    version = ScopeVersion(valid_from=on, items=items, why=ScopeWhy.FILED, basis=("N2.2",))
    return replace(version, **changes)


def standing(kind: Standing, *, on: date = date(2024, 3, 4), reason: str = "") -> StandingChange:
    return StandingChange(valid_from=on, standing=kind, reason=reason)


def an_institution(*, scope: tuple[ScopeItem, ...] | None = None, **changes: Any) -> Institution:
    """A municipal enterprise on record in its district for three years; `scope` from its first day on."""
    key = uuid4()
    begins = changes.get("valid_from", date(2024, 3, 4))
    institution = Institution(
        id=key,
        name="测试甲公司",
        uscc=a_uscc(),
        organ=DISTRICT,
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        versions=(a_version(*((an_item(),) if scope is None else scope), on=begins),),
        standings=first_standing(begins),
        number=f"测试备案{next(_numbers):05}号",
        valid_from=date(2024, 3, 4),
        valid_until=date(2027, 3, 3),
        basis=("N2.2",),
        filed_by=DISTRICT,
        verification=key.hex,
    )
    return replace(institution, **changes)


def an_account(**changes: Any) -> Account:
    account = Account(
        id=uuid4(),
        institution_id=uuid4(),
        name="测试甲公司",
        uscc=a_uscc(),
        organ=DISTRICT,
        audience=Audience.OWN_STAFF,
        scope=(an_item(),),
        station_codes=(),
        basis=("N2.2",),
        opened_at=AT,
    )
    return replace(account, **changes)


def a_client(**changes: Any) -> Client:
    """A district's program whose secret is SECRET."""
    client = Client(
        id=uuid4(),
        name=f"client-{next(_numbers)}",
        secret_digest=secret_digest(SECRET),
        permissions=frozenset({Permission.ASSESS.value, Permission.READ_REGISTER.value}),
        organ=DISTRICT,
        holder=None,
    )
    return replace(client, **changes)


def registered(**changes: Any) -> InstitutionRegistered:
    """What filing announces when a district has put an institution on record."""
    return InstitutionRegistered(
        **(_on_record() | {"filing_id": uuid4(), "filing_number": "测试备案号"} | changes)
    )


def recognized(**changes: Any) -> InstitutionRecognized:
    """What filing announces of an institution that the province has filed (N2.1)."""
    filed = {
        "category": Category.CENTRAL_ENTERPRISE,
        "basis": ("N2.1",),
        "provincial_number": "苏测试0001",
        "station_codes": (StationCode("Y000032000001"),),
    }
    return InstitutionRecognized(**(_on_record() | filed | changes))


def _on_record() -> dict[str, Any]:
    return {
        "institution_id": uuid4(),
        "organ": DISTRICT,
        "basis": ("N2.2",),
        "name": "测试甲公司",
        "uscc": a_uscc(),
        "category": Category.MUNICIPAL_ENTERPRISE,
        "audience": Audience.OWN_STAFF,
        "scope": (an_item(),),
        "valid_from": date(2024, 3, 4),
        "valid_until": date(2027, 3, 3),
    }


def suspended(institution_id: UUID) -> InstitutionSuspended:
    return InstitutionSuspended(
        institution_id=institution_id, organ=DISTRICT, basis=("N3.3",), reason="逾期未整改"
    )


def resumed(institution_id: UUID) -> InstitutionResumed:
    return InstitutionResumed(institution_id=institution_id, organ=DISTRICT, basis=("N3.3",))


def account_opened(institution_id: UUID) -> AccountOpened:
    return AccountOpened(
        account_id=uuid4(), institution_id=institution_id, uscc=a_uscc(), organ=DISTRICT, basis=("N2.2",)
    )


def sanctioned(institution_id: UUID) -> InstitutionSanctioned:
    return InstitutionSanctioned(
        institution_id=institution_id,
        uscc=a_uscc(),
        organ=DISTRICT,
        basis=("N3.3",),
        rectification_id=uuid4(),
        reason="逾期未整改",
    )


def lifted(institution_id: UUID) -> SanctionLifted:
    return SanctionLifted(
        institution_id=institution_id,
        uscc=a_uscc(),
        organ=DISTRICT,
        basis=("N3.3",),
        rectification_id=uuid4(),
    )


def institution_filed(**changes: Any) -> InstitutionFiled:
    """What the province sends of a central enterprise that it has filed for its own staff (N2.1)."""
    filed = {
        "name": "测试央企",
        "uscc": a_uscc(),
        "category": Category.CENTRAL_ENTERPRISE,
        "audience": Audience.OWN_STAFF,
        "organ": DISTRICT,
        "scope": (an_item(),),
        "station_codes": (StationCode("Y000032000001"),),
        "provincial_number": f"苏测试{next(_numbers):05}",
        "valid_from": date(2024, 3, 4),
        "valid_until": date(2027, 3, 3),
    }
    return InstitutionFiled(**(filed | changes))


def a_message(event: Event, *, sequence: int = 1, source: str = "filing") -> bytes:
    """An announcement as it travels."""
    row = {
        "id": uuid4(),
        "source": f"/services/{source}",
        "topic": event.topic,
        "subject": event.subject,
        "sequence": sequence,
        "at": AT,
        "traceparent": None,
        "data": event.model_dump_json(),
    }
    return encode(row)


def new_filing(uscc: Uscc, **changes: Any) -> dict[str, Any]:
    """The body with which a municipal enterprise asks its district to be put on record."""
    body = {
        "applicant": {"name": "测试甲公司", "uscc": uscc},
        "organ": DISTRICT,
        "category": Category.MUNICIPAL_ENTERPRISE.value,
        "audience": Audience.OWN_STAFF.value,
        "scope": [{"edition": "2015", "occupation": TURNER, "level": 4}],
    }
    return body | changes
