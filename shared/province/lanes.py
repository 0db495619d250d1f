"""The lanes in which messages come in: which one a message stands in, and the numbers that will never come."""

from uuid import NAMESPACE_URL, UUID, uuid5

from shared.contracts.exchange import Voided
from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.errors import Stale
from shared.messaging.inbox import Inbox, Subject
from shared.observability import redact
from shared.persistence.unit_of_work import Transaction

STREAM = "province"
VOIDED_HERE = "NJT-EXC-1004"
"""The code under which a held message stays that the other side voided."""

_LONGEST_REASON = 500


class Overtaken(Stale):
    """同一序号另有作废或更新的报文先行 · A VOID, or a newer message, of the same number goes first."""

    code = "NJT-EXC-1031"


def lane_of(envelope: ProvinceEnvelope) -> Subject:
    """The lane of a message: its sender's, its receiver's, its name."""
    return STREAM, uuid5(NAMESPACE_URL, f"{envelope.sender}|{envelope.receiver}|{envelope.lane}")


async def give_way(envelope: ProvinceEnvelope, held: UUID | None, transaction: Transaction) -> None:
    """A message whose turn it is lets a VOID of its number go first, and a newer message if it was `held` itself.

    Raises Overtaken: it is tried again when that one has taken the number, and refused, or has not. The lane is locked.
    """
    if envelope.code == MessageCode.VOID:
        return
    inbox = Inbox(transaction.connection)
    if await inbox.outranked(lane_of(envelope), envelope.sequence, first=MessageCode.VOID, held=held):
        raise Overtaken


async def pass_over(envelope: ProvinceEnvelope, voided: Voided, transaction: Transaction) -> None:
    """The lane goes on behind a message that will never come; should it lie here, it stays for a person to read."""
    subject = lane_of(envelope)
    why = f"对方已作废第 {envelope.sequence} 号报文 · number {envelope.sequence} was voided"
    reason = redact(f"{why}：{voided.reason}" if voided.reason else why)[:_LONGEST_REASON]
    inbox = Inbox(transaction.connection)
    await inbox.set_aside(subject, envelope.sequence, but=envelope.message_id, why=(VOIDED_HERE, reason))
    told = {"lane": envelope.lane, "sequence": envelope.sequence, "message_id": voided.message_id}
    transaction.ledger.act = f"province.{envelope.code}"
    transaction.ledger.changed("exchange_lane", subject[1], after=told)
