"""告知承诺: signed and withdrawn by the applicant itself, checked by the organ (N3.3)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import TypeAdapter

from services.filing.domain import pledge as pledged
from services.filing.domain import refusals
from services.filing.domain.integrity import UnderIntegrityRecord
from services.filing.domain.materials import PledgeStands
from services.filing.domain.officer import RecusedOfficer
from services.filing.domain.pledge import Signer
from services.filing.handlers import pledges
from services.filing.handlers.pledges import Finding, OnPledge
from services.filing.routes.callers import (
    CHANGING,
    OFFICIAL,
    ApplicantCaller,
    Officer,
    OpenWork,
    Reader,
)
from services.filing.routes.cases import shown_case
from services.filing.routes.obligations import ByOwner
from services.filing.schemas.cases import FilingView
from services.filing.schemas.materials import MaterialKindId
from services.filing.schemas.obligations import ObligationView
from services.filing.schemas.pledges import PledgeBody, PledgeCheckBody, PledgeTextView, PledgeView
from shared.errors import Stale
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import shown
from shared.identity import Principal

router = APIRouter(prefix="/v1", tags=["pledges · 告知承诺"])

_PLEDGES = TypeAdapter(list[PledgeView])


async def signer_of(caller: ApplicantCaller) -> Signer:
    """Who signs, as its token says."""
    return Signer(subject=caller.subject, holder=caller.holder, on_behalf_of=caller.on_behalf_of)


async def on_pledge(filing_id: UUID, kind: MaterialKindId, seen: Seen) -> OnPledge:
    """The document of a case, at the version seen."""
    return OnPledge(filing_id=filing_id, seen=seen, kind=kind)


BySigner = Annotated[Signer, Depends(signer_of)]
Pledged = Annotated[OnPledge, Depends(on_pledge)]


@router.get("/pledge-text", response_model=PledgeTextView, responses=problems())
async def read_pledge_text(caller: Reader, open_work: OpenWork) -> Response:
    """告知承诺书 · The text that holds today; its version is what is signed."""
    async with open_work(caller) as work:
        view = PledgeTextView.on(work.policy, work.today)
    return Response(view.model_dump_json(), media_type="application/json")


@router.get(
    "/filings/{filing_id}/pledges",
    response_model=list[PledgeView],
    responses=problems(refusals.UnknownFiling),
)
async def list_pledges(filing_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """本件承诺 · What was pledged in a case, the very text that was signed, and what checking it found."""
    async with open_work(caller) as work:
        await work.filings.get(filing_id)
        found = await work.pledges.of_filing(filing_id)
    views = [PledgeView.of(each) for each in found]
    return Response(_PLEDGES.dump_json(views), media_type="application/json")


@router.post(
    "/filings/{filing_id}/pledges/{kind}",
    response_model=FilingView,
    responses=problems(
        *CHANGING,
        refusals.UnknownMaterial,
        refusals.NotPledgeable,
        refusals.NotMarked,
        pledged.NoProxy,
        pledged.PledgeTextChanged,
        pledged.AlreadyWithdrawn,
        PledgeStands,
        UnderIntegrityRecord,
    ),
)
async def sign_pledge(
    *, on: Pledged, signer: BySigner, body: PledgeBody, caller: ApplicantCaller, open_work: OpenWork
) -> Response:
    """签署承诺 · Pledge a document instead of handing it in; the applicant signs itself, with its own client."""
    async with open_work(caller) as work:
        filing = await pledges.sign_pledge(on, signer, body.text_version, work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/filings/{filing_id}/pledges/{kind}/withdrawal",
    response_model=FilingView,
    responses=problems(
        *CHANGING, refusals.NotMarked, pledged.NoProxy, pledged.UnknownPledge, pledged.PledgeSettled
    ),
)
async def withdraw_pledge(
    on: Pledged, signer: BySigner, caller: ApplicantCaller, open_work: OpenWork
) -> Response:
    """撤回承诺 · Take a pledge back; the same document cannot be pledged again this calendar year."""
    async with open_work(caller) as work:
        filing = await pledges.withdraw_pledge(on, signer, work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/filings/{filing_id}/pledges/{kind}/check",
    response_model=FilingView,
    responses=problems(*OFFICIAL, pledged.UnknownPledge, pledged.PledgeSettled),
)
async def check_pledge(on: Pledged, body: PledgeCheckBody, caller: Officer, open_work: OpenWork) -> Response:
    """核查承诺（登记前） · What checking it found before the decision; a false one refuses the case."""
    async with open_work(caller) as work:
        filing = await pledges.check_pledge(on, _found(body, caller), work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/obligations/{obligation_id}/pledge-check",
    response_model=ObligationView,
    responses=problems(
        refusals.UnknownObligation,
        refusals.NotOwedByYou,
        refusals.ObligationSettled,
        pledged.NotAPledgeCheck,
        pledged.PledgeSettled,
        RecusedOfficer,
        Stale,
        PreconditionMissing,
    ),
)
async def settle_pledge_check(
    command: ByOwner, body: PledgeCheckBody, caller: Officer, open_work: OpenWork
) -> Response:
    """核查承诺（登记后） · What checking it found afterwards; a false one voids the filing and is entered as a record."""
    async with open_work(caller) as work:
        owed = await pledges.settle_pledge_check(command, _found(body, caller), work)
    return shown(ObligationView.of(owed))


def _found(body: PledgeCheckBody, caller: Principal) -> Finding:
    return Finding(kept=body.kept, text=body.finding, by=caller.subject, organ=caller.organ or "")
