"""What is owed, one by one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.filing.domain import refusals
from services.filing.handlers import obligations
from services.filing.handlers.obligations import OnObligation
from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.obligations import ObligationView, SettlementBody
from shared.errors import Stale
from shared.http.auth import NotPermitted
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import shown
from shared.identity import Permission

router = APIRouter(prefix="/v1/obligations", tags=["obligations · 待办"])


def on_obligation(obligation_id: UUID, caller: Reader, seen: Seen) -> OnObligation:
    """The obligation an officer reports on; raises NotPermitted for anybody who is none."""
    if not caller.permissions & {Permission.ASSESS, Permission.ACKNOWLEDGE}:
        raise NotPermitted("须为经办人员 · for officers")
    return OnObligation(
        obligation_id=obligation_id, seen=seen, organ=caller.organ or "", actor=caller.subject
    )


ByOwner = Annotated[OnObligation, Depends(on_obligation)]


@router.post(
    "/{obligation_id}/settlement",
    response_model=ObligationView,
    responses=problems(
        refusals.UnknownObligation,
        refusals.NotOwedByYou,
        refusals.ObligationSettled,
        refusals.NotByHand,
        Stale,
        PreconditionMissing,
    ),
)
async def settle_obligation(
    command: ByOwner, body: SettlementBody, caller: Reader, open_work: OpenWork
) -> Response:
    """办结待办 · Report as done: copy acknowledged (N2.4), plaque and certificate handed over (N2.8), connected (N2.1)."""
    async with open_work(caller) as work:
        owed = await obligations.settle_obligation(command, body.note, work)
    return shown(ObligationView.of(owed))
