"""The service network as everybody finds it, without a login."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from services.filing.handlers import Work
from services.filing.schemas.network import PublicOrganView, ServiceNetworkView
from services.filing.schemas.parts import OrganCode
from shared.http.limits import limited
from shared.http.problems import TooManyRequests, problems
from shared.identity import Scope
from shared.persistence.unit_of_work import Works
from shared.policy import Policy, UnknownOrgan

router = APIRouter(prefix="/v1/public", tags=["public · 公众"])


@router.get(
    "/service-network",
    responses=problems(UnknownOrgan, TooManyRequests),
    dependencies=[limited(per_minute=60, burst=20)],
)
async def read_service_network(
    request: Request, organ: Annotated[OrganCode | None, Query(examples=["320115"])] = None
) -> ServiceNetworkView:
    """经办服务网络 · Every organ's offices, lines, hours and channels; officers who may be named (N3.2)."""
    works: Works[Work] = request.app.state.works
    policy: Policy = request.app.state.policy
    organs = [policy.organ(organ)] if organ else list(policy.organs.values())
    reach = frozenset(each.code for each in organs)
    async with works(Scope(actor="public", act="read_service_network", organs=reach)) as work:
        offices = await work.offices.directory(day=work.today)
    return ServiceNetworkView(organs=tuple(PublicOrganView.of(each, offices) for each in organs))
