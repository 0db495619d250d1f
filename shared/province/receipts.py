"""The receipts that we give."""

from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.errors import Refusal
from shared.observability import redact
from shared.persistence.unit_of_work import Transaction
from shared.province.intents import Dispatch
from shared.province.reading import NotAccepted

ACCEPTED = Receipt(stage=Stage.TECHNICAL, ok=True)
_LONGEST_REASON = 500


def answer(transaction: Transaction, envelope: ProvinceEnvelope, receipt: Receipt) -> None:
    """Owe the other side a receipt for a message of theirs."""
    transaction.intents.owe(
        Dispatch(
            code=MessageCode.RECEIPT,
            business_key=envelope.business_key,
            lane=envelope.lane,
            payload=receipt.model_dump(mode="json"),
            in_reply_to=envelope.message_id,
        )
    )


def result(rejected: Refusal | None) -> Receipt:
    """The business result: carried out, or declined by a rule."""
    if rejected is None:
        return Receipt(stage=Stage.BUSINESS, ok=True)
    said = rejected.title if rejected.detail == rejected.title else f"{rejected.title}：{rejected.detail}"
    basis = f"（{'、'.join(rejected.basis)}）" if rejected.basis else ""
    reason = redact(said + basis)[:_LONGEST_REASON]
    return Receipt(stage=Stage.BUSINESS, ok=False, reason_code=rejected.code, reason=reason)


def refused(refusal: NotAccepted) -> Receipt:
    """The technical refusal."""
    reason = redact(refusal.detail)[:_LONGEST_REASON]
    return Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=refusal.reason_code, reason=reason)
