"""The register of institutions."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.filing.domain import refusals
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.register import Sought
from services.filing.routes.callers import OpenWork, Reader
from services.filing.schemas.institutions import (
    HistoryView,
    InstitutionRow,
    InstitutionView,
    LapseView,
    ScopeVersionView,
    ScopeView,
    StandingView,
)
from services.filing.schemas.parts import OrganCode
from shared.errors import Invalid
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Principal
from shared.paging import BadCursor
from shared.policy import Category, Policy, UnknownOccupation
from shared.values import Edition, Occupation, OccupationCode

router = APIRouter(prefix="/v1/institutions", tags=["institutions · 评价机构"])

Beginning = Annotated[
    str | None,
    Query(
        min_length=2,
        max_length=120,
        pattern=r"^[^\x00-\x1f\x7f]*$",
        description="名称、统一社会信用代码或备案号的开头 · the beginning of a name, a USCC or a filing number",
    ),
]


class HalfAnOccupation(Invalid):
    """职业须同时给出版本与编码 · An occupation is asked for by edition and code together."""

    code = "NJT-FIL-1113"


async def sought(
    *,
    caller: Reader,
    request: Request,
    standing: Standing | None = None,
    organ: OrganCode | None = None,
    category: Category | None = None,
    edition: Edition | None = None,
    occupation: OccupationCode | None = None,
    q: Beginning = None,
) -> Sought:
    """Which institutions are looked for; raises HalfAnOccupation."""
    if (edition is None) != (occupation is None):
        raise HalfAnOccupation
    return Sought(
        standing=standing,
        organ=organ or _only_organ(caller, request.app.state.policy),
        category=category,
        occupation=Occupation(edition, occupation) if edition and occupation else None,
        uscc=caller.holder,
        text=(q or "").strip(),
    )


def _only_organ(caller: Principal, policy: Policy) -> str | None:
    """The one organ a district's officer reaches: naming it lets an index find its rows among everybody's."""
    reach = policy.territory(caller.organ) if caller.organ else frozenset[str]()
    return next(iter(reach)) if len(reach) == 1 else None


SoughtBy = Annotated[Sought, Depends(sought)]


@router.get(
    "",
    response_model=PageView[InstitutionRow],
    responses=problems(BadCursor, HalfAnOccupation, UnknownOccupation),
)
async def list_institutions(
    *, sought: SoughtBy, caller: Reader, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """评价机构名录 · The register by name; with `q` by what begins so: USCC, filing number, or else name."""
    async with open_work(caller) as work:
        page = await work.institutions.page(sought, cursor=cursor, size=size)
    return shown_page(page, InstitutionRow.of)


async def shown_institution(institution: Institution, caller: Principal, open_work: OpenWork) -> Response:
    """An institution as the answer, with what is owed on it."""
    async with open_work(caller) as work:
        owed = await work.obligations.of_institution(institution.id)
    return shown(InstitutionView.whole(institution, owed))


@router.get(
    "/{institution_id}", response_model=InstitutionView, responses=problems(refusals.UnknownInstitution)
)
async def read_institution(institution_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """机构详情 · One institution on record, with what is owed on it."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
        owed = await work.obligations.of_institution(institution_id)
    return shown(InstitutionView.whole(institution, owed))


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


@router.get(
    "/{institution_id}/history", response_model=HistoryView, responses=problems(refusals.UnknownInstitution)
)
async def read_history(institution_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """机构变迁 · Every version of its scope and every change of its standing."""
    async with open_work(caller) as work:
        institution = await work.institutions.get(institution_id)
    view = HistoryView(
        institution_id=institution.id,
        versions=tuple(ScopeVersionView.model_validate(each) for each in institution.versions),
        standings=tuple(StandingView.model_validate(each) for each in institution.standings),
        lapses=tuple(LapseView.model_validate(each) for each in institution.lapses),
    )
    return Response(view.model_dump_json(), media_type="application/json")
