"""对账 over HTTP: days held against the province's, the acts that differ, and their repair by two persons."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.policy import UnknownOrgan
from shared.province.reconciling import differences, mending, reconciliation
from shared.province.reconciling.comparing import Cause, Kind, Repair
from shared.province.reconciling.differences import State, UnknownDifference
from shared.province.reconciling.mending import DifferenceSettled, NotThisRepair, SamePerson
from shared.province.reconciling.reconciliation import DayNotOver, UnknownReconciliation
from shared.province.reconciling.records import EARLIEST
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.pages import PageOf
from shared.service.exchange.schemas import Reason, Said, Shown

router = APIRouter(prefix="/v1/exchange", tags=["exchange · 省级交换"])

Day = Annotated[date | None, Query(description="报文签发日（北京时间） · the day of issue, Beijing time")]


class DayBody(BaseModel):
    """The day to reconcile."""

    model_config = ConfigDict(extra="forbid")

    day: date = Field(
        ge=EARLIEST, description="已结束的一日（北京时间） · a day that is over", examples=["2024-03-04"]
    )


class ReconciliationView(Shown):
    """One day held against the province's record; while `concluded_at` is null answers are awaited.

    One with a `failure` was given up: the day is begun anew when somebody asks for it.
    """

    id: UUID
    day: date
    by: str
    started_at: datetime
    concluded_at: datetime | None
    asked: int = Field(
        description="提问数：总数一次，之后逐层细分 · questions: the totals, then ever smaller parts"
    )
    differing: int = Field(description="不一致的业务 · acts that differ")
    ours: int | None = Field(description="市级办结数 · acts on our record")
    theirs: int | None = Field(description="省级办结数 · acts on theirs")
    failure: Said = Field(description="未能对账的原因 · why it was given up; empty unless it was")


class DifferenceView(Shown):
    """One act that is not the same on both sides; `ours` and `theirs` are digests, empty where it is not on record."""

    id: UUID
    reconciliation_id: UUID
    day: date
    teller: str
    code: str
    organ: str
    business_key: Said
    kind: Kind
    cause: Cause
    repair: Repair = Field(description="建议或已提出的修复 · what would mend it, or what was proposed")
    ours: str
    theirs: str
    lane: Said
    sequence: int
    state: State
    found_at: datetime
    proposed_by: str | None
    reason: Said | None
    decided_by: str | None
    decided_at: datetime | None
    healed_at: datetime | None


class ProposalBody(BaseModel):
    """How to mend it, and why."""

    model_config = ConfigDict(extra="forbid")

    repair: Repair
    reason: Reason = Field(examples=["省级数据库恢复后缺失"])


class Decision(StrEnum):
    """What another person decides about a proposal."""

    CARRY_OUT = "carry_out"
    SEND_BACK = "send_back"


class DecisionBody(BaseModel):
    """Carry it out, or send it back with a reason."""

    model_config = ConfigDict(extra="forbid")

    decision: Decision
    reason: Reason | None = Field(default=None, description="退回时必填 · required to send it back")

    @model_validator(mode="after")
    def _says_why_it_goes_back(self) -> Self:
        if self.decision is Decision.SEND_BACK and self.reason is None:
            raise ValueError("退回须说明事由 · say why it goes back")
        return self


@router.post("/reconciliations", responses=problems(DayNotOver, NotYours, UnknownOrgan))
async def reconcile_day(body: DayBody, caller: Operator, desk: AtDesk) -> ReconciliationView:
    """发起对账 · Hold a day against the province's record; one of that day that is under way goes on."""
    async with desk.whole(caller) as transaction:
        begun = await reconciliation.begin(body.day, transaction)
    return ReconciliationView.model_validate(begun)


@router.get("/reconciliations", responses=problems(BadCursor, NotYours, UnknownOrgan))
async def list_reconciliations(
    *, caller: Watcher, desk: AtDesk, day: Day = None, cursor: Cursor = None, size: Size = 50
) -> PageOf[ReconciliationView]:
    """对账记录 · Reconciliations, the latest first."""
    async with desk.within(caller) as transaction:
        page = await reconciliation.page(transaction, day=day, cursor=cursor, size=size)
    return PageOf(items=[ReconciliationView.model_validate(each) for each in page.items], next=page.next)


@router.get(
    "/reconciliations/{reconciliation_id}", responses=problems(UnknownReconciliation, NotYours, UnknownOrgan)
)
async def read_reconciliation(reconciliation_id: UUID, caller: Watcher, desk: AtDesk) -> ReconciliationView:
    """一次对账 · How far one is."""
    async with desk.within(caller) as transaction:
        found = await reconciliation.get(reconciliation_id, transaction)
    return ReconciliationView.model_validate(found)


@router.get("/differences", responses=problems(BadCursor, NotYours, UnknownOrgan))
async def list_differences(
    *,
    caller: Watcher,
    desk: AtDesk,
    state: State | None = None,
    day: Day = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> PageOf[DifferenceView]:
    """对账差异 · The acts that differ, in the order in which they were found."""
    async with desk.within(caller) as transaction:
        page = await differences.page(transaction, state=state, day=day, cursor=cursor, size=size)
    return PageOf(items=[DifferenceView.model_validate(each) for each in page.items], next=page.next)


@router.post(
    "/differences/{difference_id}/proposal",
    responses=problems(UnknownDifference, DifferenceSettled, NotThisRepair, NotYours, UnknownOrgan),
)
async def propose_repair(
    difference_id: UUID, body: ProposalBody, caller: Operator, desk: AtDesk
) -> DifferenceView:
    """提出修复 · Say how to mend it; another person decides."""
    async with desk.within(caller) as transaction:
        proposed = await mending.propose(difference_id, body.repair, body.reason, transaction)
    return DifferenceView.model_validate(proposed)


@router.post(
    "/differences/{difference_id}/decision",
    responses=problems(UnknownDifference, DifferenceSettled, SamePerson, NotYours, UnknownOrgan),
)
async def decide_repair(
    difference_id: UUID, body: DecisionBody, caller: Operator, desk: AtDesk
) -> DifferenceView:
    """批准或退回 · Have the proposed repair done by a second person, or send it back."""
    async with desk.within(caller) as transaction:
        if body.decision is Decision.CARRY_OUT:
            follower = desk.correspondence.follower()
            decided = await mending.carry_out(difference_id, transaction, follower)
        else:
            decided = await mending.send_back(difference_id, body.reason or "", transaction)
    return DifferenceView.model_validate(decided)
