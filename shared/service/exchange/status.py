"""How the exchange stands, and its maintenance, over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from shared.http.problems import problems
from shared.identity import NotYours
from shared.policy import UnknownOrgan
from shared.province.operating import overview, pausing
from shared.province.operating.pausing import AlreadyPaused, ImpossibleRate, NotPaused
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.schemas import ReasonBody, Shown

router = APIRouter(prefix="/v1/exchange", tags=["exchange · 省级交换"])

_IN_REACH = (NotYours, UnknownOrgan)


class KindView(Shown):
    """The messages of one kind about one organ, by state; `oldest` of those without a result."""

    code: str
    organ: str = Field(
        description="空：不涉及某一机关，仅市级可见 · empty: names none, seen by the city alone"
    )
    owed: int
    delivered: int
    accepted: int
    done: int
    rejected: int = Field(description="尚无更正 · not mended yet")
    refused: int
    overdue: int
    oldest: datetime | None


class MissingView(Shown):
    """Numbers of a lane of the other side that have not come, and how often they were asked for."""

    lane: str
    first: int
    last: int
    since: datetime
    asked_at: datetime
    asks: int


class PauseView(Shown):
    """A pause that is not over; once resumed, what had piled up drains at so many messages a second."""

    counterpart: str
    since: datetime
    by: str
    reason: str
    resumed_at: datetime | None
    resumed_by: str | None
    rate_per_second: float | None
    drained: int


class StatusView(BaseModel):
    """How one service's exchange stands; `missing` and `parked` are null for whoever is not the city's."""

    model_config = ConfigDict(frozen=True)

    counterpart: str
    transport: str
    pause: PauseView | None
    kinds: list[KindView]
    missing: list[MissingView] | None
    parked: int | None


class ResumeBody(BaseModel):
    """How fast what has piled up may leave."""

    model_config = ConfigDict(extra="forbid")

    rate_per_second: Annotated[float, Field(allow_inf_nan=False, examples=[20.0])]


@router.get("/status", responses=problems(UnknownOrgan))
async def read_exchange_status(caller: Watcher, desk: AtDesk) -> StatusView:
    """交换概况 · How many messages are how far, by kind and organ; what is missing, paused, and waits for a person."""
    async with desk.within(caller) as transaction:
        connection, province = transaction.connection, desk.province
        kinds = await overview.kinds(connection, overdue_after=province.overdue_after)
        pause = await overview.open_pause(connection, province.counterpart)
        missing = await overview.missing_numbers(connection) if desk.sees_everything(caller) else None
        parked = await overview.parked_count(connection, desk.queue) if desk.sees_everything(caller) else None
    return StatusView(
        counterpart=province.counterpart,
        transport=province.transport,
        pause=PauseView.model_validate(pause) if pause else None,
        kinds=[KindView.model_validate(each) for each in kinds],
        missing=None if missing is None else [MissingView.model_validate(each) for each in missing],
        parked=parked,
    )


@router.post("/pause", responses=problems(AlreadyPaused, *_IN_REACH))
async def pause_exchange(body: ReasonBody, caller: Operator, desk: AtDesk) -> PauseView:
    """暂停 · Let nothing more leave for the province; what is owed piles up in its order."""
    async with desk.whole(caller) as transaction:
        begun = await pausing.pause(transaction, desk.province.counterpart, reason=body.reason)
    return PauseView.model_validate(begun)


@router.post("/resume", responses=problems(NotPaused, ImpossibleRate, *_IN_REACH))
async def resume_exchange(body: ResumeBody, caller: Operator, desk: AtDesk) -> PauseView:
    """恢复 · Let it leave again at a set rate, until nothing from before is left."""
    async with desk.whole(caller) as transaction:
        rate, counterpart = body.rate_per_second, desk.province.counterpart
        resumed = await pausing.resume(transaction, counterpart, rate_per_second=rate)
    return PauseView.model_validate(resumed)
