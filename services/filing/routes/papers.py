"""一牌一证 as PDF, for whoever sees the institution (N2.8)."""

import asyncio
from datetime import datetime
from typing import Protocol
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.filing import documents
from services.filing.domain import refusals
from services.filing.domain.institution import Institution
from services.filing.routes.callers import OpenWork, Reader
from shared.documents import GlyphMissing
from shared.http.problems import problems
from shared.policy import Policy, UnknownOccupation

router = APIRouter(prefix="/v1/institutions", tags=["papers · 一牌一证"])

_PDF = {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
_REFUSED = (
    refusals.UnknownInstitution,
    refusals.Ended,
    documents.ForbiddenWords,
    GlyphMissing,
    UnknownOccupation,
)


class _Draws(Protocol):
    def __call__(
        self, institution: Institution, policy: Policy, *, verify_url: str, at: datetime
    ) -> bytes: ...


@router.get(
    "/{institution_id}/plaque.pdf",
    response_class=Response,
    responses={**problems(*_REFUSED), 200: _PDF},
)
async def print_plaque(
    institution_id: UUID, caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """牌匾 · The plaque, with a code that anybody can verify."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    return await _printed(documents.plaque, institution, request, at=work.at)


@router.get(
    "/{institution_id}/certificate.pdf",
    response_class=Response,
    responses={**problems(*_REFUSED), 200: _PDF},
)
async def print_certificate(
    institution_id: UUID, caller: Reader, open_work: OpenWork, request: Request
) -> Response:
    """备案证书 · The certificate with the whole scope, and a code that anybody can verify."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    return await _printed(documents.certificate, institution, request, at=work.at)


async def _printed(draw: _Draws, institution: Institution, request: Request, *, at: datetime) -> Response:
    """Set in a thread: it is work for the processor. Raises Ended for what is on record no more."""
    institution.check_on_record()
    policy: Policy = request.app.state.policy
    public_url: str = request.app.state.public_url
    url = f"{public_url.rstrip('/')}/v1/public/institutions/{institution.verification}"
    pdf = await asyncio.to_thread(draw, institution, policy, verify_url=url, at=at)
    return Response(pdf, media_type="application/pdf")
