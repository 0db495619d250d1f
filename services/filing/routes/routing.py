"""Who handles what, before anything is filed."""

from fastapi import APIRouter, Request, Response

from services.filing.domain import refusals
from services.filing.handlers.routing import DecideRouting, ask_routing
from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.routing import RoutingQuery, RoutingView
from shared.http.problems import problems
from shared.policy import NotRoutable, UnknownOrgan

router = APIRouter(prefix="/v1/routing-decisions", tags=["routing · 管辖"])


@router.post(
    "",
    response_model=RoutingView,
    responses=problems(NotRoutable, UnknownOrgan, refusals.NotResponsible, refusals.NotEvaluated),
)
async def make_routing_decision(
    query: RoutingQuery, caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """管辖判定 · Who assesses, files, opens the account and is copied, or why nobody does.

    Without occupations it is decided as though nobody covered them (N2.7).
    """
    asked = DecideRouting(
        category=query.category,
        audience=query.audience,
        uscc=query.uscc,
        evidence=query.evidence,
        scope=query.scope,
    )
    async with open_work(caller) as work:
        decided = await ask_routing(asked, query.organ, work)
    view = RoutingView.of(decided, request.app.state.policy, organ=query.organ)
    return Response(view.model_dump_json(), media_type="application/json")
