"""What a recovery would touch: the items asked about, as they stand, and what would be done about each."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.item import ItemState
from services.subsidy.domain.recoverable import Asked, Effect, Prospect, Sanctioned, Touched
from services.subsidy.schemas.parts import Body
from shared.policy import MoneyLine
from shared.values import Fen, Level, Uscc

_MOST = 5000


class AskedItem(Body):
    """An item of a claim, and what is asked back for it; all that remains unless an amount is named."""

    item_id: UUID
    amount_fen: Fen | None = Field(
        default=None, description="缺省为尚未追回的全部 · all that remains by default"
    )

    def made(self) -> Asked:
        return Asked(item_id=self.item_id, amount=self.amount_fen)


Items = Annotated[tuple[AskedItem, ...], Field(min_length=1, max_length=_MOST)]


class PreviewBody(Body):
    """Which items are looked at."""

    items: Items


class TouchedView(BaseModel):
    """One item as it stands, and what would be done about it."""

    item_id: UUID
    claim_id: UUID
    number: str
    level: Level
    state: ItemState
    amount_fen: Fen
    recovered_fen: Fen = Field(description="此前已追回 · came back before")
    written_off_fen: Fen
    remaining_fen: Fen = Field(description="尚可追回 · may still be asked back")
    effect: Effect
    asked_fen: Fen = Field(description="本次追回 · would be asked back now")

    @classmethod
    def of(cls, touched: Touched, asked: Fen) -> "TouchedView":
        item = touched.item
        return cls(
            item_id=item.id,
            claim_id=item.claim_id,
            number=str(item.certificate_number),
            level=item.level,
            state=item.state,
            amount_fen=item.amount,
            recovered_fen=touched.so_far.recovered,
            written_off_fen=touched.so_far.written_off,
            remaining_fen=touched.remaining,
            effect=touched.effect,
            asked_fen=asked,
        )


class ProspectView(BaseModel):
    """What one recovery would be: `due_fen` would be asked back, `stopped_fen` would not be paid any more."""

    organ: str
    institution_id: UUID | None
    uscc: Uscc | None
    line: MoneyLine
    due_fen: Fen
    stopped_fen: Fen
    items: list[TouchedView]

    @classmethod
    def of(cls, prospect: Prospect) -> "ProspectView":
        return cls(
            organ=prospect.organ,
            institution_id=prospect.debtor.institution_id,
            uscc=prospect.debtor.uscc,
            line=prospect.line,
            due_fen=prospect.total,
            stopped_fen=Fen(sum(each.item.amount for each in prospect.having(Effect.STOP))),
            items=[TouchedView.of(each, prospect.amount(each)) for each in prospect.touched],
        )


class ProspectsView(BaseModel):
    """A recovery for each debtor, organ and line; nothing of it is kept."""

    recoveries: list[ProspectView]

    @classmethod
    def of(cls, found: Sequence[Prospect]) -> "ProspectsView":
        return cls(recoveries=[ProspectView.of(each) for each in found])


class SanctionedView(BaseModel):
    """An institution whose filing was revoked, with what was paid on its certificates and nobody asks back yet."""

    model_config = ConfigDict(from_attributes=True)

    institution_id: UUID
    name: str
    uscc: Uscc
    organ: str
    certificates: int
    amount_fen: Fen = Field(validation_alias="amount")


class SanctionedList(BaseModel):
    """The largest sum first."""

    items: list[SanctionedView]

    @classmethod
    def of(cls, found: Sequence[Sanctioned]) -> "SanctionedList":
        return cls(items=[SanctionedView.model_validate(each) for each in found])
