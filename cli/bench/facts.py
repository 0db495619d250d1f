"""The facts that are sent in a bench: real ones of about 1 KB, about institutions that nobody runs."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from shared.contracts.filing import InstitutionRegistered
from shared.contracts.scope import ScopeItem
from shared.ids import uuid7
from shared.messaging.envelope import encode
from shared.policy import Audience, Category
from shared.values import Edition, Level, OccupationCode, Uscc
from shared.values.uscc import uscc_check_character

ORGAN = "320115"
_BODY = "91320115MA1BENCH0".replace("H", "0")
_ITEMS = 5


def fact(number: int, institution_id: UUID) -> InstitutionRegistered:
    """One institution's registration."""
    return InstitutionRegistered(
        institution_id=institution_id,
        organ=ORGAN,
        basis=("N2.2", "N2.8"),
        filing_id=institution_id,
        name=f"测速用虚构机构第 {number} 号",
        uscc=Uscc(_BODY + uscc_check_character(_BODY)),
        category=Category.MUNICIPAL_ENTERPRISE,
        audience=Audience.OWN_STAFF,
        scope=tuple(
            ScopeItem(
                edition=Edition("2015"), occupation=OccupationCode(f"6-18-01-0{item}"), level=Level(item)
            )
            for item in range(1, _ITEMS + 1)
        ),
        filing_number=f"测速〔2024〕{number} 号",
        valid_from=date(2024, 1, 1),
        valid_until=date(2026, 12, 31),
    )


def facts(count: int) -> list[InstitutionRegistered]:
    """So many facts, each of another institution."""
    return [fact(number, uuid7(datetime.now(UTC))) for number in range(count)]


def parcels(count: int) -> Sequence[tuple[UUID, bytes]]:
    """Subject and bytes of so many facts as they travel, for those who publish without an outbox."""
    now = datetime.now(UTC)
    return [(each.institution_id, _body(each, now)) for each in facts(count)]


def _body(announced: InstitutionRegistered, at: datetime) -> bytes:
    row = {
        "id": uuid7(at),
        "source": "/services/sender",
        "topic": announced.topic,
        "subject": announced.subject,
        "sequence": 1,
        "at": at,
        "traceparent": f"00-{announced.institution_id.hex}-{announced.institution_id.hex[:16]}-01",
        "data": announced.model_dump_json(),
    }
    return encode(row)
