"""The province at a service's door: it hands messages over, and reads the signed answers."""

from dataclasses import dataclass
from typing import Any

import httpx

from shared.contracts.province import MessageCode, ProvinceEnvelope, Receipt
from shared.http.limits import Rates
from shared.province.keys.signing import Ed25519Signer, KeyRing
from tests.shared.service.desk import Desk


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one push was answered with; `receipt` stands in the signed message, if there was one."""

    status: int
    envelope: ProvinceEnvelope | None
    receipt: Receipt | None
    headers: httpx.Headers

    @property
    def said(self) -> str:
        """The receipt in a word."""
        if self.receipt is None:
            return ""
        return "ok" if self.receipt.ok else self.receipt.reason_code


class Door:
    """The callback of one service, over HTTP."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.app = desk.interfaces.suite.apps[desk.service]
        self.forget_callers()
        home = desk.interfaces.plan.home
        self._ours = KeyRing(Ed25519Signer.from_file(home.signing_key(desk.service)).public())

    def forget_callers(self) -> None:
        """Nobody has called yet."""
        self.app.state.rates = Rates()

    async def push(self, body: bytes | Any, **headers: str) -> Answer:
        """Hand bytes over; the answer, whose signature holds."""
        answer = await self.desk.client.post(
            "/v1/exchange/messages",
            content=body,
            headers={
                "Content-Type": "application/json",
                **{k.replace("_", "-"): v for k, v in headers.items()},
            },
        )
        if answer.headers.get("content-type") != "application/json":
            return Answer(status=answer.status_code, envelope=None, receipt=None, headers=answer.headers)
        envelope = ProvinceEnvelope.model_validate_json(answer.content)
        assert self._ours.holds(envelope.key_id, envelope.signed_bytes(), envelope.signature)
        assert (envelope.code, envelope.sequence) == (MessageCode.RECEIPT, 0)
        assert (envelope.sender, envelope.receiver) == (f"320100/{self.desk.service}", "320000")
        receipt = Receipt.model_validate(envelope.payload)
        return Answer(status=answer.status_code, envelope=envelope, receipt=receipt, headers=answer.headers)

    async def tell(self, letter: ProvinceEnvelope, **headers: str) -> Answer:
        return await self.push(letter.model_dump_json().encode(), **headers)
