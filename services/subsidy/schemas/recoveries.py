"""Recoveries, in and out: what is opened, and how far it is."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.instalment import Instalment
from services.subsidy.domain.recoveries import RecoveryEntry
from services.subsidy.domain.recovery import Recovery
from services.subsidy.domain.recovery_item import EntryKind, RecoveryItem
from services.subsidy.domain.recovery_terms import Cause, RecoveryState
from services.subsidy.handlers.recoveries import Whole
from services.subsidy.schemas.parts import Body, Line, Text
from services.subsidy.schemas.prospects import Items
from shared.http.work import View
from shared.policy import MoneyLine
from shared.values import Fen, Level, Uscc


class NewRecovery(Body):
    """What is to come back, from one claimant to one organ on one line, and why."""

    cause: Cause
    items: Items
    reason: Text = Field(examples=["核查发现考生未参加评价"])
    evidence: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)] = Field(
        description="证据：卷宗、督导记录、文书编号 · files, supervision records, document numbers",
        examples=[["督导记录 2024-017"]],
    )


class NoticeTerms(BaseModel):
    """What the debtor was told."""

    model_config = ConfigDict(from_attributes=True)

    number: str
    by: str
    at: datetime
    statement_until: datetime
    due_on: date
    amount_fen: Fen = Field(validation_alias="amount")
    certificates: int


class StatementView(BaseModel):
    """What the debtor said."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    by: str
    at: datetime
    received_by: str


class AnswerView(BaseModel):
    """What was made of it."""

    model_config = ConfigDict(from_attributes=True)

    text: str
    by: str
    at: datetime
    upheld: bool


class ProposalView(BaseModel):
    """That what remains be given up."""

    model_config = ConfigDict(from_attributes=True)

    by: str
    at: datetime
    reason: str


_FEN = ("due", "recovered", "written_off", "reserved", "remaining")


class RecoveryView(View):
    """A recovery and how far it is; `reserved_fen` of what remains stands in payment orders, to be offset."""

    organ: str
    institution_id: UUID | None
    uscc: Uscc | None
    line: MoneyLine
    cause: Cause
    reason: str
    evidence: tuple[str, ...]
    basis: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    state: RecoveryState
    certificates: int
    stopped: int
    due_fen: Fen
    recovered_fen: Fen
    written_off_fen: Fen
    reserved_fen: Fen
    remaining_fen: Fen
    notice: NoticeTerms | None
    statement: StatementView | None
    answer: AnswerView | None
    proposal: ProposalView | None
    overdue_since: datetime | None
    closed_by: str
    closed_at: datetime | None
    closed_for: str

    @classmethod
    def of(cls, recovery: Recovery) -> "RecoveryView":
        return cls.model_validate(head_of(recovery))


class RecoveryItemView(BaseModel):
    """One item under recovery; `spared` after a statement that was upheld."""

    item_id: UUID
    claim_id: UUID
    number: str
    level: Level
    paid_fen: Fen
    due_fen: Fen
    recovered_fen: Fen
    written_off_fen: Fen
    remaining_fen: Fen
    spared: bool
    reason: str

    @classmethod
    def of(cls, item: RecoveryItem) -> "RecoveryItemView":
        return cls(
            **{name: getattr(item, name) for name in ("item_id", "claim_id", "level", "spared", "reason")},
            number=str(item.certificate_number),
            paid_fen=item.paid,
            due_fen=item.due,
            recovered_fen=item.recovered,
            written_off_fen=item.written_off,
            remaining_fen=item.remaining,
        )


class InstalmentView(BaseModel):
    """By which day how much; not `agreed` is the term of the notice, `dropped` what another plan replaced."""

    due_on: date
    amount_fen: Fen
    paid_fen: Fen
    agreed: bool
    dropped: bool
    overdue_at: datetime | None

    @classmethod
    def of(cls, each: Instalment) -> "InstalmentView":
        plain = {name: getattr(each, name) for name in ("due_on", "agreed", "dropped", "overdue_at")}
        return cls(**plain, amount_fen=each.amount, paid_fen=each.paid)


class EntryView(BaseModel):
    """One sum that came back or was given up; `reference` is the bank's, or the id of the payment order."""

    id: UUID
    kind: EntryKind
    amount_fen: Fen
    reference: str
    on: date
    by: str
    at: datetime

    @classmethod
    def of(cls, entry: RecoveryEntry) -> "EntryView":
        plain = {name: getattr(entry, name) for name in ("id", "kind", "reference", "on", "by", "at")}
        return cls(**plain, amount_fen=entry.amount)


class WholeRecoveryView(RecoveryView):
    """A recovery with its items, instalments and what came back."""

    items: list[RecoveryItemView]
    instalments: list[InstalmentView]
    entries: list[EntryView]

    @classmethod
    def made(cls, whole: Whole) -> "WholeRecoveryView":
        return cls.model_validate(
            {
                **head_of(whole.recovery),
                "items": [RecoveryItemView.of(each) for each in whole.items],
                "instalments": [InstalmentView.of(each) for each in whole.instalments],
                "entries": [EntryView.of(each) for each in whole.entries],
            }
        )


def head_of(recovery: Recovery) -> dict[str, object]:
    """The fields of the recovery itself."""
    sums = {f"{name}_fen": getattr(recovery, name) for name in _FEN}
    debtor = {"institution_id": recovery.debtor.institution_id, "uscc": recovery.debtor.uscc}
    plain = [name for name in RecoveryView.model_fields if name not in {*sums, *debtor}]
    return {**{name: getattr(recovery, name) for name in plain}, **sums, **debtor}
