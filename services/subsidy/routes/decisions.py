"""按当时所知重算 over HTTP."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.subsidy.handlers.decisions import NotKnownYet, UnknownDecision, decide_again
from services.subsidy.routes.callers import OpenWork, Reader
from services.subsidy.schemas.decisions import DecidedAgainView
from services.subsidy.schemas.parts import AnyNumber
from shared.http.problems import problems
from shared.http.work import shown

router = APIRouter(prefix="/v1/decisions", tags=["decisions · 核算"])


@router.get("/{number}", response_model=DecidedAgainView, responses=problems(UnknownDecision, NotKnownYet))
async def read_decision(
    *,
    number: AnyNumber,
    caller: Reader,
    open_work: OpenWork,
    as_known_on: Annotated[
        date | None, Query(description="按该日所知重算；不填为核算当日 · by what was known on this day")
    ] = None,
) -> Response:
    """重算 · The latest decision about a certificate, made again from the same inputs by what was known on a day."""
    async with open_work(caller) as work:
        made = await decide_again(number, as_known_on, work)
    return shown(DecidedAgainView.of(made))
