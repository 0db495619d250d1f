"""Releases of policy as a test needs them: what is stated, and subsidy's units of work that take releases in."""

from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.subsidy.domain.impact_run import ImpactRun
from services.subsidy.domain.release import DryRun, Release, ReleaseKind, read_entries
from services.subsidy.handlers.impact import ask_dry_run, work_out_part
from services.subsidy.handlers.releases import OnRelease, PublishRelease, publish_release, release_policy
from services.subsidy.handlers.work import Work
from services.subsidy.province import province
from services.subsidy.repository import bind
from services.subsidy.repository.releases import CurrentPolicy
from services.subsidy.worker import JOBS
from shared.http.limits import Rates
from shared.identity import Permission, Scope
from shared.persistence.unit_of_work import Works
from shared.policy import Clause, Document, Policy, Status
from tests.interfaces import Headers, Interfaces
from tests.subsidy.works import CIPHER, EVERYTHING, SubsidyWorks

CITY, DISTRICT = "320100", "320115"
AT = datetime(2024, 6, 3, 4, tzinfo=UTC)
RATES = {"line": "B", "by_class": {"A": {3: 2200, 4: 1400}}, "effective_from": date(2024, 1, 1)}
LIST = {
    "id": "nj-2024",
    "title": "测试目录",
    "occupations": [{"edition": "2015", "code": "6-18-01-01"}],
    "clause": "N1.7",
    "effective_from": date(2024, 1, 1),
}
WINDOW = {
    "key": "subsidy.claim_window_months",
    "value": 1,
    "unit": "months",
    "effective_from": date(2024, 1, 1),
}
UPLIFT = {
    "line": "A",
    "percent": 20,
    "levels": [3],
    "clause": "NJ2024-UPLIFT",
    "effective_from": date(2024, 1, 1),
}
CLAUSE = ("NJ2024-UPLIFT", "上浮20%", "raised by 20 %")
_CONTENT = {
    ReleaseKind.RATES: RATES,
    ReleaseKind.SHORTAGE: LIST,
    ReleaseKind.PARAMETERS: WINDOW,
    ReleaseKind.UPLIFTS: UPLIFT,
}


def release(kind: ReleaseKind = ReleaseKind.RATES, *entries: dict[str, Any], **changes: Any) -> Release:
    """Published at noon, with one entry of its kind unless others are given."""
    key: UUID = changes.pop("id", UUID(int=900))
    status: Status = changes.get("status", Status.CITED)
    document = Document(id=f"release-{key}", title="测试文件", number="测试〔2024〕1号")
    clauses = changes.pop("clauses", (CLAUSE,) if kind is ReleaseKind.UPLIFTS else ())
    given: dict[str, Any] = {
        "id": key,
        "kind": kind,
        "document": document,
        "status": status,
        "clauses": tuple(Clause(id=it, document=document.id, zh=zh, en=en) for it, zh, en in clauses),
        "entries": read_entries(kind, entries or (_CONTENT[kind],), document, status),
        "supersedes": None,
        "published_by": "publisher",
        "published_at": AT,
    }
    return Release(**(given | changes))


def dry_run(data: str = "data") -> DryRun:
    return DryRun(
        by="publisher",
        at=AT,
        since=date(2023, 6, 3),
        known_from=date(2024, 6, 4),
        data=data,
        digest="d",
        figures={},
    )


def publishing(
    kind: ReleaseKind = ReleaseKind.RATES, *entries: dict[str, Any], **changes: Any
) -> PublishRelease:
    given: dict[str, Any] = {
        "kind": kind,
        "title": "测试文件",
        "number": "测试〔2024〕1号",
        "issued": date(2024, 6, 1),
        "note": "",
        "status": Status.CITED,
        "clauses": (CLAUSE,) if kind is ReleaseKind.UPLIFTS else (),
        "entries": entries or (_CONTENT[kind],),
        "supersedes": None,
        "by": "publisher",
        "organ": CITY,
    }
    return PublishRelease(**(given | changes))


def on(made: Release, who: str = "releaser", *, organ: str = CITY) -> OnRelease:
    return OnRelease(release_id=made.id, seen=made.version, by=who, organ=organ)


class PolicyWorks(SubsidyWorks):
    """Units of work of one process, whose policy is the pack with every release there is."""

    def __init__(self, engine: AsyncEngine, policy: Policy) -> None:
        super().__init__(engine, policy)
        current = CurrentPolicy()
        self._works = Works(
            engine,
            lambda transaction: bind(transaction, current.of(policy), CIPHER),
            clock=self.clock,
            tell=province.dispatch,
            announced=lambda: None,
            prepare=lambda connection: current.refresh(connection, policy),
        )

    async def published(
        self, kind: ReleaseKind = ReleaseKind.RATES, *entries: Any, **changes: Any
    ) -> Release:
        async with self() as work:
            return await publish_release(publishing(kind, *entries, **changes), work)

    async def worked_out(
        self, kind: ReleaseKind = ReleaseKind.RATES, *entries: Any, **changes: Any
    ) -> Release:
        return await self.work_out(await self.published(kind, *entries, **changes))

    async def work_out(self, made: Release) -> Release:
        """Asked for, worked out by the worker to its end, and read again."""
        await self.ask(made)
        while await self.step(made) is not None:
            pass
        async with self() as work:
            return await work.releases.get(made.id)

    async def ask(self, made: Release) -> ImpactRun:
        async with self() as work:
            return await ask_dry_run(on(made, "publisher"), work)

    async def step(self, made: Release) -> ImpactRun | None:
        """What the worker does in one transaction; None when nothing is left to be done."""
        async with self() as work:
            return await work_out_part(made.id, work)

    async def how_far(self, made: Release) -> ImpactRun:
        async with self() as work:
            return await work.impact_runs.get(made.id)

    async def released(self, made: Release) -> Release:
        async with self() as work:
            return await release_policy(on(made), work)


class ServedCity:
    """Subsidy's interface on a database of its own, and units of work of the same process."""

    def __init__(self, interfaces: Interfaces) -> None:
        self.interfaces = interfaces
        self.client = interfaces.clients["subsidy"]
        self.state = interfaces.suite.apps["subsidy"].state
        self.state.rates = Rates()
        self.at = AT

    @property
    def at(self) -> datetime:
        return self.interfaces.clock.now()

    @at.setter
    def at(self, moment: datetime) -> None:
        self.interfaces.clock.set(moment)

    def __call__(self, scope: Scope = EVERYTHING) -> AbstractAsyncContextManager[Work]:
        works: Works[Work] = self.interfaces.suite.runtimes["subsidy"].works
        return works(scope)

    async def work_out(self) -> None:
        """Let the worker do what is due of the dry-runs."""
        job = next(each for each in JOBS if each.name == "work-out-impacts")
        await self.interfaces.suite.workers["subsidy"].do_job(job)

    def publisher(self, **changes: Any) -> Headers:
        return self._of(Permission.PUBLISH_POLICY, **({"subject": "publisher", "organ": CITY} | changes))

    def releaser(self, **changes: Any) -> Headers:
        return self._of(Permission.RELEASE_POLICY, **({"subject": "releaser", "organ": CITY} | changes))

    def reader(self, **changes: Any) -> Headers:
        return self._of(**({"organ": CITY} | changes))

    def _of(self, *permissions: Permission, **changes: Any) -> Headers:
        return self.interfaces.bearer(Permission.READ_REGISTER, *permissions, **changes)
