"""The money's accounts over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.subsidy.routes.callers import OpenWork, Payer
from services.subsidy.schemas.parts import Month, OrganCode
from services.subsidy.schemas.payments import BalancesView
from shared.http.problems import problems
from shared.policy import MoneyLine

router = APIRouter(prefix="/v1/ledger", tags=["ledger · 资金台账"])


@router.get("/balances", response_model=BalancesView, responses=problems())
async def read_balances(
    *,
    caller: Payer,
    open_work: OpenWork,
    organ: Annotated[OrganCode | None, Query(description="机关 · of one organ")] = None,
    line: Annotated[MoneyLine | None, Query(description="资金 · of one line")] = None,
    month: Annotated[
        Month | None, Query(description="记账月份，如 2024-06 · posted in one month", examples=["2024-06"])
    ] = None,
) -> Response:
    """资金余额 · What was granted, is owed, ordered, returned, paid, recovered and written off, in your reach."""
    async with open_work(caller) as work:
        found = await work.postings.balances(organ=organ, line=line, month=month)
    return Response(BalancesView.of(found).model_dump_json(), media_type="application/json")
