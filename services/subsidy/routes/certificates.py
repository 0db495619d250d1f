"""Certificates over HTTP, and what anybody may ask about one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.subsidy.domain import refusals
from services.subsidy.handlers import Work, certificates
from services.subsidy.handlers.public import verify_certificate
from services.subsidy.routes.callers import OpenWork, Reader
from services.subsidy.schemas.certificates import (
    CertificateView,
    GapsView,
    VerificationBody,
    VerificationView,
)
from shared.contracts.queries import (
    AnyNumber,
)
from shared.http.limits import limited
from shared.http.problems import problems, public_problems
from shared.http.work import shown
from shared.identity import Scope
from shared.persistence.unit_of_work import Works
from shared.values import StationCode

router = APIRouter(prefix="/v1/certificates", tags=["certificates · 证书"])
public_router = APIRouter(prefix="/v1/public", tags=["verification · 网络核验"])

_PER_MINUTE, _BURST = 30, 10

Year = Annotated[int, Query(ge=2019, le=2099, description="编号中的核发年份 · the year in the numbers")]


@router.get("/gaps", response_model=GapsView, responses=problems())
async def read_gaps(
    station: Annotated[StationCode, Query()], year: Year, caller: Reader, open_work: OpenWork
) -> Response:
    """缺号重号 · Serials of a station and year that are missing or stand for two people: signals, no findings."""
    async with open_work(caller) as work:
        series = await certificates.read_series(station, year, work)
    view = GapsView.of(station, year, list(series))
    return Response(view.model_dump_json(), media_type="application/json")


@router.get("/{number}", response_model=CertificateView, responses=problems(refusals.UnknownCertificate))
async def read_certificate(number: AnyNumber, caller: Reader, open_work: OpenWork) -> Response:
    """证书详情 · One certificate, its holder masked."""
    async with open_work(caller) as work:
        certificate, holder = await certificates.read_certificate(number, work)
    return shown(CertificateView.of(certificate, holder))


@public_router.post(
    "/certificate-verifications",
    response_model=VerificationView,
    responses=public_problems(),
    dependencies=[limited(per_minute=_PER_MINUTE, burst=_BURST)],
)
async def verify(body: VerificationBody, request: Request) -> Response:
    """网络核验 · Whether the certificate of this number and name is valid; nothing else is ever told."""
    works: Works[Work] = request.app.state.works
    # Nobody's own rows are asked for: the whole register, of which one word is answered.
    async with works(Scope(actor="public", act="verify", everything=True)) as work:
        result = await verify_certificate(body.number, body.name, work)
    return Response(VerificationView(result=result).model_dump_json(), media_type="application/json")
