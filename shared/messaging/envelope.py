"""CloudEvents 1.0 in structured JSON, with the sequence and distributed-tracing extensions."""

from collections.abc import Mapping
from typing import Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import Invalid

CONTENT_TYPE = "application/cloudevents+json"
_LARGEST = 2**63 - 1


class Undecodable(Invalid):
    """消息无法解析 · The message cannot be decoded."""

    code = "NJT-MSG-1001"


class Envelope(BaseModel):
    """One fact on its way. `sequence` counts the facts of `subject` on its stream, from 1, without gaps."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str = Field(pattern=r"^/services/[a-z]+$")
    type: str
    subject: UUID
    sequence: int = Field(ge=1, le=_LARGEST)
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    traceparent: str | None = None
    data: dict[str, Any]

    @classmethod
    def decode(cls, body: bytes) -> "Envelope":
        """Read an envelope; raises Undecodable naming the fields at fault, never their values."""
        try:
            return cls.model_validate_json(body)
        except ValidationError as broken:
            places = sorted(
                {".".join(str(part) for part in error["loc"]) or "JSON" for error in broken.errors()}
            )
            raise Undecodable(f"字段有误 · fields at fault: {', '.join(places)}") from None


def encode(row: Mapping[str, Any]) -> bytes:
    """An outbox row as CloudEvents JSON; `data` is JSON text already and is not parsed again."""
    head = Envelope.model_construct(
        id=row["id"],
        source=row["source"],
        type=row["topic"],
        subject=row["subject"],
        sequence=row["sequence"],
        time=row["at"],
        traceparent=row["traceparent"],
        data={},
    )
    text = head.model_dump_json(exclude={"data"}, exclude_none=True)
    return f'{text[:-1]},"data":{row["data"]}}}'.encode()
