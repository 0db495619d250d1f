"""政策发布 over HTTP: published, worked out, released by another person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.subsidy.domain import release as rules
from services.subsidy.domain.impact_run import DryRunRunning, UnknownDryRun
from services.subsidy.handlers.impact import ask_dry_run, read_dry_run
from services.subsidy.handlers.releases import (
    OnRelease,
    PublishRelease,
    is_city,
    publish_release,
    read_release,
    release_policy,
)
from services.subsidy.routes.callers import CreateOnce, OpenWork, Reader, person
from services.subsidy.schemas.releases import NewRelease, ReleaseSummaryView, ReleaseView, RunView
from shared.errors import Stale
from shared.http.auth import allowed
from shared.http.pages import Cursor, Size
from shared.http.preconditions import Seen
from shared.http.problems import PreconditionMissing, problems
from shared.http.work import PageView, shown, shown_page
from shared.identity import Permission, Principal
from shared.paging import BadCursor
from shared.persistence.idempotency import KeyReused

router = APIRouter(prefix="/v1/policy-releases", tags=["policy · 政策发布"])

Publisher = Annotated[Principal, allowed(Permission.PUBLISH_POLICY)]
Releaser = Annotated[Principal, allowed(Permission.RELEASE_POLICY)]

_CHANGING = (
    rules.UnknownRelease,
    rules.NotTheCity,
    rules.AlreadyReleased,
    rules.FaultyRelease,
    Stale,
    PreconditionMissing,
)


@router.post(
    "",
    status_code=201,
    response_model=ReleaseView,
    responses=problems(
        rules.NotTheCity, rules.FaultyRelease, rules.UnknownRelease, rules.NotSupersedable, KeyReused
    ),
)
async def publish_policy(body: NewRelease, caller: Publisher, once: CreateOnce) -> Response:
    """拟发布政策 · Publish rates, shortage lists, parameters or uplifts; they count once another person releases them."""
    command = _published(body, caller)
    return await once.create(
        caller, body, make=lambda work: publish_release(command, work), show=ReleaseView.of
    )


@router.get("", response_model=PageView[ReleaseSummaryView], responses=problems(BadCursor))
async def list_releases(
    *, caller: Reader, open_work: OpenWork, cursor: Cursor = None, size: Size = 50
) -> Response:
    """政策发布列表 · Releases, the latest first; what is not released yet is shown to the city alone."""
    async with open_work(caller) as work:
        released = not is_city(caller.organ or "", work.policy)
        page = await work.releases.page(released=released, cursor=cursor, size=size)
    return shown_page(page, ReleaseSummaryView.of)


@router.get("/{release_id}", response_model=ReleaseView, responses=problems(rules.UnknownRelease))
async def read_policy_release(release_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """政策发布详情 · One release and what it states; to the city also what it would change."""
    organ = caller.organ or ""
    async with open_work(caller) as work:
        release = await read_release(release_id, organ, work)
        show = ReleaseView.of if is_city(organ, work.policy) else ReleaseView.stated
    return shown(show(release))


@router.post("/{release_id}/dry-run", status_code=202, response_model=RunView, responses=problems(*_CHANGING))
async def work_out_impact(
    *, release_id: UUID, caller: Publisher, seen: Seen, open_work: OpenWork
) -> Response:
    """影响测算 · Have it worked out who would get more, less or nothing; `Location` tells how far that is."""
    async with open_work(caller) as work:
        run = await ask_dry_run(_by(caller, release_id, seen), work)
        release = await work.releases.get(release_id)
    answer = shown(RunView.of(run, release))
    answer.status_code = 202
    answer.headers["Location"] = f"/v1/policy-releases/{release_id}/dry-run"
    return answer


@router.get(
    "/{release_id}/dry-run",
    response_model=RunView,
    responses=problems(rules.NotTheCity, rules.UnknownRelease, UnknownDryRun),
)
async def read_impact_progress(release_id: UUID, caller: Reader, open_work: OpenWork) -> Response:
    """测算进度 · How far the dry-run is; when it is ready, the release holds what it found."""
    async with open_work(caller) as work:
        run, release = await read_dry_run(release_id, caller.organ or "", work)
    return shown(RunView.of(run, release))


@router.post(
    "/{release_id}/release",
    response_model=ReleaseView,
    responses=problems(
        *_CHANGING,
        rules.PublisherMayNotRelease,
        rules.DryRunMissing,
        DryRunRunning,
        rules.DryRunOutdated,
        rules.NotSupersedable,
    ),
)
async def make_policy_known(
    *, release_id: UUID, caller: Releaser, seen: Seen, open_work: OpenWork
) -> Response:
    """核准发布 · Another person releases it, and it is known from the next day on; nothing is paid back for before."""
    async with open_work(caller) as work:
        release = await release_policy(_by(caller, release_id, seen), work)
    return shown(ReleaseView.of(release))


def _published(body: NewRelease, caller: Principal) -> PublishRelease:
    source, content = body.document, body.content
    return PublishRelease(
        kind=content.kind,
        title=source.title,
        number=source.number,
        issued=source.issued,
        note=source.note,
        status=source.status,
        clauses=tuple((clause.id, clause.zh, clause.en) for clause in body.clauses),
        entries=[entry.model_dump() for entry in content.entries],
        supersedes=body.supersedes,
        by=person(caller),
        organ=caller.organ or "",
    )


def _by(caller: Principal, release_id: UUID, seen: int) -> OnRelease:
    return OnRelease(release_id=release_id, seen=seen, by=person(caller), organ=caller.organ or "")
