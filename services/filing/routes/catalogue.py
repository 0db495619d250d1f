"""Editions of the occupation catalogue over HTTP, for the city's officers."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.filing.domain import catalogue as rules
from services.filing.handlers import catalogue
from services.filing.handlers.catalogue import OnEdition
from services.filing.routes.callers import Officer, OpenWork
from services.filing.schemas.catalogue import (
    EditionDecisionBody,
    EditionProposalBody,
    EditionSummaryView,
    EditionView,
)
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor

router = APIRouter(prefix="/v1/catalogue-editions", tags=["occupations · 职业目录"])

_ACTING = (Stale, PreconditionMissing, rules.UnknownEdition, rules.EditionSettled)


async def on_edition(edition_id: UUID, caller: Officer, seen: Seen) -> OnEdition:
    """The edition an officer acts on, at the version seen; behind a portal the officer counts as the person."""
    return OnEdition(edition_id=edition_id, seen=seen, by=caller.on_behalf_of or caller.subject)


ByOfficer = Annotated[OnEdition, Depends(on_edition)]


@router.get("", response_model=PageView[EditionSummaryView], responses=problems(BadCursor))
async def list_editions(
    *, caller: Officer, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """目录版本 · Editions that the province told, the latest first; the city decides on them."""
    async with open_work(caller) as work:
        page = await work.editions.page(cursor=cursor, size=size)
    return shown_page(page, EditionSummaryView.summary)


@router.get("/{edition_id}", response_model=EditionView, responses=problems(rules.UnknownEdition))
async def read_edition(edition_id: UUID, caller: Officer, open_work: OpenWork) -> Response:
    """目录版本详情 · One edition, and what of it is other than the catalogue in force."""
    async with open_work(caller) as work:
        edition = await work.editions.get(edition_id)
        view = EditionView.of(edition, work.policy)
    return shown(view)


@router.post("/{edition_id}/proposal", response_model=EditionView, responses=problems(*_ACTING))
async def propose_edition(
    body: EditionProposalBody, command: ByOfficer, caller: Officer, open_work: OpenWork
) -> Response:
    """拟采用 · Propose to take an edition over; another person confirms it."""
    async with open_work(caller) as work:
        edition = await catalogue.propose_edition(command, body.reason, work)
        view = EditionView.of(edition, work.policy)
    return shown(view.model_copy(update={"version": edition.version}))


@router.post(
    "/{edition_id}/decision",
    response_model=EditionView,
    responses=problems(*_ACTING, rules.SamePersonEdition, rules.NotInThePack),
)
async def decide_edition(
    body: EditionDecisionBody, command: ByOfficer, caller: Officer, open_work: OpenWork
) -> Response:
    """确认采用或不采用 · Confirm that the pack in force says the same, or set the edition aside."""
    async with open_work(caller) as work:
        edition = await catalogue.decide_edition(command, body.opinion, work, accepted=body.accepted)
        view = EditionView.of(edition, work.policy)
    return shown(view.model_copy(update={"version": edition.version}))
