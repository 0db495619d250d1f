"""REST bodies of the province's tasks and orders, in and out."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.supervision.domain.provincial import Measure, ProvincialOrder, ProvincialTask, TaskState
from services.supervision.lead_schemas import LeadInspectionBody
from services.supervision.schemas import Body, Paragraph
from shared.http.work import View
from shared.values import Uscc


class TaskInspectionBody(LeadInspectionBody):
    """开展督导 · an inspection there is, or a visit to be entered as a new one."""


class ReportBody(Body):
    """上报 · what came of it; the findings of the inspection go with it."""

    report: Paragraph


class TaskView(View):
    """An inspection that the province asks for."""

    organ: str
    institution_id: UUID
    institution_uscc: Uscc
    number: str = Field(description="省级文号 · the province's number, under which it is reported")
    title: str
    demand: str
    due_on: date
    received_at: datetime
    state: TaskState
    inspection_id: UUID | None
    report: str
    reported_by: str
    reported_at: datetime | None
    overdue_at: datetime | None = Field(description="逾期时间 · since when it is late")

    @classmethod
    def of(cls, task: ProvincialTask) -> "TaskView":
        return cls.model_validate(task)


class OrderView(View):
    """A sanction that the province ordered."""

    organ: str
    institution_id: UUID
    institution_uscc: Uscc
    number: str
    measure: Measure
    document: str = Field(description="依据文件 · the order it rests on")
    reason: str
    received_at: datetime
    carried_out_at: datetime | None
    lifted_at: datetime | None = Field(description="省级解除时间 · when the province took it back")

    @classmethod
    def of(cls, order: ProvincialOrder) -> "OrderView":
        return cls.model_validate(order)
