"""A case as the organ that handles it decides on it."""

from fastapi import APIRouter, Response

from services.filing.domain import refusals
from services.filing.handlers import cases, registration
from services.filing.routes.callers import OFFICIAL, ByOfficer, Officer, OpenWork
from services.filing.routes.cases import shown_case
from services.filing.schemas.cases import CorrectionBody, FilingView
from services.filing.schemas.parts import Reason
from shared.http.problems import problems
from shared.policy import NotRoutable

router = APIRouter(prefix="/v1/filings", tags=["decisions · 办理"])


@router.post(
    "/{filing_id}/correction-notice",
    response_model=FilingView,
    responses=problems(*OFFICIAL, refusals.AlreadyCorrected, refusals.NothingToCorrect),
)
async def ask_correction(
    command: ByOfficer, body: CorrectionBody, caller: Officer, open_work: OpenWork
) -> Response:
    """一次性告知补正 · Tell everything that has to be corrected; the organ's clock stops meanwhile."""
    async with open_work(caller) as work:
        filing = await cases.ask_correction(command, body.made(), work)
    return await shown_case(filing, caller, open_work)


@router.post("/{filing_id}/acceptance", response_model=FilingView, responses=problems(*OFFICIAL))
async def accept_filing(command: ByOfficer, caller: Officer, open_work: OpenWork) -> Response:
    """受理 · Take the case on."""
    async with open_work(caller) as work:
        filing = await cases.accept_filing(command, work)
    return await shown_case(filing, caller, open_work)


@router.post("/{filing_id}/publicity", response_model=FilingView, responses=problems(*OFFICIAL))
async def publicise_filing(command: ByOfficer, caller: Officer, open_work: OpenWork) -> Response:
    """公示 · Publish the intended registration."""
    async with open_work(caller) as work:
        filing = await cases.publicise_filing(command, work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/{filing_id}/registration",
    response_model=FilingView,
    responses=problems(
        *OFFICIAL,
        refusals.PublicityRunning,
        refusals.ObjectionOpen,
        refusals.AlreadyOnRecord,
        refusals.AlreadyCovered,
        refusals.NotRenewable,
        refusals.Banned,
        refusals.Ended,
        NotRoutable,
    ),
)
async def register_filing(command: ByOfficer, caller: Officer, open_work: OpenWork) -> Response:
    """备案登记 · Put a filing that passed on record with plaque and certificate, or amend the record."""
    async with open_work(caller) as work:
        filing = await registration.register_filing(command, work)
    return await shown_case(filing, caller, open_work)


@router.post("/{filing_id}/refusal", response_model=FilingView, responses=problems(*OFFICIAL))
async def refuse_filing(command: ByOfficer, body: Reason, caller: Officer, open_work: OpenWork) -> Response:
    """不予受理、不予备案 · Decide against it, with the reason."""
    async with open_work(caller) as work:
        filing = await cases.refuse_filing(command, body.reason, work)
    return await shown_case(filing, caller, open_work)
