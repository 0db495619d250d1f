"""Documents of a case as the experts of its panel read them."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.filing.domain import panel as panels_of
from services.filing.domain import refusals
from services.filing.domain.materials import NotHandedIn
from services.filing.handlers import panels
from services.filing.routes.callers import OpenWork
from services.filing.routes.materials import GIVEN_OUT, Objects, streamed
from services.filing.routes.panels import ExpertCaller
from services.filing.schemas.materials import MaterialKindId
from shared.http.problems import problems
from shared.objects import NoSuchObject, Tampered

router = APIRouter(prefix="/v1/panels", tags=["panels · 专家评估"])


@router.get(
    "/{panel_id}/materials/{kind}",
    response_class=Response,
    responses={
        **problems(
            panels_of.UnknownPanel,
            panels_of.NotOnPanel,
            panels_of.PanelConcluded,
            refusals.UnknownFiling,
            NotHandedIn,
            NoSuchObject,
            Tampered,
        ),
        200: GIVEN_OUT,
    },
)
async def read_assessed_material(
    *, panel_id: UUID, kind: MaterialKindId, caller: ExpertCaller, open_work: OpenWork, objects: Objects
) -> Response:
    """评审材料 · A document of the case that your panel assesses, until the panel has concluded."""
    async with open_work(caller) as work:
        material = await panels.material_of(panel_id, caller.subject, kind, work)
    return await streamed(material, objects)
