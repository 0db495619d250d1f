"""The comparison with the provincial register over HTTP: who asks, what differs, who proposes, who decides."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.accounts import drift as rules
from services.accounts import drifting
from services.accounts.domain import UnknownAccount
from services.accounts.drift import DriftState
from services.accounts.drift_schemas import CheckView, DecisionBody, DriftView, NewCheck, ProposalBody
from services.accounts.drifting import OnDrift
from services.accounts.routes import CreateOnce, OpenWork, Reader
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

Mender = Annotated[Principal, allowed(Permission.MEND_ACCOUNTS)]

checks = APIRouter(prefix="/v1/drift-checks", tags=["drift · 省级名录比对"])
drifts = APIRouter(prefix="/v1/drift", tags=["drift · 省级名录比对"])

_ACTING = (Stale, PreconditionMissing, rules.UnknownDrift, rules.DriftSettled)


async def on_drift(drift_id: UUID, caller: Mender, seen: Seen) -> OnDrift:
    """The difference an officer acts on, at the version seen."""
    return OnDrift(drift_id=drift_id, seen=seen, by=caller.person)


ByOfficer = Annotated[OnDrift, Depends(on_drift)]


@checks.post(
    "",
    status_code=201,
    response_model=CheckView,
    responses=problems(rules.NotTheCitysCheck, rules.CheckRunning, KeyReused),
)
async def begin_drift_check(body: NewCheck, caller: Mender, once: CreateOnce) -> Response:
    """发起比对 · Compare all accounts with the provincial register now, besides the daily check (N2.1)."""
    command = drifting.BeginCheck(by=caller.person, organ=caller.organ or "")
    return await once.create(
        caller, body, make=lambda work: drifting.begin_check(command, work), show=CheckView.of
    )


@drifts.get("", response_model=PageView[DriftView], responses=problems(BadCursor))
async def list_drift(
    *,
    caller: Reader,
    open_work: OpenWork,
    state: DriftState | None = None,
    cursor: Cursor = None,
    size: Size = 50,
) -> Response:
    """差异清单 · What differs from the provincial register, the latest first."""
    async with open_work(caller) as work:
        page = await work.drifts.page(state=state, cursor=cursor, size=size)
    return shown_page(page, DriftView.of)


@drifts.post(
    "/{drift_id}/proposal", response_model=DriftView, responses=problems(*_ACTING, rules.NotThatRepair)
)
async def propose_drift_repair(
    body: ProposalBody, command: ByOfficer, caller: Mender, open_work: OpenWork
) -> Response:
    """拟处理 · Propose what is to be done about a difference; another person decides."""
    async with open_work(caller) as work:
        drift = await drifting.propose_repair(command, body.repair, body.reason, work)
    return shown(DriftView.of(drift))


@drifts.post(
    "/{drift_id}/decision",
    response_model=DriftView,
    responses=problems(*_ACTING, rules.SamePersonDrift, UnknownAccount),
)
async def decide_drift_repair(
    body: DecisionBody, command: ByOfficer, caller: Mender, open_work: OpenWork
) -> Response:
    """批准或退回 · Have it carried out, or give it back; whoever proposed it may not."""
    async with open_work(caller) as work:
        drift = await drifting.decide_repair(command, body.opinion, work, accepted=body.accepted)
    return shown(DriftView.of(drift))
