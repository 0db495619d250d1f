"""Filing over HTTP: who asks, what they send, which handler, what they see."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.filing import handlers
from services.filing.domain import refusals
from services.filing.domain.terms import Applicant, FilingState, Material, Score
from services.filing.handlers import OnFiling, Work
from services.filing.schemas import (
    AssessmentBody,
    FilingView,
    InstitutionView,
    MaterialBody,
    NewFiling,
    RoutingQuery,
    RoutingView,
    ScopeView,
)
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import Once, PageView, RequestWorks, shown, shown_page
from shared.identity import NotYours, Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.policy import NotRoutable, UnknownOrgan

ApplicantCaller = Annotated[Principal, allowed(Permission.APPLY)]
Officer = Annotated[Principal, allowed(Permission.ASSESS)]
CityOfficer = Annotated[Principal, allowed(Permission.ACKNOWLEDGE)]
Reader = Annotated[Principal, allowed(Permission.READ_REGISTER)]
OpenWork = Annotated[RequestWorks[Work], Depends(RequestWorks)]
CreateOnce = Annotated[Once[Work], Depends(Once)]

routing = APIRouter(prefix="/v1/routing-decisions", tags=["routing · 管辖"])
filings = APIRouter(prefix="/v1/filings", tags=["filings · 备案申请"])
institutions = APIRouter(prefix="/v1/institutions", tags=["institutions · 评价机构"])

_changing = (refusals.UnknownFiling, refusals.OutOfTurn, Stale, PreconditionMissing)


@routing.post("", response_model=RoutingView, responses=problems(NotRoutable))
async def decide_routing(query: RoutingQuery, caller: Reader, open_work: OpenWork) -> Response:
    """管辖判定 · Who assesses, files, opens the account and is copied, or why nobody does."""
    asked = handlers.DecideRouting(
        category=query.category,
        audience=query.audience,
        uscc=query.uscc,
        evidence=query.evidence,
        scope=query.scope,
    )
    async with open_work(caller) as work:
        decided = await handlers.decide_routing(asked, work)
    return Response(RoutingView.of(decided).model_dump_json(), media_type="application/json")


@filings.post(
    "",
    status_code=201,
    response_model=FilingView,
    responses=problems(
        NotRoutable,
        refusals.FiledElsewhere,
        refusals.NotEvaluated,
        refusals.NotResponsible,
        UnknownOrgan,
        KeyReused,
        NotYours,
    ),
)
async def draft_filing(body: NewFiling, caller: ApplicantCaller, once: CreateOnce) -> Response:
    """备案草稿 · Open a case in the applicant's district or park."""
    if caller.holder is not None and caller.holder != body.applicant.uscc:
        raise NotYours("只能为本单位申请 · You may apply for your own body only")
    command = handlers.DraftFiling(
        applicant=Applicant(name=body.applicant.name, uscc=body.applicant.uscc),
        organ=body.organ,
        category=body.category,
        audience=body.audience,
        scope=body.scope,
        training=body.training,
        evidence=body.evidence,
    )
    return await once.create(
        caller, body, make=lambda work: handlers.draft_filing(command, work), show=FilingView.of
    )


@filings.get("", response_model=PageView[FilingView], responses=problems(BadCursor))
async def list_filings(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: FilingState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """办件队列 · Cases in the order in which they are taken; enterprises that trained come first (N1.1)."""
    async with open_work(caller) as work:
        page = await work.filings.queue(state=state, cursor=cursor, size=size)
    return shown_page(page, FilingView.of)


@filings.get("/{filing_id}", response_model=FilingView, responses=problems(refusals.UnknownFiling))
async def read_filing(filing_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """办件详情 · One case, with what is owed on it."""
    async with open_work(caller) as work:
        filing = await work.filings.get(filing_id)
    return shown(FilingView.of(filing))


@filings.post(
    "/{filing_id}/materials",
    response_model=FilingView,
    responses=problems(*_changing, refusals.UnknownMaterial, refusals.NotPledgeable),
)
async def hand_in_material(
    *, filing_id: UUID, body: MaterialBody, caller: ApplicantCaller, seen: Seen, open_work: OpenWork
) -> Response:
    """提交材料 · Hand in one document, or pledge it."""
    material = Material(**body.model_dump())
    async with open_work(caller) as work:
        filing = await handlers.hand_in_material(OnFiling(filing_id=filing_id, seen=seen), material, work)
    return shown(FilingView.of(filing))


@filings.post(
    "/{filing_id}/submission",
    response_model=FilingView,
    responses=problems(*_changing, refusals.MaterialsIncomplete),
)
async def submit_filing(
    *, filing_id: UUID, caller: ApplicantCaller, seen: Seen, open_work: OpenWork
) -> Response:
    """提交申请 · Hand the case to the district."""
    async with open_work(caller) as work:
        filing = await handlers.submit_filing(OnFiling(filing_id=filing_id, seen=seen), work)
    return shown(FilingView.of(filing))


@filings.post("/{filing_id}/withdrawal", response_model=FilingView, responses=problems(*_changing))
async def withdraw_filing(
    *, filing_id: UUID, caller: ApplicantCaller, seen: Seen, open_work: OpenWork
) -> Response:
    """撤回申请 · Take the case back."""
    async with open_work(caller) as work:
        filing = await handlers.withdraw_filing(OnFiling(filing_id=filing_id, seen=seen), work)
    return shown(FilingView.of(filing))


_official = (*_changing, refusals.NotTheHandlingOrgan)


@filings.post("/{filing_id}/acceptance", response_model=FilingView, responses=problems(*_official))
async def accept_filing(filing_id: UUID, caller: Officer, seen: Seen, open_work: OpenWork) -> Response:
    """受理 · Take the case on."""
    async with open_work(caller) as work:
        filing = await handlers.accept_filing(_by(caller, filing_id, seen), work)
    return shown(FilingView.of(filing))


@filings.post(
    "/{filing_id}/assessment",
    response_model=FilingView,
    responses=problems(*_official, refusals.BadPanel),
)
async def assess_filing(
    *, filing_id: UUID, body: AssessmentBody, caller: Officer, seen: Seen, open_work: OpenWork
) -> Response:
    """评估 · Record the experts' marks."""
    scores = tuple(Score(**each.model_dump()) for each in body.scores)
    async with open_work(caller) as work:
        filing = await handlers.assess_filing(_by(caller, filing_id, seen), scores, work)
    return shown(FilingView.of(filing))


@filings.post("/{filing_id}/publicity", response_model=FilingView, responses=problems(*_official))
async def publicise_filing(filing_id: UUID, caller: Officer, seen: Seen, open_work: OpenWork) -> Response:
    """公示 · Publish the intended registration."""
    async with open_work(caller) as work:
        filing = await handlers.publicise_filing(_by(caller, filing_id, seen), work)
    return shown(FilingView.of(filing))


@filings.post(
    "/{filing_id}/registration",
    response_model=FilingView,
    responses=problems(*_official, refusals.PublicityRunning, refusals.AlreadyOnRecord, NotRoutable),
)
async def register_filing(filing_id: UUID, caller: Officer, seen: Seen, open_work: OpenWork) -> Response:
    """备案登记 · Put a filing that passed on record, with plaque and certificate."""
    async with open_work(caller) as work:
        filing = await handlers.register_filing(_by(caller, filing_id, seen), work)
    return shown(FilingView.of(filing))


@filings.post(
    "/{filing_id}/copy-acknowledgement",
    response_model=FilingView,
    responses=problems(*_changing, refusals.NothingToAcknowledge),
)
async def acknowledge_copy(filing_id: UUID, caller: CityOfficer, seen: Seen, open_work: OpenWork) -> Response:
    """抄报确认 · The city has taken note of a filing copied to it (N2.4)."""
    async with open_work(caller) as work:
        filing = await handlers.acknowledge_copy(_by(caller, filing_id, seen), work)
    return shown(FilingView.of(filing))


@institutions.get("", response_model=PageView[InstitutionView], responses=problems(BadCursor))
async def list_institutions(
    *, caller: Reader, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """评价机构名录 · The register, by name."""
    async with open_work(caller) as work:
        page = await work.institutions.page(cursor=cursor, size=size)
    return shown_page(page, InstitutionView.of)


@institutions.get(
    "/{institution_id}", response_model=InstitutionView, responses=problems(refusals.UnknownInstitution)
)
async def read_institution(institution_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """机构详情 · One institution on record."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    return shown(InstitutionView.of(institution))


@institutions.get(
    "/{institution_id}/scope", response_model=ScopeView, responses=problems(refusals.UnknownInstitution)
)
async def read_scope(
    *, institution_id: UUID, caller: Reader, open_work: OpenWork, on: date | None = None
) -> Response:
    """评价范围 · What it may evaluate on a day; nothing while it is suspended."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    day = on or work.today
    view = ScopeView(institution_id=institution.id, on=day, items=institution.scope_on(day))
    return Response(view.model_dump_json(), media_type="application/json")


def _by(caller: Principal, filing_id: UUID, seen: int) -> OnFiling:
    return OnFiling(filing_id=filing_id, seen=seen, organ=caller.organ or "")
