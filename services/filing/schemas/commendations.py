"""Outstanding institutions: what officers enter of them, and what officers and the public see."""

from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.filing.domain.commendation import Commendation
from services.filing.domain.publicity import Outstanding
from services.filing.schemas.parts import Body, Day, Line, Text
from shared.http.work import View
from shared.policy import Audience, Category, Policy


class NewCommendation(Body):
    """Hold an institution of your own filing up as an example (N3.5)."""

    institution_id: UUID
    title: Line = Field(examples=["技能人才自主评价先进典型"])
    experience: Text = Field(description="经验做法，将向社会公布，请勿写入个人信息 · published; name nobody")
    published_from: Day | None = Field(default=None, description="宣传起日，默认当日 · today unless named")
    published_until: Day | None = Field(default=None, description="宣传止日 · without end unless named")


class CommendationView(View):
    """An institution named as outstanding, and why it is so no more."""

    institution_id: UUID
    organ: str
    title: str
    experience: str
    basis: tuple[str, ...]
    named_by: str
    named_at: datetime
    published_from: date
    published_until: date | None
    withdrawn_at: datetime | None
    withdrawn_by: str
    withdrawn_for: str

    @classmethod
    def of(cls, commendation: Commendation) -> "CommendationView":
        return cls.model_validate(commendation)


class OutstandingView(BaseModel):
    """先进典型 · an outstanding institution as everybody sees it, with the experience others may learn from."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(description="评价机构 · institution")
    number: str = Field(description="备案号 · filing number")
    category: Category
    audience: Audience
    office: str = Field(description="推出机关 · the organ that named it")
    title: str
    experience: str
    basis: tuple[str, ...]
    published_from: date

    @classmethod
    def of(cls, found: Outstanding, policy: Policy) -> "OutstandingView":
        return cls.model_validate({**vars(found), "office": policy.organ(found.named_by).office})


class OutstandingPage(BaseModel):
    """Outstanding institutions; `next` is the cursor of the next page, null on the last."""

    items: list[OutstandingView]
    next: str | None
