"""What whoever hands a message over is told at once: a receipt in its dialect, signed with our key."""

from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.contracts.province import SCHEMA_VERSION, MessageCode, ProvinceEnvelope, Receipt, Stage
from shared.ids import uuid7
from shared.messaging.envelope import Undecodable
from shared.persistence.security import enter_everywhere
from shared.province.dialect import Dialect
from shared.province.intents import payload_of
from shared.province.keys.signing import Signer
from shared.province.opened import Opened

# Ids sort by the time they were made, and so does the index on them.
_OWED = text("""
    SELECT id, business_key, lane, payload, at FROM exchange_intent
    WHERE id >= :since AND in_reply_to = :message_id AND code = 'RECEIPT' ORDER BY id
""")
_REFUSED = text("""
    SELECT code, business_key, lane, reason_code, reason FROM exchange_received
    WHERE message_id = :message_id AND state = 'refused' AND at >= :since ORDER BY at DESC, entry DESC LIMIT 1
""")
_NOISE_BITS = 80


class Answers:
    """Tells what became of a message that was just handed over: a technical receipt, or nothing yet.

    It is the very receipt that is owed, which follows as everything else that is owed does; refused receipts, and what
    cannot be read, are answered here alone.
    """

    def __init__(
        self, *, service: str, counterpart: str, dialect: Dialect, signer: Callable[[], Signer]
    ) -> None:
        self._sender = f"320100/{service}"
        self._receiver = counterpart
        self._dialect = dialect
        self._signer = signer

    async def to(self, taken: Opened, connection: AsyncConnection, *, since: datetime) -> bytes | None:
        """The answer to what was taken `since` then; None while there is nothing to say of it."""
        if isinstance(taken.read, Undecodable):
            return self.refusal(taken.body, "UNREADABLE", taken.read.detail, at=since)
        envelope = taken.read.envelope
        await enter_everywhere(connection)
        asked = {"message_id": envelope.message_id}
        first = UUID(int=uuid7(since).int >> _NOISE_BITS << _NOISE_BITS)
        for owed in (await connection.execute(_OWED, asked | {"since": first})).mappings():
            payload = payload_of(owed["payload"])
            if payload["stage"] == Stage.TECHNICAL:
                return self._write(
                    message_id=owed["id"],
                    business_key=owed["business_key"],
                    lane=owed["lane"],
                    issued_at=owed["at"].astimezone(UTC),
                    in_reply_to=envelope.message_id,
                    payload=payload,
                )
        refused = (await connection.execute(_REFUSED, asked | {"since": since})).mappings().first()
        if refused is None:
            return None
        return self._write(
            message_id=uuid7(since),
            business_key=refused["business_key"],
            lane=refused["lane"],
            issued_at=since,
            in_reply_to=envelope.message_id,
            payload=_refusal(refused["reason_code"], refused["reason"]),
        )

    def refusal(self, body: bytes, reason_code: str, reason: str, *, at: datetime) -> bytes:
        """That these bytes were refused; they are named by their digest, for nobody knows what message they are."""
        return self._write(
            message_id=uuid7(at),
            business_key=f"sha256:{sha256(body).hexdigest()}",
            lane="",
            issued_at=at,
            in_reply_to=None,
            payload=_refusal(reason_code, reason),
        )

    def _write(self, **told: Any) -> bytes:
        signer = self._signer()
        envelope = ProvinceEnvelope(
            schema_version=SCHEMA_VERSION,
            code=MessageCode.RECEIPT,
            sender=self._sender,
            receiver=self._receiver,
            sequence=0,
            key_id=signer.key_id,
            signature="",
            **told,
        )
        return self._dialect.write(envelope, signer.sign)


def _refusal(reason_code: str, reason: str) -> dict[str, Any]:
    refused = Receipt(stage=Stage.TECHNICAL, ok=False, reason_code=reason_code, reason=reason[:500])
    return refused.model_dump(mode="json")
