"""核算凭证 over HTTP: signed, as JSON and on paper; anybody may ask for the present digest and for the public keys."""

import asyncio
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from services.subsidy.domain import refusals
from services.subsidy.domain.item import UnknownItem
from services.subsidy.domain.receipt import Content, NotConcluded
from services.subsidy.handlers import Work
from services.subsidy.handlers.receipts import attest_again, item_of
from services.subsidy.receipt_paper import draw_receipt
from services.subsidy.receipts import Notary, Receipt
from services.subsidy.routes.callers import OpenWork, Reader
from services.subsidy.schemas.parts import AnyNumber
from shared.documents import GlyphMissing
from shared.http.limits import limited
from shared.http.problems import problems, public_problems
from shared.identity import Principal, Scope
from shared.persistence.unit_of_work import Works

router = APIRouter(prefix="/v1/claims", tags=["receipts · 核算凭证"])
public_router = APIRouter(prefix="/v1/public", tags=["verification · 网络核验"])

_PER_MINUTE, _BURST = 30, 10
_REFUSED = (refusals.UnknownClaim, UnknownItem, NotConcluded)
_PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}


class PresentView(BaseModel):
    """What the receipt of this item would attest now; a paper with another digest was issued of an earlier state."""

    item_id: UUID
    digest: str = Field(description="凭证上的内容摘要应与此一致 · the digest on the receipt should be this")


@router.get("/{claim_id}/items/{number}/receipt", response_model=Receipt, responses=problems(*_REFUSED))
async def read_receipt(
    *, claim_id: UUID, number: AnyNumber, caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """核算凭证 · What was decided about one certificate and why, signed; kept as it came, it verifies offline."""
    async with open_work(caller) as work:
        item_id = await item_of(claim_id, number, work)
    content = await _attested(item_id, caller, request)
    return Response(_signed(content, request).canonical, media_type="application/json")


@router.get(
    "/{claim_id}/items/{number}/receipt.pdf",
    response_class=Response,
    responses={**problems(*_REFUSED, GlyphMissing), 200: _PDF},
)
async def print_receipt(
    *, claim_id: UUID, number: AnyNumber, caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """打印核算凭证 · The same on paper, with a code that holds digest and signature."""
    async with open_work(caller) as work:
        item_id = await item_of(claim_id, number, work)
    content = await _attested(item_id, caller, request)
    pdf = await asyncio.to_thread(draw_receipt, _signed(content, request))
    return Response(pdf, media_type="application/pdf")


@public_router.get(
    "/receipts/{item_id}",
    response_model=PresentView,
    responses=public_problems(UnknownItem, NotConcluded),
    dependencies=[limited(per_minute=_PER_MINUTE, burst=_BURST)],
)
async def look_up_receipt(item_id: UUID, request: Request) -> Response:
    """凭证查验 · The digest of the present receipt of an item, and nothing of what it says."""
    works: Works[Work] = request.app.state.works
    # Nobody's own rows are asked for: of whoever's item it is, only a digest is told.
    async with works(Scope(actor="public", act="look_up_receipt", everything=True)) as work:
        content = await attest_again(item_id, work)
    view = PresentView(item_id=item_id, digest=content.digest)
    return Response(view.model_dump_json(), media_type="application/json")


@public_router.get(
    "/receipt-keys",
    responses=public_problems(),
    dependencies=[limited(per_minute=_PER_MINUTE, burst=_BURST)],
)
async def read_receipt_keys(request: Request) -> dict[str, str]:
    """凭证公钥 · Key id → public key (Ed25519, base64), former keys included; what `njt receipt verify --keys` takes."""
    return dict(_notary(request).keys)


async def _attested(item_id: UUID, caller: Principal, request: Request) -> Content:
    """What the receipt of an item says that its caller sees."""
    works: Works[Work] = request.app.state.works
    scope = Scope(actor=caller.subject, act=request.scope["route"].name, everything=True)
    async with works(scope) as work:
        return await attest_again(item_id, work)


def _signed(content: Content, request: Request) -> Receipt:
    return _notary(request).sign(content)


def _notary(request: Request) -> Notary:
    notary: Notary = request.app.state.notary
    return notary
