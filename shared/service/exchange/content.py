"""What stands in a message, as an operator is shown it: masked, or as it crossed for whoever says why."""

from typing import Any

from shared.contracts.province import ProvinceEnvelope
from shared.messaging.envelope import Undecodable
from shared.observability import redact
from shared.province.operating.masking import masked
from shared.service.exchange.desk import Desk


def shown(desk: Desk, body: bytes | None, *, plain: bool) -> dict[str, Any]:
    """`envelope` as it is understood, null if it is not; `raw` are the bytes as they crossed, where they are asked for."""
    envelope = None if body is None else _understood(desk, body)
    raw = body.decode("utf-8", "backslashreplace") if body is not None and plain else None
    return {"envelope": None if envelope is None else _told(envelope, plain=plain), "raw": raw}


def _understood(desk: Desk, body: bytes) -> ProvinceEnvelope | None:
    try:
        return desk.correspondence.dialect.read(body).envelope
    except Undecodable:
        return None


def _told(envelope: ProvinceEnvelope, *, plain: bool) -> dict[str, Any]:
    content = envelope.model_dump(mode="json")
    if plain:
        return content
    outside = {name: redact(value) if isinstance(value, str) else value for name, value in content.items()}
    return outside | {"payload": masked(envelope.payload)}
