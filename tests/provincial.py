"""What the province sends and what it is owed, on the wire and in the tables."""

from dataclasses import dataclass
from datetime import UTC
from typing import Any
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import text

from shared.contracts.province import MessageCode, ProvinceEnvelope
from shared.messaging.consumer import Incoming
from shared.persistence.security import enter_everywhere
from shared.province.intents import payload_of
from shared.province.keys.signing import Ed25519Signer
from tests.interfaces import Interfaces


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A message that is owed to the province."""

    code: str
    business_key: str
    lane: str
    payload: dict[str, Any]


async def send(
    interfaces: Interfaces, service: str, code: MessageCode, payload: BaseModel, **changes: Any
) -> UUID:
    """Let a service's worker receive a signed message; its id."""
    signer = Ed25519Signer.from_file(interfaces.plan.home.signing_key("province"))
    message_id = uuid4()
    fields: dict[str, Any] = {
        "schema_version": "1",
        "message_id": message_id,
        "code": code,
        "sender": "320000",
        "receiver": f"320100/{service}",
        "business_key": str(message_id),
        "lane": str(message_id),
        "sequence": 1,
        "issued_at": interfaces.suite.runtimes[service].clock.now().astimezone(UTC),
        "payload": payload.model_dump(mode="json"),
        "key_id": signer.key_id,
        "signature": "",
    }
    unsigned = ProvinceEnvelope(**(fields | changes))
    signed = unsigned.model_copy(update={"signature": signer.sign(unsigned.signed_bytes())})
    body = signed.model_dump_json().encode()
    await interfaces.suite.workers[service].exchange.process([Incoming(body=body)])
    return message_id


async def receipts(interfaces: Interfaces, service: str, message_id: UUID) -> list[dict[str, Any]]:
    """What the province is answered, first whether it was accepted, then what became of it."""
    async with interfaces.suite.runtimes[service].engine.connect() as connection:
        await enter_everywhere(connection)
        rows = await connection.execute(
            text("SELECT payload FROM exchange_intent WHERE in_reply_to = :id ORDER BY id"),
            {"id": message_id},
        )
        answers = [payload_of(row.payload) for row in rows]
    return sorted(answers, key=lambda each: str(each["stage"]), reverse=True)


async def owed(interfaces: Interfaces, service: str, lane: str) -> list[Owed]:
    """What is owed about one institution, in the order of its lane."""
    async with interfaces.suite.runtimes[service].engine.connect() as connection:
        await enter_everywhere(connection)
        rows = await connection.execute(
            text(
                "SELECT code, business_key, lane, payload FROM exchange_intent"
                " WHERE lane = :lane AND code <> 'RECEIPT' ORDER BY sequence"
            ),
            {"lane": lane},
        )
        return [
            Owed(code=row.code, business_key=row.business_key, lane=row.lane, payload=payload_of(row.payload))
            for row in rows
        ]
