"""网络核验: what anybody may ask of the register, without a login (N3.3)."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.filing.domain import refusals
from services.filing.domain.register import PublicEntry
from services.filing.handlers import Work
from services.filing.routes.verified import VARY, found_page, unknown_page, wants_page
from services.filing.schemas.register import FoundView, PublicInstitutionView
from shared.clock import SHANGHAI, Clock
from shared.errors import Invalid
from shared.http.limits import Rates
from shared.http.problems import public_problems
from shared.identity import Scope
from shared.persistence.unit_of_work import Works
from shared.policy import Policy
from shared.values import Uscc

_ONE_LINE = r"^[^\x00-\x1f\x7f]*$"

Code = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{16,64}$", description="牌证二维码中的核验码 · from the QR")
]
Name = Annotated[
    str | None,
    Query(
        min_length=4,
        max_length=120,
        pattern=_ONE_LINE,
        description="名称或其开头，至少 4 字 · a name or its beginning",
    ),
]
Number = Annotated[
    str | None,
    Query(
        min_length=4,
        max_length=200,
        pattern=_ONE_LINE,
        description="备案号、牌匾或证书编号，须完整 · a whole number of filing, plaque or certificate",
    ),
]


class OneQuestion(Invalid):
    """名称、信用代码、编号须择一查询 · Ask by one of name, USCC and number."""

    code = "NJT-FIL-1114"


async def within_rate(request: Request) -> None:
    """So many verifications a minute from one address, as the policy says today; raises TooManyRequests."""
    policy: Policy = request.app.state.policy
    clock: Clock = request.app.state.clock
    rates: Rates = request.app.state.rates
    most = policy.number("public.verify_per_minute", clock.now().astimezone(SHANGHAI).date())
    route: str = request.scope["route"].name
    rates.take(route, rates.caller(request), per_minute=most, burst=most)


class Nobody:
    """The units of work of somebody without a login: no organ, no institution, so row-level security shows nothing.

    What is public is not under it: the public register has no personal data and no rows that are anybody's own. So the
    reach stays empty, and a query of any other table would find nothing.
    """

    def __init__(self, request: Request) -> None:
        self._request = request
        self._works: Works[Work] = request.app.state.works

    async def shown(self, code: str) -> PublicInstitutionView:
        async with self._works(self._scope) as work:
            entry = await work.public.verified(code)
        if entry is None:
            raise refusals.UnknownInstitution("核验码不存在 · There is no such code")
        return self._view(entry, work)

    async def found(self, *, name: str | None, uscc: Uscc | None, number: str | None) -> FoundView:
        async with self._works(self._scope) as work:
            if uscc is not None:
                entries = await work.public.of_body(uscc)
            elif number is not None:
                entries = await work.public.numbered(number.strip())
            else:
                entries = await work.public.named((name or "").strip())
        return FoundView(items=[self._view(entry, work) for entry in entries])

    def _view(self, entry: PublicEntry, work: Work) -> PublicInstitutionView:
        return PublicInstitutionView.of(entry, work.policy, today=work.today)

    @property
    def _scope(self) -> Scope:
        return Scope(actor="public", act=self._request.scope["route"].name)


async def nobody(request: Request) -> Nobody:
    """Whoever asks."""
    return Nobody(request)


AsNobody = Annotated[Nobody, Depends(nobody)]

router = APIRouter(
    prefix="/v1/public/institutions", tags=["verification · 网络核验"], dependencies=[Depends(within_rate)]
)


@router.get("", response_model=FoundView, responses=public_problems(OneQuestion))
async def find_institutions(
    *,
    nobody: AsNobody,
    name: Name = None,
    uscc: Annotated[Uscc | None, Query(description="统一社会信用代码 · USCC")] = None,
    number: Number = None,
) -> Response:
    """公众查询 · Institutions by name, USCC or number, those off the record among them; at most twenty."""
    asked = [each for each in (name and name.strip(), uscc, number) if each is not None]
    if len(asked) != 1 or len(asked[0]) < _SHORTEST:
        raise OneQuestion
    found = await nobody.found(name=name, uscc=uscc, number=number)
    return Response(found.model_dump_json(), media_type="application/json")


_SHORTEST = 4


_PAGE = {"content": {"text/html": {"schema": {"type": "string"}}}}


@router.get(
    "/{code}",
    response_model=PublicInstitutionView,
    responses={**public_problems(refusals.UnknownInstitution), 200: _PAGE},
)
async def verify_institution(code: Code, nobody: AsNobody, request: Request) -> Response:
    """扫码核验 · The institution whose plaque or certificate carries this code; for a browser as a page."""
    page = wants_page(request)
    try:
        view = await nobody.shown(code)
    except refusals.UnknownInstitution:
        if page:
            return unknown_page()
        raise
    if page:
        return found_page(view)
    return Response(view.model_dump_json(), media_type="application/json", headers=VARY)
