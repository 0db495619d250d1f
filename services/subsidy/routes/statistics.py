"""Statistics over HTTP: for officers of their territory, for everybody else of the city and without small cells."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from services.subsidy.domain import statistic
from services.subsidy.domain.statistic import Table
from services.subsidy.handlers import Work
from services.subsidy.handlers.statistics import read_statistics
from services.subsidy.routes.callers import OpenWork, Reader
from services.subsidy.routes.sheets import XLSX
from services.subsidy.schemas.statistics import StatisticsQuery, StatisticsView
from services.subsidy.statistic_sheets import statistics_workbook
from shared.clock import SHANGHAI
from shared.http.limits import limited
from shared.http.problems import problems, public_problems
from shared.identity import NotYours, Scope
from shared.persistence.unit_of_work import Works
from shared.policy import Policy, UnknownOccupation, UnknownOrgan

router = APIRouter(prefix="/v1", tags=["statistics · 人才统计"])

_PER_MINUTE, _BURST = 30, 10
_REFUSED = (
    statistic.UnknownDimension,
    statistic.NoSuchMonth,
    statistic.PeriodReversed,
    statistic.TooManyLines,
    statistic.NotCountedYet,
    statistic.UnknownChain,
    UnknownOrgan,
    UnknownOccupation,
)
_BOTH: dict[str, Any] = {
    "application/json": {"schema": {"$ref": "#/components/schemas/StatisticsView"}},
    XLSX: {"schema": {"type": "string", "format": "binary"}},
}


class Form(StrEnum):
    """As what it is given out; what `Accept` says counts where nothing is said here."""

    JSON = "json"
    XLSX = "xlsx"


class Asked(StatisticsQuery):
    """What is asked, and as what it is given out."""

    form: Form | None = Field(default=None, alias="format")


@router.get(
    "/statistics",
    response_model=StatisticsView,
    responses={**problems(NotYours, *_REFUSED), 200: {"content": _BOTH}},
)
async def show_statistics(
    asked: Annotated[Asked, Query()], caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """人才统计 · People, certificates, money; to others than officers no figures of fewer than three people (N1.3)."""
    if caller.organ is None:
        return await _of_the_city(asked, caller.subject, request)
    async with open_work(caller) as work:
        today = work.at.astimezone(SHANGHAI).date()
        table = await read_statistics(asked.made(caller.organ, today=today), work)
        policy = work.policy
    return await _given_out(table, policy, asked, request)


@router.get(
    "/public/statistics",
    response_model=StatisticsView,
    responses={**public_problems(*_REFUSED), 200: {"content": _BOTH}},
    dependencies=[limited(per_minute=_PER_MINUTE, burst=_BURST)],
)
async def show_public_statistics(asked: Annotated[Asked, Query()], request: Request) -> Response:
    """人才统计公开 · The city's figures for everybody, none of fewer than three people (N1.3)."""
    return await _of_the_city(asked, "public", request)


async def _of_the_city(asked: Asked, actor: str, request: Request) -> Response:
    works: Works[Work] = request.app.state.works
    # Figures of the whole city, of which those of few people are hidden.
    async with works(Scope(actor=actor, act=request.scope["route"].name, everything=True)) as work:
        today = work.at.astimezone(SHANGHAI).date()
        table = await read_statistics(asked.made(None, today=today), work)
        policy = work.policy
    return await _given_out(table, policy, asked, request)


async def _given_out(table: Table, policy: Policy, asked: Asked, request: Request) -> Response:
    if _form(asked, request) is Form.JSON:
        view = StatisticsView.of(table, policy)
        return Response(view.model_dump_json(by_alias=True), media_type="application/json")
    content = await asyncio.to_thread(statistics_workbook, table, policy)
    name = f"statistics-{table.question.first}-{table.question.last}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=XLSX, headers=headers)


def _form(asked: Asked, request: Request) -> Form:
    if asked.form is not None:
        return asked.form
    return Form.XLSX if XLSX in request.headers.get("accept", "") else Form.JSON
