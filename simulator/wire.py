"""What the register keeps of an envelope: its digest, its organ, its day."""

from datetime import date, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from shared.contracts import province as contracts
from shared.contracts.province import ProvinceEnvelope

SHANGHAI = timezone(timedelta(hours=8))
_PLACE_DIGITS = 4
_LONGEST_ORGAN = 40


def payload_digest(payload: dict[str, Any]) -> str:
    """The digest by which a payload is compared, in hex."""
    return contracts.payload_digest(payload).hex()


def place_of(business_key: str) -> str:
    """The first digits of the business key's SHA-256, by which totals are drilled into."""
    return sha256(business_key.encode()).hexdigest()[:_PLACE_DIGITS]


def organ_of(payload: dict[str, Any]) -> str:
    """The organ that a payload names; none where it is about no single one."""
    organ = payload.get("organ")
    return organ[:_LONGEST_ORGAN] if isinstance(organ, str) else ""


def day_of(moment: datetime) -> date:
    """The day in Shanghai, by which what was issued is reconciled."""
    return moment.astimezone(SHANGHAI).date()


def columns_of(envelope: ProvinceEnvelope) -> dict[str, Any]:
    """What both registers keep beside an envelope."""
    return {
        "message_id": str(envelope.message_id),
        "code": envelope.code,
        "business_key": envelope.business_key,
        "lane": envelope.lane,
        "sequence": envelope.sequence,
        "envelope": envelope.model_dump_json(),
        "digest": payload_digest(envelope.payload),
        "place": place_of(envelope.business_key),
        "organ": organ_of(envelope.payload),
        "day": day_of(envelope.issued_at).isoformat(),
    }
