"""The register of institutions."""

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Response

from services.filing.domain import refusals
from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.institutions import InstitutionRow, InstitutionView, ScopeView
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.http.work import PageView, shown, shown_page
from shared.paging import BadCursor

router = APIRouter(prefix="/v1/institutions", tags=["institutions · 评价机构"])


@router.get("", response_model=PageView[InstitutionRow], responses=problems(BadCursor))
async def list_institutions(
    *, caller: Reader, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """评价机构名录 · The register, by name."""
    async with open_work(caller) as work:
        page = await work.institutions.page(cursor=cursor, size=size)
    return shown_page(page, InstitutionRow.of)


@router.get(
    "/{institution_id}", response_model=InstitutionView, responses=problems(refusals.UnknownInstitution)
)
async def read_institution(institution_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """机构详情 · One institution on record."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    return shown(InstitutionView.of(institution))


@router.get(
    "/{institution_id}/scope", response_model=ScopeView, responses=problems(refusals.UnknownInstitution)
)
async def read_scope(
    *, institution_id: UUID, caller: Reader, open_work: OpenWork, on: date | None = None
) -> Response:
    """评价范围 · What it may evaluate on a day; nothing while it is suspended."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    day = on or work.today
    view = ScopeView(
        institution_id=institution.id,
        on=day,
        standing=institution.standing_on(day),
        items=institution.scope_on(day),
    )
    return Response(view.model_dump_json(), media_type="application/json")
