"""A case as its applicant works on it, and as everybody concerned reads it."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.filing.domain import refusals
from services.filing.domain.filing import Filing
from services.filing.domain.integrity import UnderIntegrityRecord
from services.filing.domain.materials import MaterialOutdated, PledgeStands, WrongFormat
from services.filing.domain.stages import FilingState
from services.filing.handlers import cases
from services.filing.routes.callers import (
    CHANGING,
    ApplicantCaller,
    ByApplicant,
    CreateOnce,
    OpenWork,
    Reader,
)
from services.filing.schemas.cases import (
    FilingView,
    NewAmendment,
    NewFiling,
    RevisionBody,
)
from shared.http.problems import problems
from shared.http.work import shown
from shared.identity import NotYours, Principal
from shared.persistence.aggregates import OutOfReach
from shared.persistence.idempotency import KeyReused
from shared.policy import NotRoutable, UnknownOrgan

router = APIRouter(prefix="/v1/filings", tags=["filings · 备案申请"])

_ADMISSION = (NotRoutable, refusals.FiledElsewhere, refusals.NotEvaluated)
_WHOLE = (refusals.MaterialsIncomplete, MaterialOutdated, WrongFormat)


async def shown_case(filing: Filing, caller: Principal, open_work: OpenWork) -> Response:
    """A case as the answer; what is owed on it arises with its registration."""
    if filing.state is not FilingState.REGISTERED:
        return shown(FilingView.whole(filing, ()))
    async with open_work(caller) as work:
        owed = await work.obligations.of_filings([filing.id])
    return shown(FilingView.whole(filing, owed))


@router.post(
    "",
    status_code=201,
    response_model=FilingView,
    responses=problems(
        *_ADMISSION,
        UnderIntegrityRecord,
        refusals.NotResponsible,
        refusals.Banned,
        refusals.AlreadyOnRecord,
        UnknownOrgan,
        KeyReused,
        NotYours,
    ),
)
async def draft_filing(body: NewFiling, caller: ApplicantCaller, once: CreateOnce) -> Response:
    """备案草稿 · Open a case in the applicant's district or park."""
    if caller.holder is not None and caller.holder != body.applicant.uscc:
        raise NotYours("只能为本单位申请 · You may apply for your own body only")
    command = cases.DraftFiling(
        applicant=body.applicant.made(),
        organ=body.organ,
        category=body.category,
        audience=body.audience,
        scope=body.scope,
        training=body.training,
        evidence=body.evidence,
        channel=body.channel,
    )
    return await once.create(
        caller,
        body,
        make=lambda work: cases.draft_filing(command, work),
        show=lambda filing: FilingView.whole(filing, ()),
    )


@router.post(
    "/of-institution/{institution_id}",
    status_code=201,
    response_model=FilingView,
    responses=problems(
        *_ADMISSION,
        UnderIntegrityRecord,
        refusals.UnknownInstitution,
        refusals.NothingToAmend,
        refusals.NotOfThisKind,
        refusals.TooManySites,
        refusals.NotRenewable,
        refusals.Banned,
        refusals.Ended,
        KeyReused,
    ),
)
async def draft_amendment(
    institution_id: UUID, body: NewAmendment, caller: ApplicantCaller, once: CreateOnce
) -> Response:
    """增量、续期、变更草稿 · Open a case that extends, renews or changes what is on record."""
    command = cases.DraftAmendment(
        institution_id=institution_id,
        kind=body.kind,
        scope=body.scope,
        particulars=body.particulars.made() if body.particulars else None,
        channel=body.channel,
    )
    return await once.create(
        caller,
        body,
        make=lambda work: cases.draft_amendment(command, work),
        show=lambda filing: FilingView.whole(filing, ()),
    )


@router.get("/{filing_id}", response_model=FilingView, responses=problems(refusals.UnknownFiling))
async def read_filing(filing_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """办件详情 · One case, with what is owed on it."""
    async with open_work(caller) as work:
        filing = await work.filings.get(filing_id)
        owed = await work.obligations.of_filings([filing_id])
    return shown(FilingView.whole(filing, owed))


@router.patch(
    "/{filing_id}",
    response_model=FilingView,
    responses=problems(
        *CHANGING,
        *_ADMISSION,
        refusals.NotMarked,
        refusals.BeingHandled,
        PledgeStands,
        refusals.UnknownInstitution,
        refusals.NothingToAmend,
        refusals.NotOfThisKind,
        refusals.TooManySites,
        OutOfReach,
    ),
)
async def revise_filing(
    command: ByApplicant, body: RevisionBody, caller: ApplicantCaller, open_work: OpenWork
) -> Response:
    """保存草稿、补正 · Save another version of a draft, or of what a correction notice marks."""
    async with open_work(caller) as work:
        filing = await cases.revise_filing(command, body.made(), work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/{filing_id}/submission",
    response_model=FilingView,
    responses=problems(
        *CHANGING,
        *_WHOLE,
        UnderIntegrityRecord,
        refusals.BeingHandled,
        refusals.UnknownInstitution,
        refusals.Ended,
    ),
)
async def submit_filing(command: ByApplicant, caller: ApplicantCaller, open_work: OpenWork) -> Response:
    """提交申请 · Hand the case to the district."""
    async with open_work(caller) as work:
        filing = await cases.submit_filing(command, work)
    return await shown_case(filing, caller, open_work)


@router.post(
    "/{filing_id}/correction",
    response_model=FilingView,
    responses=problems(*CHANGING, *_WHOLE),
)
async def correct_filing(command: ByApplicant, caller: ApplicantCaller, open_work: OpenWork) -> Response:
    """补正完成 · Hand the corrected case back; the organ's clock runs on."""
    async with open_work(caller) as work:
        filing = await cases.correct_filing(command, work)
    return await shown_case(filing, caller, open_work)


@router.post("/{filing_id}/mending", response_model=FilingView, responses=problems(*CHANGING))
async def mend_filing(command: ByApplicant, caller: ApplicantCaller, open_work: OpenWork) -> Response:
    """整改完成 · What the panel asked for was put right; the case is assessed once more."""
    async with open_work(caller) as work:
        filing = await cases.mend_filing(command, work)
    return await shown_case(filing, caller, open_work)


@router.post("/{filing_id}/withdrawal", response_model=FilingView, responses=problems(*CHANGING))
async def withdraw_filing(command: ByApplicant, caller: ApplicantCaller, open_work: OpenWork) -> Response:
    """撤回申请 · Take the case back."""
    async with open_work(caller) as work:
        filing = await cases.withdraw_filing(command, work)
    return await shown_case(filing, caller, open_work)
