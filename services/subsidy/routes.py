"""Subsidy over HTTP: who asks, what they send, which handler, what they see."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.subsidy import handlers
from services.subsidy.domain import refusals
from services.subsidy.domain.claim import ClaimState
from services.subsidy.handlers import OnClaim, OpenClaim, Work
from services.subsidy.schemas import (
    CertificateView,
    ClaimSummaryView,
    ClaimView,
    NewClaim,
    PreviewView,
    ReviewBody,
)
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import Once, PageView, RequestWorks, once_of, shown, shown_page, works_of
from shared.identity import NotYours, Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused
from shared.values import CertificateNumber

Claimant = Annotated[Principal, allowed(Permission.CLAIM)]
Reviewer = Annotated[Principal, allowed(Permission.REVIEW_CLAIMS)]
Payer = Annotated[Principal, allowed(Permission.PAY_CLAIMS)]
Reader = Annotated[Principal, allowed(Permission.READ_REGISTER)]
OpenWork = Annotated[RequestWorks[Work], Depends(works_of)]
CreateOnce = Annotated[Once[Work], Depends(once_of)]

claims = APIRouter(prefix="/v1/claims", tags=["claims · 补贴申领"])
certificates = APIRouter(prefix="/v1/certificates", tags=["certificates · 证书"])

_claiming = (
    refusals.UnknownInstitution,
    refusals.UnknownCertificate,
    refusals.RepeatedCertificate,
    refusals.InstitutionSuspended,
    refusals.InstitutionRevoked,
    NotYours,
)
_changing = (
    refusals.UnknownClaim,
    refusals.ClaimIsFrozen,
    refusals.OutOfTurn,
    refusals.InstitutionSuspended,
    refusals.InstitutionRevoked,
    refusals.NotTheHandlingOrgan,
    Stale,
    PreconditionMissing,
)


@claims.post(
    "",
    status_code=201,
    response_model=ClaimView,
    responses=problems(*_claiming, refusals.AlreadyClaimed, KeyReused),
)
async def open_claim(body: NewClaim, caller: Claimant, once: CreateOnce) -> Response:
    """补贴申领 · Claim for certificates of own staff; each is decided at once, with every rule (N1.4, N1.6, N1.7)."""
    command = _asked(body, caller)
    return await once.create(
        caller, body, make=lambda work: handlers.open_claim(command, work), show=ClaimView.of
    )


@claims.post("/preview", response_model=PreviewView, responses=problems(*_claiming))
async def preview_claim(body: NewClaim, caller: Claimant, open_work: OpenWork) -> Response:
    """申领试算 · The same decisions, with nothing kept."""
    async with open_work(caller) as work:
        assessment = await handlers.preview_claim(_asked(body, caller), work)
    return Response(PreviewView.of(assessment).model_dump_json(), media_type="application/json")


@claims.get("", response_model=PageView[ClaimSummaryView], responses=problems(BadCursor))
async def list_claims(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: ClaimState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """申领列表 · Claims in the order in which they came in, without their items."""
    async with open_work(caller) as work:
        page = await work.claims.page(state=state, cursor=cursor, size=size)
    return shown_page(page, ClaimSummaryView.of)


@claims.get("/{claim_id}", response_model=ClaimView, responses=problems(refusals.UnknownClaim))
async def read_claim(claim_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """申领详情 · One claim, with the reason of every decision in it."""
    async with open_work(caller) as work:
        claim = await work.claims.get(claim_id)
    return shown(ClaimView.of(claim))


@claims.post(
    "/{claim_id}/review",
    response_model=ClaimView,
    responses=problems(*_changing, refusals.ReasonMissing),
)
async def review_claim(
    *, claim_id: UUID, body: ReviewBody, caller: Reviewer, seen: Seen, open_work: OpenWork
) -> Response:
    """审核 · Approve a claim or decline it; what is declined may be claimed again."""
    async with open_work(caller) as work:
        claim = await handlers.review_claim(
            _by(caller, claim_id, seen), work, approve=body.approve, reason=body.reason
        )
    return shown(ClaimView.of(claim))


@claims.post(
    "/{claim_id}/payment",
    response_model=ClaimView,
    responses=problems(*_changing, refusals.SamePerson),
)
async def pay_claim(claim_id: UUID, caller: Payer, seen: Seen, open_work: OpenWork) -> Response:
    """发放 · Pay an approved claim; another person than the reviewer."""
    async with open_work(caller) as work:
        claim = await handlers.pay_claim(_by(caller, claim_id, seen), work)
    return shown(ClaimView.of(claim))


@certificates.get(
    "/{number}", response_model=CertificateView, responses=problems(refusals.UnknownCertificate)
)
async def read_certificate(number: CertificateNumber, caller: Reader, open_work: OpenWork) -> Response:
    """证书详情 · One certificate, its holder masked."""
    async with open_work(caller) as work:
        certificate, holder = await handlers.read_certificate(number, work)
    return shown(CertificateView.of(certificate, holder))


def _asked(body: NewClaim, caller: Principal) -> OpenClaim:
    return OpenClaim(
        institution_id=body.institution_id,
        certificate_numbers=body.certificate_numbers,
        holder=caller.holder,
    )


def _by(caller: Principal, claim_id: UUID, seen: int) -> OnClaim:
    """The officer counts as the person, also when a portal acts in the officer's name."""
    person = caller.on_behalf_of or caller.subject
    return OnClaim(claim_id=claim_id, seen=seen, by=person, organ=caller.organ or "")
