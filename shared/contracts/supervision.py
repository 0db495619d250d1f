"""Facts the supervision service announces. Fields may be added, never renamed or removed."""

from datetime import date
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Event
from shared.contracts.scope import ScopeItem
from shared.values import Uscc


class SanctionFact(Event):
    """What every fact about a sanction carries; the subject is the institution it falls on."""

    stream: ClassVar = "supervision.institution"

    institution_id: UUID
    uscc: Uscc

    @property
    def subject(self) -> UUID:
        return self.institution_id


class InstitutionSanctioned(SanctionFact):
    """Supervision suspends an institution: a rectification was not completed by its deadline, or the province orders it.

    `order` is the number of the province's order, whose id then stands for the rectification's.
    """

    topic: ClassVar = "supervision.institution-sanctioned.v1"

    rectification_id: UUID
    reason: str
    order: str = ""


class SanctionLifted(SanctionFact):
    """All that was overdue is rectified and verified; the suspension that `rectification_id` brought about ends."""

    topic: ClassVar = "supervision.sanction-lifted.v1"

    rectification_id: UUID


class RevocationOrdered(SanctionFact):
    """责令取消备案: an institution that was suspended for so long without rectifying is to be taken off the record."""

    topic: ClassVar = "supervision.revocation-ordered.v1"

    rectification_id: UUID
    reason: str
    order: str = Field(default="", description="省级责令文号 · the number of the province's order")


class FindingFact(BaseModel):
    """One thing an inspection found."""

    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)

    category: str
    severity: str
    text: str


class JointlySupervised(SanctionFact):
    """联合督导: what came of an inspection of an institution that the province supervises as well (N2.6).

    `nth` tells steps of one kind apart.
    """

    topic: ClassVar = "supervision.jointly-supervised.v1"

    inspection_id: UUID
    step: Literal["found", "rectification_ordered", "rectified"]
    nth: int = Field(ge=1)
    findings: tuple[FindingFact, ...] = ()
    reason: str = ""


class TaskReported(SanctionFact):
    """省级督导任务办结: the inspection that the province asked for was made, and this came of it."""

    topic: ClassVar = "supervision.task-reported.v1"

    task_id: UUID
    number: str
    inspection_id: UUID
    findings: tuple[FindingFact, ...]
    reason: str


class OrderCarriedOut(SanctionFact):
    """省级责令已执行: what the province ordered is so on the register now."""

    topic: ClassVar = "supervision.order-carried-out.v1"

    order_id: UUID
    number: str
    measure: Literal["suspended", "lifted", "revoked"]
    reason: str = ""


class EvaluationHeld(Event):
    """An evaluation that was planned has been held: one batch, by the institution's own word."""

    stream: ClassVar = "supervision.plan"
    topic: ClassVar = "supervision.evaluation-held.v1"

    plan_id: UUID
    institution_id: UUID
    uscc: Uscc
    item: ScopeItem
    held_on: date
    candidates: int = Field(ge=1, description="参评人数 · how many were evaluated")

    @property
    def subject(self) -> UUID:
        return self.plan_id


class SignalClosed(Event):
    """线索办结: what supervision found when it looked into a signal, having seen it as of a revision."""

    stream: ClassVar = "supervision.lead"
    topic: ClassVar = "supervision.signal-closed.v1"

    lead_id: UUID
    signal_id: UUID
    institution_id: UUID | None
    uscc: Uscc | None
    revision: int
    finding: Literal["confirmed", "unfounded", "unclear"]
    reason: str

    @property
    def subject(self) -> UUID:
        return self.lead_id
