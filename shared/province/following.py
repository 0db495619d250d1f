"""Moves our own messages on by what the other side says of them, and acts on what became of their business."""

from typing import Generic, TypeVar
from uuid import UUID

from shared.contracts.exchange import Fate, KnownMessage, StatusAnswered
from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.persistence.unit_of_work import Transaction, Works
from shared.province.adapter import Conclusion, ProvinceAdapter
from shared.province.hearing import heard_before
from shared.province.intents import query_key
from shared.province.journal import Journal
from shared.province.reading import NotAccepted, read_receipt
from shared.province.received import Followed, Received
from shared.province.reconciling import reconciliation

W = TypeVar("W")

_CONFLICT = Receipt(
    stage=Stage.TECHNICAL,
    ok=False,
    reason_code="CONFLICT",
    reason="对方以同一业务号办理了不同内容 · There the same business key was carried out with other content",
)


class Follower(Generic[W]):
    """One service's messages to the province, and those who act on their results."""

    def __init__(self, adapter: ProvinceAdapter[W], works: Works[W], journal: Journal) -> None:
        self._adapter = adapter
        self._works = works
        self._journal = journal

    async def take_receipt(self, envelope: ProvinceEnvelope, transaction: Transaction) -> None:
        """Act on a receipt; raises NotAccepted for an answer to nothing of ours."""
        receipt = read_receipt(envelope)
        if envelope.in_reply_to is None:
            raise NotAccepted("PAYLOAD", "回执未指明原报文 · The receipt names no message")
        refusal = receipt.stage is Stage.TECHNICAL and not receipt.ok
        if refusal and await heard_before(self._journal, transaction.connection, envelope.message_id):
            return  # a copy of an earlier receipt takes back nothing that was mended and sent since
        if await self.follow(envelope.in_reply_to, receipt, transaction):
            return
        if not await Received(transaction.connection).owes(envelope.in_reply_to):
            raise NotAccepted("UNKNOWN", "回执所答报文不存在 · The receipt answers no message of ours")

    async def take_fates(
        self, answered: StatusAnswered, _: ProvinceEnvelope, transaction: Transaction
    ) -> None:
        """Act on the fates we asked for: each moves its message as a receipt would; what is not known there is owed again.

        Raises NotAccepted for an answer to a query that is not ours.
        """
        received = Received(transaction.connection)
        if not await received.asked(MessageCode.STATUS_QUERY, query_key(answered.query_id)):
            raise NotAccepted("UNKNOWN", "未发出过此查询 · Nobody here asked this")
        told = await received.digests([each.message_id for each in answered.messages])
        unknown = [each.message_id for each in answered.messages if each.fate is Fate.UNKNOWN]
        if unknown:
            await received.owe_again(unknown, now=transaction.at)
        for each in answered.messages:
            if each.fate is not Fate.UNKNOWN and each.message_id in told:
                receipt = _receipt(each, told[each.message_id])
                await self.follow(each.message_id, receipt, transaction)

    async def follow(self, intent: UUID, receipt: Receipt, transaction: Transaction) -> bool:
        """Move a message of ours on by what a receipt says, and act on its conclusion; whether it moved."""
        followed = await Received(transaction.connection).follow(intent, receipt)
        if followed is not None and followed.code == MessageCode.RECONCILE and not receipt.ok:
            why = f"{receipt.reason_code} {receipt.reason}".strip() or "—"
            await reconciliation.refuse(intent, why, transaction)
        if followed is not None and followed.final and followed.numbered:
            await self._conclude(followed, receipt, transaction)
        return followed is not None

    async def taken_up(self, code: str, business_key: str, outer: Transaction) -> None:
        """Tell the service that one of its messages is told again; `business_key` is that of the act it began as."""
        handler = self._adapter.taken_up(code)
        if handler is not None:
            inner = outer.within()
            await handler(business_key, self._works.bind(inner))
            await inner.save()

    async def _conclude(self, followed: Followed, receipt: Receipt, outer: Transaction) -> None:
        handler = self._adapter.concluded(followed.code)
        if handler is None:
            return
        conclusion = Conclusion(
            business_key=followed.business_key,
            ok=receipt.ok,
            reason_code=receipt.reason_code,
            reason=receipt.reason,
        )
        inner = outer.within()
        await handler(conclusion, self._works.bind(inner))
        await inner.note(f"province.{followed.code}")
        await inner.save()


def _receipt(known: KnownMessage, digest: bytes) -> Receipt:
    """The receipt that would have said the same."""
    if known.digest is not None and known.digest != digest.hex():
        return _CONFLICT
    ok = known.fate in (Fate.DONE, Fate.TAKEN)
    business = known.fate in (Fate.DONE, Fate.REJECTED)
    return Receipt(
        stage=Stage.BUSINESS if business else Stage.TECHNICAL,
        ok=ok,
        reason_code=known.reason_code,
        reason=known.reason,
    )
