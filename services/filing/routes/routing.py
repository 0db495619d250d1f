"""Who handles what, before anything is filed."""

from fastapi import APIRouter, Request, Response

from services.filing.handlers.routing import DecideRouting, decide_routing
from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.routing import RoutingQuery, RoutingView
from shared.http.problems import problems
from shared.policy import NotRoutable, UnknownOccupation, UnknownOrgan

router = APIRouter(prefix="/v1/routing-decisions", tags=["routing · 管辖"])


@router.post("", response_model=RoutingView, responses=problems(NotRoutable, UnknownOrgan, UnknownOccupation))
async def make_routing_decision(
    query: RoutingQuery, caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """管辖判定 · Who assesses, files, opens the account and is copied, or why nobody does."""
    asked = DecideRouting(
        category=query.category,
        audience=query.audience,
        uscc=query.uscc,
        evidence=query.evidence,
        scope=query.scope,
    )
    async with open_work(caller) as work:
        decided = await decide_routing(asked, work)
    view = RoutingView.of(decided, request.app.state.policy, organ=query.organ)
    return Response(view.model_dump_json(), media_type="application/json")
