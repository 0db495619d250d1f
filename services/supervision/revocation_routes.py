"""Revocation over HTTP: which rectification, why, and as which organ."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.supervision import revocation
from services.supervision.domain import refusals
from services.supervision.routes import Officer, OpenWork
from services.supervision.schemas import RectificationView, RevocationBody
from shared.errors import Stale
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import shown

router = APIRouter(prefix="/v1/rectifications", tags=["rectifications · 限期整改"])


@router.post(
    "/{rectification_id}/revocation",
    response_model=RectificationView,
    responses=problems(
        Stale,
        PreconditionMissing,
        refusals.UnknownRectification,
        refusals.NotTheSupervisingOrgan,
        refusals.NotSanctioned,
        refusals.RevocationTooSoon,
        refusals.AlreadyRevoked,
    ),
)
async def order_revocation(
    *, rectification_id: UUID, body: RevocationBody, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """责令取消备案 · Have the filing revoked of who was suspended too long without rectifying (N3.3)."""
    command = revocation.OrderRevocation(
        rectification_id=rectification_id, seen=seen, organ=caller.organ or "", reason=body.reason
    )
    async with open_work(caller) as work:
        rectification = await revocation.order_revocation(command, work)
    return shown(RectificationView.of(rectification))
