"""Outstanding institutions (N3.5): named and withdrawn by officers; what is public of them stands with the publicity."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.filing.domain import commendation as rules
from services.filing.domain import refusals
from services.filing.domain.lifecycle import ProvinceDecides
from services.filing.handlers import commendations
from services.filing.handlers.commendations import NameOutstanding, OnCommendation
from services.filing.routes.callers import CreateOnce, Officer, OpenWork, Reader
from services.filing.schemas.commendations import CommendationView, NewCommendation
from services.filing.schemas.parts import Reason
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

router = APIRouter(prefix="/v1/commendations", tags=["commendations · 先进典型"])


@router.post(
    "",
    status_code=201,
    response_model=CommendationView,
    responses=problems(
        refusals.UnknownInstitution,
        refusals.NotTheHandlingOrgan,
        ProvinceDecides,
        rules.NotCommendable,
        rules.AlreadyCommended,
        rules.BadPublication,
        KeyReused,
    ),
)
async def name_outstanding(body: NewCommendation, caller: Officer, once: CreateOnce) -> Response:
    """推出先进典型 · Hold an institution that your organ filed up as an example; withdrawn when it is suspended or ends."""
    command = NameOutstanding(**body.model_dump(), organ=caller.organ or "—")
    return await once.create(
        caller,
        body,
        make=lambda work: commendations.name_outstanding(command, work),
        show=CommendationView.of,
    )


@router.get("", response_model=PageView[CommendationView], responses=problems(BadCursor))
async def list_commendations(
    *,
    caller: Reader,
    open_work: OpenWork,
    institution_id: Annotated[
        UUID | None, Query(description="只看一家机构 · of one institution only")
    ] = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """先进典型台账 · Commendations within your reach, those withdrawn among them, the latest first."""
    async with open_work(caller) as work:
        page = await work.commendations.page(institution_id=institution_id, cursor=cursor, size=size)
    return shown_page(page, CommendationView.of)


@router.get(
    "/{commendation_id}", response_model=CommendationView, responses=problems(rules.UnknownCommendation)
)
async def read_commendation(commendation_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """先进典型详情 · One commendation."""
    async with open_work(caller) as work:
        commendation = await work.commendations.get(commendation_id)
    return shown(CommendationView.of(commendation))


@router.post(
    "/{commendation_id}/withdrawal",
    response_model=CommendationView,
    responses=problems(
        rules.UnknownCommendation,
        refusals.NotTheHandlingOrgan,
        rules.CommendationWithdrawn,
        Stale,
        PreconditionMissing,
    ),
)
async def withdraw_commendation(
    *, commendation_id: UUID, body: Reason, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """撤销先进典型 · It is held up no more."""
    command = OnCommendation(
        commendation_id=commendation_id, seen=seen, organ=caller.organ or "—", actor=caller.subject
    )
    async with open_work(caller) as work:
        commendation = await commendations.withdraw_commendation(command, body.reason, work)
    return shown(CommendationView.of(commendation))
