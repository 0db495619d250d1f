"""Ceremonies: what officers enter of them, and what became of each plaque and certificate."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.filing.domain.ceremony import Ceremony, Held
from services.filing.schemas.parts import Body, Day, Line, OrganCode
from shared.errors import Refusal
from shared.http.work import View


class NewCeremony(Body):
    """A ceremony that your organ has held, and the obligations to hand over that it met (N3.5)."""

    organ: OrganCode = Field(description="举办机关，须为本机关 · your own organ", examples=["320115"])
    title: Line = Field(examples=["职业技能等级认定机构挂牌授证仪式"])
    place: Line
    held_on: Day
    obligation_ids: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=500)]


class CeremonyView(View):
    """A ceremony, and how many of those invited were handed their plaque and certificate."""

    organ: str
    title: str
    place: str
    held_on: date
    recorded_by: str
    recorded_at: datetime
    invited: int
    handed_over: int
    basis: tuple[str, ...]

    @classmethod
    def of(cls, ceremony: Ceremony) -> "CeremonyView":
        return cls.model_validate(ceremony)


class HandedOverView(BaseModel):
    """What became of one of them; `code` and `reason` say why it is owed on."""

    obligation_id: UUID
    handed_over: bool
    code: str | None
    reason: str | None

    @classmethod
    def of(cls, obligation_id: UUID, refusal: Refusal | None) -> "HandedOverView":
        return cls(
            obligation_id=obligation_id,
            handed_over=refusal is None,
            code=refusal.code if refusal else None,
            reason=refusal.title if refusal else None,
        )


class HeldView(CeremonyView):
    """A ceremony as it was just recorded, with what became of each, in the order asked."""

    rows: tuple[HandedOverView, ...] = ()

    @classmethod
    def whole(cls, held: Held) -> "HeldView":
        rows = tuple(HandedOverView.of(key, refusal) for key, refusal in held.outcomes.items())
        return cls.model_validate(held.ceremony).model_copy(update={"rows": rows})
