"""What is shown of messages, and what operators hand in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from shared.observability import redact
from shared.province.journal import Entered
from shared.province.operating.masking import masked
from shared.province.operating.tracking import Report, Walk

Said = Annotated[str, AfterValidator(redact)]
"""A text that somebody else wrote; numbers of persons in it are masked."""
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]
WhyRead = Annotated[
    Reason | None, Query(description="事由；给出才显示个人信息 · why; personal data is masked without it")
]
Ids = Annotated[list[UUID], Field(min_length=1, max_length=500)]


class Shown(BaseModel):
    """Anything shown as it is."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class ReasonBody(BaseModel):
    """Why; it is entered in the ledger."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(examples=["省平台停机维护"])


class RepairBody(ReasonBody):
    """Which messages, and why."""

    ids: Ids


class LineView(Shown):
    """A line of the exchange ledger: one message in or out, or what became of one that was held."""

    place: int
    at: datetime
    direction: str = Field(examples=["out"])
    transport: str
    counterpart: Said
    message_id: UUID | None
    code: Said | None
    business_key: Said | None
    lane: Said | None
    sequence: int | None
    in_reply_to: UUID | None
    outcome: str
    reason_code: Said
    refs: list[str]
    trace_id: str | None
    sha256: str = Field(description="按原样传输的字节 · of the bytes as they crossed")

    @classmethod
    def of(cls, line: Entered) -> "LineView":
        return cls(**{**vars(line), "sha256": line.sha256.hex()})


class IntentView(Shown):
    """A message that the city owes or has told the province."""

    id: UUID
    code: str
    business_key: Said
    lane: Said
    sequence: int
    organ: str
    state: str
    at: datetime
    attempts: int
    due_at: datetime | None = Field(description="何时发送 · when it is to be sent")
    query_at: datetime | None = Field(description="何时查询去向 · when its fate is asked for")
    queries: int
    overdue: bool
    reason_code: Said | None
    reason: Said | None
    mends: UUID | None = Field(description="更正的是哪一条 · the rejected one that it takes up")
    mended: bool = Field(description="已另行更正 · another one took it up")
    trace_id: str | None

    @classmethod
    def of(cls, report: Report) -> "IntentView":
        return cls.model_validate(report)


class WalkView(IntentView):
    """One message from the act to its result; its content with whatever is personal masked."""

    payload: dict[str, Any] | None = Field(description="需 exchange:operate · null without exchange:operate")
    waits_for: int | None = Field(description="被同通道此号拒收报文阻塞 · the refused number before it")
    followed_by: UUID | None = Field(description="后继报文 · what took it up or gave up its number")
    lines: list[LineView]

    @classmethod
    def of_walk(cls, walk: Walk, *, content: bool) -> "WalkView":
        """`content` shows the payload."""
        return cls(
            **IntentView.of(walk.report).model_dump(),
            payload=masked(walk.payload) if content else None,
            waits_for=walk.waits_for,
            followed_by=walk.followed_by,
            lines=[LineView.of(line) for line in walk.lines],
        )


class ContentView(Shown):
    """What stands in a message: masked, or as it crossed for whoever says why."""

    envelope: dict[str, Any] | None = Field(
        description="无法读懂时为空 · as it is understood, null if it is not"
    )
    raw: str | None = Field(description="说明事由后给出原文 · the bytes as they crossed, with a reason only")


class MessageView(ContentView, LineView):
    """A line with its content."""
