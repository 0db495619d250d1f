"""REST bodies of the comparison with the provincial register, in and out."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.accounts.drift import POSSIBLE, Cause, CheckState, Drift, DriftCheck, DriftState, Repair
from shared.http.work import View
from shared.values import Uscc

Words = Annotated[
    str,
    StringConstraints(min_length=1, max_length=500, strip_whitespace=True, pattern=r"^[^\x00]*$"),
]


class Body(BaseModel):
    """What a caller sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NewCheck(Body):
    """Nothing has to be said: all accounts are compared."""


class ProposalBody(Body):
    """拟处理 · what is to be done about it, and why."""

    repair: Repair
    reason: Words


class DecisionBody(Body):
    """批准或退回 · by another person than who proposed it."""

    accepted: bool
    opinion: Words


class CheckView(View):
    """One comparison of all accounts with the provincial register."""

    day: date | None = Field(description="当日例行比对的日期；人工发起没有 · none when somebody asked for it")
    started_at: datetime
    started_by: str
    state: CheckState
    reason: str = Field(description="中止的原因 · why it was broken off")
    pages: int
    entries: int
    found: int
    healed: int
    finished_at: datetime | None

    @classmethod
    def of(cls, check: DriftCheck) -> "CheckView":
        return cls.model_validate(check)


class DriftView(View):
    """One difference: what it is by its cause and clause, what would mend it, and how far that is."""

    check_id: UUID
    organ: str
    number: str
    name: str
    uscc: Uscc
    account_id: UUID | None
    cause: Cause
    explanation: str
    basis: tuple[str, ...]
    ours: str
    theirs: str
    standing: str = Field(description="省级名录中的状态 · how it stands at the province")
    repair: Repair = Field(description="拟处理方式 · what is proposed, by the system until somebody does")
    possible: tuple[Repair, ...]
    state: DriftState
    found_at: datetime
    proposed_by: str
    reason: str
    decided_by: str
    decided_at: datetime | None
    opinion: str
    healed_at: datetime | None

    @classmethod
    def of(cls, drift: Drift) -> "DriftView":
        shown = vars(drift) | {"explanation": drift.cause.label, "possible": POSSIBLE[drift.cause]}
        return cls.model_validate({name: value for name, value in shown.items() if name in cls.model_fields})
