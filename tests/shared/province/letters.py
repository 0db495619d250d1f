"""What the province writes in these tests, and keys to sign it with."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pydantic import BaseModel

from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.messaging.consumer import Incoming
from shared.province.intents import Dispatch
from shared.province.keys.signing import Ed25519Signer, Signer
from tests.builders import institution_filed

FILED, REPORTED = MessageCode.INSTITUTION_FILED, MessageCode.FILING_REPORTED
PROVINCE, CITY = "320000", "320100"
START = datetime(2024, 3, 4, 1, tzinfo=UTC)
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE_ID = slice(3, 35)
ACCEPTED = Receipt(stage=Stage.TECHNICAL, ok=True)
DONE = Receipt(stage=Stage.BUSINESS, ok=True)


class Province:
    """The province's pen: numbers the messages of each lane and signs what it writes to one service."""

    def __init__(self, *, service: str = "filing", signer: Signer | None = None) -> None:
        self.signer: Signer = signer or Ed25519Signer(Ed25519PrivateKey.generate())
        self._service = service
        self._numbers: dict[str, int] = {}

    def write(self, payload: BaseModel | dict[str, Any] | None = None, **fields: Any) -> ProvinceEnvelope:
        """A signed message, by default the filing of another body each time; any field may be told otherwise."""
        content = institution_filed() if payload is None else payload
        plain = content.model_dump(mode="json") if isinstance(content, BaseModel) else content
        lane = fields.setdefault("lane", plain.get("uscc", "一条通道"))
        number = self._numbers[lane] = fields.get("sequence", self._numbers.get(lane, 0) + 1)
        usual: dict[str, Any] = {
            "schema_version": SCHEMA_VERSION,
            "message_id": uuid4(),
            "code": FILED,
            "sender": PROVINCE,
            "receiver": f"{CITY}/{self._service}",
            "business_key": f"苏:{uuid4()}",
            "sequence": number,
            "issued_at": START,
            "payload": plain,
            "key_id": self.signer.key_id,
            "signature": "",
        }
        return self.sign(ProvinceEnvelope(**(usual | fields)))

    def receipt(
        self, answers: UUID | None, receipt: Receipt | dict[str, Any], **fields: Any
    ) -> ProvinceEnvelope:
        """A signed receipt for a message of the city's."""
        usual = {"code": MessageCode.RECEIPT, "sequence": 0, "in_reply_to": answers}
        return self.write(receipt, **(usual | fields))

    def sign(self, envelope: ProvinceEnvelope) -> ProvinceEnvelope:
        return envelope.model_copy(update={"signature": self.signer.sign(envelope.signed_bytes())})


def incoming(envelope: ProvinceEnvelope, *, traceparent: str | None = None) -> Incoming:
    return Incoming(body=envelope.model_dump_json().encode(), traceparent=traceparent)


def dispatch(key: str = "备案:1", *, lane: str = "甲", **payload: Any) -> Dispatch:
    """Something to owe; its content is of no form that the province knows."""
    return Dispatch(code=REPORTED, business_key=key, lane=lane, payload=payload or {"name": "测试甲公司"})


def refused(reason_code: str = "PROV-0007", reason: str = "不接收 · not accepted") -> Receipt:
    return Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=reason_code, reason=reason)


def rejected(reason_code: str = "PROV-0042", reason: str = "不办理 · not done") -> Receipt:
    return Receipt(stage=Stage.BUSINESS, ok=False, reason_code=reason_code, reason=reason)
