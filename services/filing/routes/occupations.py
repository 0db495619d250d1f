"""The catalogue of occupations, and what of it nobody covers yet."""

from fastapi import APIRouter, Request, Response

from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.register import CatalogueView
from shared.http.problems import problems
from shared.values import Edition

router = APIRouter(prefix="/v1/occupations", tags=["occupations · 职业目录"])


@router.get("", response_model=CatalogueView, responses=problems())
async def list_occupations(caller: Reader, request: Request, edition: Edition | None = None) -> Response:
    """职业(工种)目录 · The catalogue, its editions side by side; what is not evaluated says why."""
    del caller
    view = CatalogueView.of(request.app.state.policy, edition=edition)
    return Response(view.model_dump_json(), media_type="application/json")


@router.get("/uncovered", response_model=CatalogueView, responses=problems())
async def list_uncovered(
    caller: Reader, open_work: OpenWork, request: Request, edition: Edition | None = None
) -> Response:
    """暂无机构承接的职业 · What could be evaluated and no institution of the city covers today (N2.7)."""
    async with open_work(caller) as work:
        covered = await work.public.covered()
    view = CatalogueView.uncovered(request.app.state.policy, covered, edition=edition)
    return Response(view.model_dump_json(), media_type="application/json")
