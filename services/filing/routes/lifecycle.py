"""What is decided about an institution on record, by the organ that filed it or by the institution itself."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.filing.domain import lifecycle as rules
from services.filing.domain import refusals
from services.filing.domain.institution import Institution
from services.filing.domain.officer import RecusedOfficer
from services.filing.handlers import Work, lifecycle
from services.filing.handlers.lifecycle import OnInstitution
from services.filing.routes.callers import ApplicantCaller, Officer, OpenWork, Reader
from services.filing.routes.institutions import shown_institution
from services.filing.schemas.institutions import (
    DecisionBody,
    InstitutionView,
    PostLevelsBody,
    ReasonBody,
    ResumptionBody,
)
from shared.errors import Stale
from shared.http.auth import NotPermitted
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.identity import NotYours, Permission, Principal
from shared.policy import UnknownDocument

router = APIRouter(prefix="/v1/institutions", tags=["lifecycle · 机构管理"])

_CHANGING = (refusals.UnknownInstitution, refusals.Ended, Stale, PreconditionMissing)
_DECIDING = (
    *_CHANGING,
    refusals.NotTheHandlingOrgan,
    RecusedOfficer,
    rules.ProvinceDecides,
    UnknownDocument,
)


async def by_officer(institution_id: UUID, caller: Officer, seen: Seen) -> OnInstitution:
    """The institution an officer decides about, in the name of the officer's organ."""
    return OnInstitution(institution_id=institution_id, seen=seen, organ=caller.organ or "—")


async def by_anybody(institution_id: UUID, caller: Reader, seen: Seen) -> OnInstitution:
    """The institution its own people or an officer act on; raises NotPermitted for anybody else."""
    needed = Permission.ASSESS if caller.holder is None else Permission.APPLY
    if needed not in caller.permissions:
        raise NotPermitted("须为机构本身或经办人员 · for the institution itself, or for officers")
    organ = "" if caller.holder is not None else caller.organ or "—"
    return OnInstitution(institution_id=institution_id, seen=seen, organ=organ)


ByOfficer = Annotated[OnInstitution, Depends(by_officer)]
ByAnybody = Annotated[OnInstitution, Depends(by_anybody)]


async def _done(
    change: Callable[[Work], Awaitable[Institution]], caller: Principal, open_work: OpenWork
) -> Response:
    async with open_work(caller) as work:
        institution = await change(work)
    return await shown_institution(institution, caller, open_work)


@router.post("/{institution_id}/suspension", response_model=InstitutionView, responses=problems(*_DECIDING))
async def suspend_institution(
    command: ByOfficer, body: DecisionBody, caller: Officer, open_work: OpenWork
) -> Response:
    """暂停 · It may not evaluate until the organ resumes it; besides supervision's own word."""
    return await _done(lambda work: lifecycle.suspend_by_organ(command, body.made(), work), caller, open_work)


@router.post(
    "/{institution_id}/resumption",
    response_model=InstitutionView,
    responses=problems(*_DECIDING, refusals.NotSuspended),
)
async def resume_institution(
    command: ByOfficer, body: ResumptionBody, caller: Officer, open_work: OpenWork
) -> Response:
    """恢复 · End the organ's own suspension; one of supervision or the province stays in force."""
    return await _done(lambda work: lifecycle.resume_by_organ(command, body.made(), work), caller, open_work)


@router.post("/{institution_id}/revocation", response_model=InstitutionView, responses=problems(*_DECIDING))
async def revoke_institution(
    command: ByOfficer, body: DecisionBody, caller: Officer, open_work: OpenWork
) -> Response:
    """取消备案 · Take it off the record for good; what is unpaid of its claims is frozen."""
    return await _done(lambda work: lifecycle.revoke(command, body.made(), work), caller, open_work)


@router.post(
    "/{institution_id}/removal",
    response_model=InstitutionView,
    responses=problems(*_DECIDING, rules.NotIdle),
)
async def remove_institution(
    command: ByOfficer, body: DecisionBody, caller: Officer, open_work: OpenWork
) -> Response:
    """移出名录 · Remove one that evaluated nobody for too long; the body is not filed again for a while."""
    return await _done(lambda work: lifecycle.remove(command, body.made(), work), caller, open_work)


@router.post(
    "/{institution_id}/cancellation",
    response_model=InstitutionView,
    responses=problems(
        *_CHANGING, refusals.NotTheHandlingOrgan, RecusedOfficer, rules.ProvinceDecides, NotPermitted
    ),
)
async def cancel_institution(
    command: ByAnybody, body: ReasonBody, caller: Reader, open_work: OpenWork
) -> Response:
    """注销 · Off the record at its own request, made by itself or entered by the organ that filed it."""
    return await _done(lambda work: lifecycle.cancel(command, body.reason, work), caller, open_work)


@router.put(
    "/{institution_id}/post-levels",
    response_model=InstitutionView,
    responses=problems(
        *_CHANGING,
        rules.OnlyEnterprises,
        rules.TooManyPostLevels,
        rules.PostOutsideScope,
        rules.RepeatedPostLevel,
        NotYours,
    ),
)
async def set_post_levels(
    *, institution_id: UUID, body: PostLevelsBody, seen: Seen, caller: ApplicantCaller, open_work: OpenWork
) -> Response:
    """岗位等级 · An enterprise's own levels for its own staff, in place of those it had (N1.5)."""
    command = OnInstitution(institution_id=institution_id, seen=seen, holder=caller.holder)
    return await _done(lambda work: lifecycle.set_post_levels(command, body.made(), work), caller, open_work)
