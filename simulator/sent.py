"""What the province sent, and how far each message is by the city's receipts."""

import asyncio
from dataclasses import dataclass, field
from uuid import UUID

from shared.contracts.province import ProvinceEnvelope, Receipt, Stage
from simulator.lanes import Act, Lanes
from simulator.reading import NotAccepted


@dataclass(kw_only=True)
class Sent:
    """A message and the receipts it got; the first of each kind counts."""

    envelope: ProvinceEnvelope
    act: Act
    technical: Receipt | None = None
    business: Receipt | None = None
    conclusion: asyncio.Future[Receipt] = field(repr=False)


class SentMessages:
    """Our messages by their ids, and the numbers they carry."""

    def __init__(self) -> None:
        self.by_id: dict[UUID, Sent] = {}
        self._lanes = Lanes()

    def number(self, act: Act, message_id: UUID) -> int:
        return self._lanes.number(act, message_id)

    def add(self, envelope: ProvinceEnvelope, act: Act) -> None:
        conclusion: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self.by_id[envelope.message_id] = Sent(envelope=envelope, act=act, conclusion=conclusion)

    def follow(self, envelope: ProvinceEnvelope, receipt: Receipt) -> None:
        """Keep a receipt with its message; raises NotAccepted UNKNOWN when it answers none of ours."""
        sent = self.by_id.get(envelope.in_reply_to) if envelope.in_reply_to else None
        if sent is None:
            raise NotAccepted("UNKNOWN", "回执所答报文不存在 · The receipt answers no message of ours")
        if receipt.stage is Stage.TECHNICAL:
            sent.technical = sent.technical or receipt
        else:
            sent.business = sent.business or receipt
        refused = receipt.stage is Stage.TECHNICAL and not receipt.ok
        final = refused or receipt.stage is Stage.BUSINESS
        if not final or sent.conclusion.done():
            return
        sent.conclusion.set_result(receipt)
        if refused:
            used = receipt.reason_code == "SEQUENCE"
            self._lanes.give_back(sent.act, sent.envelope.message_id, used=used)

    async def concluded(self, message_id: UUID, *, seconds: float) -> Receipt:
        """The business receipt, or a technical refusal; raises TimeoutError."""
        async with asyncio.timeout(seconds):
            return await asyncio.shield(self.by_id[message_id].conclusion)
