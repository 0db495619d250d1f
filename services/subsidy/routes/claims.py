"""Claims over HTTP, as their claimants make them and everybody concerned reads them."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, UploadFile

from services.subsidy.claim_sheets import CLAIM
from services.subsidy.domain import refusals
from services.subsidy.domain.claim import Claim, ClaimState
from services.subsidy.domain.faults import NothingGood
from services.subsidy.domain.item import Item, ItemState
from services.subsidy.domain.queue import Wanted
from services.subsidy.domain.upload import NothingReturned, SameUpload
from services.subsidy.handlers import Work, claims
from services.subsidy.handlers.claims import DraftClaim, OnOwnClaim, OpenClaim
from services.subsidy.holders import masked_in
from services.subsidy.routes.callers import Claimant, CreateOnce, Escalated, Late, OpenWork, Reader
from services.subsidy.routes.sheets import A_WORKBOOK, UPLOADING, empty, errors, received
from services.subsidy.schemas.claims import (
    SHOWN_ITEMS,
    ClaimSummaryView,
    ClaimView,
    NewClaim,
    PersonView,
    PreviewView,
    SentSheet,
    TrialView,
)
from services.subsidy.schemas.items import ItemView
from shared.errors import Stale
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import NotYours, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

router = APIRouter(prefix="/v1/claims", tags=["claims · 补贴申领"])

UPLOADS = r"/v1/claims/sheets"

_CLAIMING = (
    refusals.UnknownInstitution,
    refusals.InstitutionSuspended,
    refusals.InstitutionRevoked,
    NotYours,
)
_LISTING = (*_CLAIMING, refusals.UnknownCertificate, refusals.RepeatedCertificate)
_OWN = (
    refusals.UnknownClaim,
    refusals.ClaimIsFrozen,
    refusals.OutOfTurn,
    NotYours,
    Stale,
    PreconditionMissing,
)
_SENDING = tuple(kind for kind in UPLOADING if kind is not SameUpload)

Shown = tuple[Claim, Sequence[Item], PersonView | None, int | None]


async def with_items(claim: Claim, work: Work) -> Shown:
    """A claim with the items that are shown with it, who claims, masked, where it is a person, and its open signals."""
    person = claim.person
    shown_as = PersonView.of(person, masked_in(work.cipher, claim.id, person.holder)) if person else None
    items = await work.items.first(claim.id, most=SHOWN_ITEMS)
    return claim, items, shown_as, await work.signals.open_on(claim)


@router.post(
    "",
    status_code=201,
    response_model=ClaimView,
    responses=problems(*_LISTING, refusals.AlreadyClaimed, KeyReused),
)
async def open_claim(body: NewClaim, caller: Claimant, once: CreateOnce) -> Response:
    """补贴申领 · Claim for certificates of own staff; each is decided at once, with every rule (N1.4, N1.6, N1.7)."""
    command = _asked(body, caller)

    async def make(work: Work) -> Shown:
        return await with_items(await claims.open_claim(command, work), work)

    return await once.create(caller, body, make=make, show=lambda made: ClaimView.of(*made))


@router.post("/preview", response_model=PreviewView, responses=problems(*_LISTING))
async def preview_claim(body: NewClaim, caller: Claimant, open_work: OpenWork) -> Response:
    """申领试算 · The same decisions, with nothing kept."""
    async with open_work(caller) as work:
        assessment = await claims.preview_claim(_asked(body, caller), work)
    return Response(PreviewView.of(assessment).model_dump_json(), media_type="application/json")


@router.get("/sheets/template", response_class=Response, responses={**problems(), **A_WORKBOOK})
async def read_claim_template(caller: Claimant) -> Response:
    """申领表模板 · The spreadsheet to be filled in for a large claim."""
    del caller
    return await empty(CLAIM)


@router.post(
    "/sheets",
    status_code=201,
    response_model=ClaimView,
    responses=problems(*_CLAIMING, *_SENDING, NothingGood),
)
async def draft_claim(
    *,
    institution_id: Annotated[UUID, Query(description="申领单位 · the institution that claims")],
    file: UploadFile,
    caller: Claimant,
    once: CreateOnce,
    request: Request,
) -> Response:
    """上传申领表 · Draft a claim from XLSX, CSV or JSON; wrong rows come back, the rest goes on."""
    sheet = await received(file, CLAIM, request)
    command = DraftClaim(
        institution_id=institution_id,
        holder=caller.holder,
        file_name=_cleaned(file.filename or ""),
        sheet=sheet,
    )

    async def make(work: Work) -> Shown:
        return await with_items(await claims.draft_claim(command, work), work)

    sent = SentSheet(institution_id=institution_id, sha256=sheet.sha256)
    return await once.create(caller, sent, make=make, show=lambda made: ClaimView.of(*made))


@router.get("", response_model=PageView[ClaimSummaryView], responses=problems(BadCursor))
async def list_claims(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: ClaimState | None = None,
    overdue: Late = False,
    escalated: Escalated = False,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """申领列表 · Claims in the order in which they came in, without their items; the overdue ones, if you like."""
    async with open_work(caller) as work:
        wanted = Wanted(state=state, overdue_at=work.at if overdue else None, escalated=escalated)
        page = await work.claims.page(wanted, cursor=cursor, size=size)
    return shown_page(page, ClaimSummaryView.of)


@router.get("/{claim_id}", response_model=ClaimView, responses=problems(refusals.UnknownClaim))
async def read_claim(claim_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """申领详情 · One claim, with the reason of every decision in it."""
    async with open_work(caller) as work:
        made = await with_items(await work.claims.get(claim_id), work)
    return shown(ClaimView.of(*made))


@router.get(
    "/{claim_id}/items",
    response_model=PageView[ItemView],
    responses=problems(refusals.UnknownClaim, BadCursor),
)
async def list_items(
    *,
    claim_id: UUID,
    caller: Reader,
    open_work: OpenWork,
    state: ItemState | None = None,
    sampled: bool | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """申领明细 · The items of a claim in the order listed, with every rule."""
    async with open_work(caller) as work:
        await work.claims.get(claim_id)
        page = await work.items.page(claim_id, state=state, sampled=sampled, cursor=cursor, size=size)
    return shown_page(page, ItemView.of)


@router.get(
    "/{claim_id}/errors.xlsx",
    response_class=Response,
    responses={**problems(refusals.UnknownClaim, NothingReturned), **A_WORKBOOK},
)
async def read_claim_errors(claim_id: UUID, caller: Claimant, open_work: OpenWork) -> Response:
    """退回的行 · The rows that were not taken, marked; corrected, they can be sent as they are."""
    async with open_work(caller) as work:
        await work.claims.get(claim_id)
        returned = await work.faults.of_claim(claim_id)
    return await errors(claim_id, CLAIM, returned)


@router.get(
    "/{claim_id}/trial",
    response_model=TrialView,
    responses=problems(refusals.UnknownClaim, refusals.OutOfTurn, NotYours),
)
async def try_claim(claim_id: UUID, caller: Claimant, open_work: OpenWork) -> Response:
    """草稿试算 · What a draft would come to if it were submitted now; nothing is kept."""
    async with open_work(caller) as work:
        trial = await claims.try_claim(claim_id, caller.holder, work)
    return Response(TrialView.of(trial).model_dump_json(), media_type="application/json")


@router.post(
    "/{claim_id}/submission",
    response_model=ClaimView,
    responses=problems(
        *_OWN, refusals.InstitutionSuspended, refusals.InstitutionRevoked, refusals.AlreadyClaimed
    ),
)
async def submit_claim(claim_id: UUID, caller: Claimant, seen: Seen, open_work: OpenWork) -> Response:
    """提交 · Submit a draft: a small one is decided at once, a large one in the background."""
    async with open_work(caller) as work:
        claim = await claims.submit_claim(_own(caller, claim_id, seen), work)
        made = await with_items(claim, work)
    return shown(ClaimView.of(*made))


@router.post("/{claim_id}/withdrawal", response_model=ClaimView, responses=problems(*_OWN))
async def withdraw_claim(claim_id: UUID, caller: Claimant, seen: Seen, open_work: OpenWork) -> Response:
    """撤回 · Withdraw a claim before it is reviewed; its certificates may be claimed again."""
    async with open_work(caller) as work:
        claim = await claims.withdraw_claim(_own(caller, claim_id, seen), work)
        made = await with_items(claim, work)
    return shown(ClaimView.of(*made))


def _asked(body: NewClaim, caller: Principal) -> OpenClaim:
    return OpenClaim(
        institution_id=body.institution_id,
        certificate_numbers=body.certificate_numbers,
        holder=caller.holder,
        employment=body.employment,
    )


def _own(caller: Principal, claim_id: UUID, seen: int) -> OnOwnClaim:
    return OnOwnClaim(claim_id=claim_id, seen=seen, holder=caller.holder)


_LONGEST_NAME = 120


def _cleaned(name: str) -> str:
    """The file's own name, to be shown: no folders, nothing that cannot be seen."""
    own = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in own if char.isprintable())[:_LONGEST_NAME] or "upload"
