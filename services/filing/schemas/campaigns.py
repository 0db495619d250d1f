"""Campaigns: what the city sends, and how far the districts are."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from pydantic import BaseModel, Field

from services.filing.domain.campaign import Campaign, CampaignState, Count, Outcome, ReviewState
from services.filing.schemas.parts import Body, Day, Line, Text
from shared.clock import SHANGHAI
from shared.http.work import View
from shared.policy import Policy, Status


class NewCampaign(Body):
    """Go through all filed institutions again (N3.6); decisions count from `effective_on`."""

    title: Line = Field(examples=["2024年职业技能等级认定机构评价范围重新核定"])
    effective_on: Day


class ClosingBody(Body):
    """Close it; with reviews open it takes a reason, and these stay as they are."""

    forced_because: Text | None = Field(
        default=None, description="尚有未核定机构时强制结束的理由 · why it is closed with reviews open"
    )


class CampaignRow(View):
    """A campaign in a list."""

    title: str
    opened_by: str
    basis: tuple[str, ...]
    effective_on: date
    opened_at: datetime
    due_at: datetime
    state: CampaignState
    institutions: int = Field(description="启动时在册、列入核定的机构数 · on record at the opening")
    left_out: int = Field(
        description="省级备案、不列入核定的机构数 · filed by the province, not reviewed (N2.1)"
    )
    closed_at: datetime | None
    forced_because: str
    left_open: int = Field(description="强制结束时未核定的机构数 · not reviewed when it was closed")

    @classmethod
    def of(cls, campaign: Campaign) -> "CampaignRow":
        return cls.model_validate(campaign)


class Progress(BaseModel):
    """How many reviews stand how; `open`, the four outcomes and `void` make up `total`."""

    total: int
    open: int
    unchanged: int
    narrowed: int
    widened: int
    reshaped: int
    void: int
    overdue: int = Field(description="逾期未核定 · of the open ones, how many are late")
    share: float = Field(ge=0, le=1, description="完成比例 · what is done of the total")

    @classmethod
    def of(cls, counts: Sequence[Count], *, overdue: bool) -> "Progress":
        by = Counter[str]()
        for each in counts:
            by[each.outcome or each.state] += each.number
        total, left = sum(by.values()), by[ReviewState.OPEN]
        return cls(
            total=total,
            open=left,
            **{each.value: by[each] for each in Outcome},
            void=by[ReviewState.VOID],
            overdue=left if overdue else 0,
            share=round(1 - left / total, 4) if total else 1.0,
        )


class OrganProgress(Progress):
    """How far one district or park is."""

    organ: str
    name: str


class LeftOutView(BaseModel):
    """Why some are not reviewed: a reading of the clause, and how sure it is."""

    number: int
    clause: str
    status: Status
    note: str


class CampaignView(CampaignRow):
    """A campaign with how far those within the caller's reach are."""

    waiting: int = Field(description="任务尚未分派的机构数 · no review handed out yet")
    progress: Progress
    organs: tuple[OrganProgress, ...]
    apart: LeftOutView

    @classmethod
    def whole(
        cls, campaign: Campaign, counts: Sequence[Count], policy: Policy, *, at: datetime
    ) -> "CampaignView":
        """With the progress that these counts tell of."""
        overdue = campaign.is_overdue(at=at)
        known = [each for each in counts if each.organ is not None]
        organs = tuple(
            OrganProgress(
                organ=organ,
                name=policy.organ(organ).name if organ in policy.organs else organ,
                **Progress.of([each for each in known if each.organ == organ], overdue=overdue).model_dump(),
            )
            for organ in sorted({each.organ for each in known if each.organ})
        )
        return cls(
            **CampaignRow.of(campaign).model_dump(),
            waiting=sum(each.number for each in counts if each.organ is None),
            progress=Progress.of(known, overdue=overdue),
            organs=organs,
            apart=_left_out(campaign, policy),
        )


def _left_out(campaign: Campaign, policy: Policy) -> LeftOutView:
    day = campaign.opened_at.astimezone(SHANGHAI).date()
    reading = policy.parameter("filing.campaign_leaves_out", day)
    return LeftOutView(
        number=campaign.left_out, clause=reading.clause or "", status=reading.status, note=reading.note
    )
