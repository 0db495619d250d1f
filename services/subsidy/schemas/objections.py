"""Objections to publicised items, as anybody, an officer and the objector see them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.subsidy.domain.objection import (
    ANONYMOUS,
    Objection,
    ObjectionState,
    Publicised,
    ReceivedBy,
    Resolution,
    Statement,
)
from services.subsidy.schemas.parts import Body, Line, Text
from shared.http.work import View
from shared.privacy import mask_number
from shared.values import Fen, Level

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{16}$")]


class PublicObjectionBody(Body):
    """What you hold against this item. Nothing is asked about you; please write nothing about yourself."""

    text: Text = Field(examples=["该职工已退休"])

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

    resolution: Resolution
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

    claim_id: UUID
    item_id: UUID
    text: str
    by: str
    channel: ReceivedBy
    received_by: str
    reference: str
    raised_at: datetime
    due_at: datetime
    escalated_at: datetime | None = Field(
        description="逾期报市级的时间 · when the city was told it is overdue"
    )
    state: ObjectionState
    finding: str
    resolved_at: datetime | None
    resolved_by: str

    @classmethod
    def of(cls, objection: Objection) -> "ObjectionView":
        said = ("text", "by", "channel", "received_by")
        due = ("due_at", "escalated_at")
        return cls.model_validate(
            {
                **{name: getattr(objection.statement, name) for name in said},
                **{name: getattr(objection.due, name) for name in due},
                **{name: getattr(objection, name) for name in cls.model_fields if name not in {*said, *due}},
            }
        )


class ObjectionsView(BaseModel):
    """The objections to a claim's items, in the order in which they were raised."""

    items: list[ObjectionView]


class PublicisedView(BaseModel):
    """An item as it is publicised: its holder and number masked."""

    id: UUID
    institution: str | None = Field(
        description="申领单位；本人申领为空 · null where the holder claims for itself"
    )
    organ: str
    name: str = Field(examples=["张*"])
    certificate: str = Field(examples=["Y00*****************01"])
    occupation: str
    level: Level
    amount_fen: Fen
    issued_on: date
    until: datetime = Field(description="公示截止 · until when objections are taken")

    @classmethod
    def of(cls, item: Publicised, *, name: str, occupation: str) -> "PublicisedView":
        return cls(
            id=item.id,
            institution=item.institution,
            organ=item.organ,
            name=name,
            certificate=mask_number(str(item.certificate_number)),
            occupation=occupation,
            level=item.level,
            amount_fen=item.amount,
            issued_on=item.issued_on,
            until=item.until,
        )


class PublicisedPage(BaseModel):
    """What is publicised now; `next` is the cursor of the next page, null on the last."""

    items: list[PublicisedView]
    next: str | None
