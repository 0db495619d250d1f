"""What experts score a filing by."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.rubric import RubricView
from shared.http.problems import problems
from shared.policy import NoRubric, Policy, UnknownParameter

router = APIRouter(prefix="/v1/rubric", tags=["panels · 专家评估"])

Day = Annotated[date | None, Query(description="默认今天 · today when left out")]


@router.get("", response_model=RubricView, responses=problems(NoRubric, UnknownParameter))
async def read_rubric(*, caller: Reader, open_work: OpenWork, request: Request, on: Day = None) -> Response:
    """评估评分表 · The rubric of a day, each value with its document and whether it is assumed."""
    policy: Policy = request.app.state.policy
    async with open_work(caller) as work:
        day = on or work.today
    view = RubricView.of(policy.rubric(day), policy, on=day)
    return Response(view.model_dump_json(), media_type="application/json")
