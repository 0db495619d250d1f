"""Reviews: what institutions and districts send, and what they see."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.filing.domain.campaign import Outcome, ReviewState
from services.filing.domain.review import Judged, Review, Ruling
from services.filing.schemas.parts import Body, Text
from shared.contracts.scope import ScopeItem
from shared.errors import Refusal
from shared.http.work import View
from shared.values import Uscc

Items = Annotated[tuple[ScopeItem, ...], Field(max_length=500)]


class JudgedBody(Body):
    """An item that is withdrawn or added, and why."""

    item: ScopeItem
    reason: Text


class RulingBody(Body):
    """Every item under review is confirmed or withdrawn; narrowing a range of levels withdraws those levels."""

    confirmed: Items = Field(default=(), description="维持 · stays as it is")
    withdrawn: Annotated[tuple[JudgedBody, ...], Field(max_length=500)] = Field(
        default=(), description="核减 · taken away"
    )
    added: Annotated[tuple[JudgedBody, ...], Field(max_length=500)] = Field(
        default=(), description="核增 · new items"
    )

    def made(self) -> Ruling:
        return Ruling(
            confirmed=self.confirmed,
            withdrawn=tuple(Judged(item=each.item, reason=each.reason) for each in self.withdrawn),
            added=tuple(Judged(item=each.item, reason=each.reason) for each in self.added),
        )


class OpinionBody(Body):
    """What the institution has to say before the decision."""

    opinion: Text


class ConfirmationsBody(Body):
    """Reviews whose scopes are all confirmed."""

    review_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=500)]


class ConfirmationView(BaseModel):
    """What became of one of them; `code` and `reason` say why it was not confirmed."""

    review_id: UUID
    confirmed: bool
    code: str | None
    reason: str | None

    @classmethod
    def of(cls, review_id: UUID, refusal: Refusal | None) -> "ConfirmationView":
        return cls(
            review_id=review_id,
            confirmed=refusal is None,
            code=refusal.code if refusal else None,
            reason=refusal.title if refusal else None,
        )


class ConfirmationsView(BaseModel):
    """What became of each, in the order asked."""

    confirmed: int
    refused: int
    rows: tuple[ConfirmationView, ...]

    @classmethod
    def of(cls, outcomes: dict[UUID, Refusal | None]) -> "ConfirmationsView":
        rows = tuple(ConfirmationView.of(key, refusal) for key, refusal in outcomes.items())
        done = sum(each.confirmed for each in rows)
        return cls(confirmed=done, refused=len(rows) - done, rows=rows)


class JudgedView(BaseModel):
    """An item that was withdrawn or added, and why."""

    model_config = ConfigDict(from_attributes=True)

    item: ScopeItem
    reason: str


class ReviewView(View):
    """One institution's scope under review; `items` is the scope as it was taken in."""

    campaign_id: UUID
    institution_id: UUID
    organ: str
    uscc: Uscc
    name: str
    number: str
    basis: tuple[str, ...]
    items: tuple[ScopeItem, ...]
    state: ReviewState
    outcome: Outcome | None
    withdrawn: tuple[JudgedView, ...]
    added: tuple[JudgedView, ...]
    opinion: str
    opinion_at: datetime | None
    decided_at: datetime | None

    @classmethod
    def of(cls, review: Review) -> "ReviewView":
        return cls.model_validate(review)
