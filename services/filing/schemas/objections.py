"""Objections to what is publicised, as anybody, an officer and the objector see them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.objection import (
    ANONYMOUS,
    Objection,
    ObjectionState,
    Outcome,
    ReceivedBy,
    Statement,
)
from services.filing.schemas.parts import Body, Line, Text
from shared.contracts.scope import ScopeItem
from shared.http.work import View
from shared.policy import Audience, Category

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16}$")]


class PublicObjectionBody(Body):
    """What you hold against this filing. Nothing is asked about you; please write nothing about yourself."""

    text: Text = Field(examples=["该单位考核场地与公示内容不符"])

    def made(self) -> Statement:
        return Statement(text=self.text)


class ObjectionBody(Body):
    """An objection that an officer received."""

    text: Text
    by: Line = Field(default=ANONYMOUS, description="异议人自述姓名，可匿名 · as stated, or anonymous")
    channel: ReceivedBy

    def made(self, *, received_by: str) -> Statement:
        return Statement(text=self.text, by=self.by, channel=self.channel, received_by=received_by)


class ResolutionBody(Body):
    """What was decided on an objection, and the finding that its objector is told."""

    outcome: Outcome
    finding: Text


class ReceiptView(BaseModel):
    """What an objector keeps to ask by later."""

    reference: str = Field(description="查询码 · keep it; it is shown once")


class AnswerView(BaseModel):
    """What became of an objection."""

    model_config = ConfigDict(from_attributes=True)

    state: ObjectionState
    finding: str


class ObjectionView(View):
    """An objection as officers see it."""

    filing_id: UUID
    handled_by: str
    text: str
    by: str
    channel: ReceivedBy
    received_by: str
    reference: str
    raised_at: datetime
    due_at: datetime
    warned_at: datetime | None
    escalated_at: datetime | None
    state: ObjectionState
    finding: str
    resolved_at: datetime | None
    resolved_by: str

    @classmethod
    def of(cls, objection: Objection) -> "ObjectionView":
        clock = {name: getattr(objection.deadline, name) for name in ("due_at", "warned_at", "escalated_at")}
        rest = {name: getattr(objection, name) for name in cls.model_fields if name not in clock}
        return cls.model_validate({**rest, **clock})


class PublicisedView(BaseModel):
    """A filing as it is publicised."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(description="申请单位 · applicant")
    category: Category
    audience: Audience
    scope: tuple[ScopeItem, ...]
    organ: str
    handled_by: str
    until: datetime = Field(description="公示截止 · until when objections are taken")


class PublicisedPage(BaseModel):
    """What is publicised now; `next` is the cursor of the next page, null on the last."""

    items: list[PublicisedView]
    next: str | None
