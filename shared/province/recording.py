"""What is kept of a message that came in."""

from uuid import UUID

from shared.contracts.province import ProvinceEnvelope, Receipt, payload_digest
from shared.persistence.unit_of_work import Transaction
from shared.province.received import Record

_LONGEST_ORGAN = 40


def record_of(envelope: ProvinceEnvelope, transaction: Transaction, state: str, receipt: Receipt) -> Record:
    """The record of a message, and of what it was answered."""
    return Record(
        entry=transaction.new_id(),
        message_id=UUID(str(envelope.message_id)),
        code=envelope.code,
        business_key=envelope.business_key,
        digest=payload_digest(envelope.payload),
        state=state,
        at=transaction.at,
        organ="" if state == "refused" else _organ(envelope),
        lane=envelope.lane,
        sequence=envelope.sequence,
        issued_at=envelope.issued_at,
        reason_code=receipt.reason_code,
        reason=receipt.reason,
    )


def _organ(envelope: ProvinceEnvelope) -> str:
    """The organ that the payload names, if it names one."""
    organ = envelope.payload.get("organ")
    return organ[:_LONGEST_ORGAN] if isinstance(organ, str) else ""
