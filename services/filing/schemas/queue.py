"""The officer's queue: what is asked for, and how it stands."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.filing.domain.queue import Overview, Wanted
from services.filing.domain.stages import FilingState
from services.filing.handlers.assignment import ByHand
from services.filing.handlers.designation import Designation
from services.filing.handlers.queue import LookFor
from services.filing.schemas.parts import Body, OrganCode, Text
from shared.policy import Channel, FilingKind

Told = Annotated[
    str, StringConstraints(max_length=120, strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")
]


class CaseFilter(BaseModel):
    """Which cases; an officer's, and those unassigned, escalated, overdue or to handle, are the ones in hand."""

    model_config = ConfigDict(frozen=True)

    state: FilingState | None = None
    organ: OrganCode | None = Field(default=None, description="所在区或园区 · district or park")
    handled_by: OrganCode | None = Field(default=None, description="经办机关 · the organ that handles it")
    to_handle: bool = Field(default=False, description="本机关待办 · what your own organ is to handle")
    mine: bool = Field(default=False, description="本人经办 · your own cases")
    officer: UUID | None = Field(default=None, description="经办人 · the officer who has it")
    unassigned: bool = Field(default=False, description="未分派 · nobody has it")
    escalated: bool = Field(default=False, description="已升级至市级 · escalated to the city")
    overdue: bool = Field(default=False, description="已逾期 · past its term")
    kind: FilingKind | None = None
    channel: Channel | None = None
    q: Told = Field(
        default="",
        description="申请单位名称开头、统一社会信用代码或备案号 · name prefix, USCC or filing number",
    )

    def made(self) -> LookFor:
        wanted = Wanted(
            state=self.state,
            organ=self.organ,
            handled_by=self.handled_by,
            officer_id=self.officer,
            unassigned=self.unassigned,
            escalated=self.escalated,
            kind=self.kind,
            channel=self.channel,
            text=self.q,
        )
        return LookFor(wanted=wanted, mine=self.mine, to_handle=self.to_handle, overdue=self.overdue)


class QueueQuery(CaseFilter):
    """Which page of these cases."""

    cursor: Annotated[str, StringConstraints(max_length=300)] | None = Field(
        default=None, description="上一页给出的 next · the last page's `next`"
    )
    size: int = Field(default=50, ge=1, le=200, description="每页条数 · items a page")


class OverviewQuery(BaseModel):
    """Whose cases are counted: all within reach, or those that an organ handles."""

    model_config = ConfigDict(frozen=True)

    handled_by: OrganCode | None = Field(default=None, description="经办机关 · the organ that handles them")
    to_handle: bool = Field(default=False, description="本机关待办 · what your own organ is to handle")


class OverviewView(BaseModel):
    """How the cases in hand stand."""

    model_config = ConfigDict(from_attributes=True)

    states: dict[FilingState, int] = Field(description="在办各环节件数 · how many in each state")
    due_today: int
    overdue: int
    escalated: int
    unassigned: int
    mine: int

    @classmethod
    def of(cls, overview: Overview) -> "OverviewView":
        return cls.model_validate(overview)


class AssignmentBody(Body):
    """改派 · whom the case is given to, and why."""

    officer_id: UUID
    reason: Text

    def made(self) -> ByHand:
        return ByHand(**dict(self))


class DesignationBody(Body):
    """指定管辖 · the organ that handles the case from now on, and why."""

    handled_by: OrganCode
    reason: Text

    def made(self) -> Designation:
        return Designation(**dict(self))
