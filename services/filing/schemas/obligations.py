"""What is owed, as everybody concerned sees it."""

from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.filing.domain.obligation import Obligation, ObligationKind, ObligationState
from services.filing.schemas.parts import Body, Text
from shared.http.work import View


class ObligationView(View):
    """Something owed on a case or an institution: by whom, until when, and what became of it."""

    kind: ObligationKind
    subject: str
    filing_id: UUID | None
    institution_id: UUID | None
    owner: str
    basis: tuple[str, ...]
    due_at: datetime
    warned_at: datetime | None
    escalated_at: datetime | None
    state: ObligationState
    attempts: int
    problem: str
    settled_at: datetime | None
    note: str

    @classmethod
    def of(cls, owed: Obligation) -> "ObligationView":
        clock = {name: getattr(owed.deadline, name) for name in ("due_at", "warned_at", "escalated_at")}
        rest = {name: getattr(owed, name) for name in cls.model_fields if name not in clock}
        return cls.model_validate({**rest, **clock})


class SettlementBody(Body):
    """What was done, as it goes into the record."""

    note: Text = Field(examples=["2024年3月20日挂牌授证仪式上发放"])
