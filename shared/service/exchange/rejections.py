"""The workbench of what the province sent back, over HTTP: by cause, mended on one message, then on some or all."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.policy import UnknownOrgan
from shared.province.operating.rejections import (
    Cause,
    How,
    Mended,
    NoSuchRejection,
    NothingMended,
    NotProven,
    causes,
    mend_group,
)
from shared.province.operating.repairs import MendedAlready, NothingToRepair
from shared.province.operating.tracking import Wanted, list_reports
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.pages import PageOf
from shared.service.exchange.patches import ChangeBody, ChangedView
from shared.service.exchange.schemas import IntentView, Said, Shown

router = APIRouter(prefix="/v1/exchange/rejections", tags=["exchange · 省级交换"])

_NO_REASON = "-"
_SHOWN = 200
Code = Annotated[str, Path(min_length=1, max_length=40)]
ReasonCode = Annotated[str, Path(min_length=1, max_length=40, description="无原因码时为 - · `-` for none")]


class GroupView(Shown):
    """The messages of one cause that nobody has mended yet."""

    code: str
    reason_code: Said
    reason: Said | None
    refused: int = Field(description="未被接收，阻塞其通道 · not taken; each keeps its lane waiting")
    rejected: int = Field(description="被业务规则退回 · taken, and declined by a rule")
    organs: list[str]
    oldest: datetime


class PatchBody(BaseModel):
    """A patch for one cause; first `preview`, then `one`, then `some` or `all`."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(min_length=1, max_length=40, examples=["FILING_REPORTED"])
    reason_code: str = Field(max_length=40, examples=["ORGAN"])
    changes: list[ChangeBody] = Field(min_length=1, max_length=50)
    how: How = How.PREVIEW
    ids: list[UUID] = Field(default=[], max_length=500)
    reason: str = Field(default="", max_length=500, description="预览之外必填 · required but for a preview")

    @model_validator(mode="after")
    def _says_which_and_why(self) -> Self:
        if self.how is not How.PREVIEW and not self.reason.strip():
            raise ValueError("须说明事由 · say why")
        if self.how is How.ONE and len(self.ids) > 1:
            raise ValueError("先试报一条 · one at a time")
        if (self.how is How.SOME) != bool(self.ids) and self.how in (How.SOME, How.ALL):
            raise ValueError("some 须列出报文，all 不列 · name messages for some, none for all")
        return self


class ProposedView(Shown):
    """What the patch makes of one message; `problem` is why it is left as it is."""

    id: UUID
    business_key: Said
    lane: Said
    organ: str
    changes: list[ChangedView]
    problem: Said


class PatchedView(Shown):
    """What the patch comes to, message by message for the first 200; `proven` once the province took one of it."""

    done: bool
    proven: bool
    mended: int
    left: int = Field(description="不适用，保持原状 · those it does not change or make valid")
    messages: list[ProposedView]

    @classmethod
    def of(cls, mended: Mended) -> "PatchedView":
        shown = [
            ProposedView(**{**vars(each), "changes": [ChangedView.of(change) for change in each.changes]})
            for each in mended.messages[:_SHOWN]
        ]
        left = sum(1 for each in mended.messages if each.problem)
        counts = {"mended": len(mended.messages) - left, "left": left}
        return cls(done=mended.done, proven=mended.proven, messages=shown, **counts)


@router.get("", responses=problems(UnknownOrgan))
async def list_rejections(caller: Watcher, desk: AtDesk) -> list[GroupView]:
    """退回原因 · Why messages came back that nobody has mended: by kind and reason, the commonest first."""
    async with desk.within(caller) as transaction:
        groups = await causes(transaction.connection)
    return [GroupView.model_validate(group) for group in groups]


@router.get(
    "/{code}/{reason_code}",
    responses=problems(NoSuchRejection, BadCursor, UnknownOrgan),
)
async def list_rejected(
    *,
    code: Code,
    reason_code: ReasonCode,
    caller: Watcher,
    desk: AtDesk,
    cursor: Cursor = None,
    size: Size = 50,
) -> PageOf[IntentView]:
    """同一原因的报文 · The messages of one cause, newest first; a cause without any is not there."""
    wanted = Wanted(code=code, reason_code="" if reason_code == _NO_REASON else reason_code, open=True)
    async with desk.within(caller) as transaction:
        page = await list_reports(
            transaction.connection,
            wanted,
            overdue_after=desk.province.overdue_after,
            cursor=cursor,
            size=size,
        )
    if not page.items and cursor is None:
        raise NoSuchRejection
    return PageOf(items=[IntentView.of(report) for report in page.items], next=page.next)


@router.post(
    "/mend",
    responses=problems(
        NoSuchRejection, NothingMended, NotProven, NothingToRepair, MendedAlready, NotYours, UnknownOrgan
    ),
)
async def mend_rejections(body: PatchBody, caller: Operator, desk: AtDesk) -> PatchedView:
    """批量更正 · Look what a patch comes to; tell one of its cause again so; then, when that was taken, some or all."""
    async with desk.within(caller) as transaction:
        mended = await mend_group(
            transaction,
            Cause(code=body.code, reason_code=body.reason_code),
            [each.as_change() for each in body.changes],
            how=body.how,
            ids=body.ids,
            reason=body.reason,
            follower=desk.correspondence.follower(),
        )
    return PatchedView.of(mended)
