"""What the city owes the province, over HTTP: looked for, followed, sent again, mended, given up."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.identity import NotYours, Permission
from shared.paging import BadCursor
from shared.policy import UnknownOrgan
from shared.province.intents import IntentState
from shared.province.operating.patching import patched
from shared.province.operating.repairs import (
    MendedAlready,
    NothingToRepair,
    UnknownIntent,
    mend,
    resend,
    void,
)
from shared.province.operating.tracking import Wanted, list_reports, walk
from shared.province.payloads import UnfitPayload
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.pages import PageOf
from shared.service.exchange.patches import ChangeBody, ChangedView
from shared.service.exchange.schemas import IntentView, ReasonBody, RepairBody, Shown, WalkView

router = APIRouter(prefix="/v1/exchange/intents", tags=["exchange · 省级交换"])

Name = Annotated[str | None, Query(min_length=1, max_length=80)]
_REPAIRING = (UnknownIntent, NothingToRepair, NotYours, UnknownOrgan)


class MendBody(ReasonBody):
    """What to tell instead, and why."""

    changes: list[ChangeBody] = Field(min_length=1, max_length=50)
    dry_run: bool = Field(default=False, description="只看结果，不重报 · only look what it comes to")


class MendedView(Shown):
    """What was changed, personal values masked; `done` unless it was only looked at."""

    id: UUID
    changes: list[ChangedView]
    done: bool


@router.get("", responses=problems(BadCursor, UnknownOrgan))
async def list_intents(
    *,
    caller: Watcher,
    desk: AtDesk,
    state: IntentState | None = None,
    code: Name = None,
    organ: Name = None,
    lane: Name = None,
    overdue: bool | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> PageOf[IntentView]:
    """报送清单 · Messages to the province in reach, newest first."""
    wanted = Wanted(state=state, code=code, organ=organ, lane=lane, overdue=overdue)
    async with desk.within(caller) as transaction:
        page = await list_reports(
            transaction.connection,
            wanted,
            overdue_after=desk.province.overdue_after,
            cursor=cursor,
            size=size,
        )
    return PageOf(items=[IntentView.of(report) for report in page.items], next=page.next)


@router.get("/{intent_id}", responses=problems(UnknownIntent, UnknownOrgan))
async def read_intent(intent_id: UUID, caller: Watcher, desk: AtDesk) -> WalkView:
    """一条报送的全程 · One message: sent, received, answered; where each stands in the exchange ledger."""
    content = Permission.OPERATE_EXCHANGE in caller.permissions
    async with desk.within(caller) as transaction:
        found = await walk(transaction.connection, intent_id, overdue_after=desk.province.overdue_after)
        if content:
            transaction.ledger.changed("exchange_intent", intent_id)
    return WalkView.of_walk(found, content=content)


@router.post("/resend", responses=problems(MendedAlready, UnfitPayload, *_REPAIRING))
async def resend_intents(body: RepairBody, caller: Operator, desk: AtDesk) -> list[IntentView]:
    """原样重报 · Send refused ones again as they are, tell rejected ones anew, ask after those without a result."""
    async with desk.within(caller) as transaction:
        await resend(transaction, body.ids, reason=body.reason, follower=desk.correspondence.follower())
        overdue_after = desk.province.overdue_after
        found = [await walk(transaction.connection, each, overdue_after=overdue_after) for each in body.ids]
    return [IntentView.of(each.report) for each in found]


@router.post("/void", responses=problems(*_REPAIRING))
async def void_intents(body: RepairBody, caller: Operator, desk: AtDesk) -> list[IntentView]:
    """作废 · Give up refused messages: their numbers are taken by a VOID, and their lanes go on."""
    async with desk.within(caller) as transaction:
        for each in body.ids:
            await void(transaction, each, reason=body.reason)
        overdue_after = desk.province.overdue_after
        found = [await walk(transaction.connection, each, overdue_after=overdue_after) for each in body.ids]
    return [IntentView.of(each.report) for each in found]


@router.post(
    "/{intent_id}/mend",
    responses=problems(MendedAlready, UnfitPayload, *_REPAIRING),
)
async def mend_intent(intent_id: UUID, body: MendBody, caller: Operator, desk: AtDesk) -> MendedView:
    """更正重报 · Change fields of one that was refused (in place) or rejected (as a new message) and tell it again."""
    async with desk.within(caller) as transaction:
        found = await walk(transaction.connection, intent_id, overdue_after=desk.province.overdue_after)
        content, told = patched(found.payload, [each.as_change() for each in body.changes])
        if not body.dry_run:
            await mend(
                transaction,
                intent_id,
                content,
                reason=body.reason,
                follower=desk.correspondence.follower(),
            )
    return MendedView(id=intent_id, changes=[ChangedView.of(each) for each in told], done=not body.dry_run)
