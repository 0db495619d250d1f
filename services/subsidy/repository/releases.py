"""Policy releases in PostgreSQL, and the policy they make of the pack."""

from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.subsidy import tables
from services.subsidy.domain.release import MODELS, DryRun, Release, ReleaseKind, UnknownRelease
from shared.paging import Page, decode_cursor, page_of, uuid_in
from shared.persistence.aggregates import SqlAggregates
from shared.policy import Clause, Document, Policy, Released, Status
from shared.policy.dated import DatedEntry

_PLAIN = (
    "id",
    "supersedes",
    "published_by",
    "published_at",
    "released_by",
    "released_at",
    "known_from",
    "superseded_by",
)
_TABLE = tables.policy_release
_ROW = _TABLE.c
_DRY_RUN = TypeAdapter(DryRun)
_TURN = text("SELECT pg_advisory_xact_lock(hashtext('policy_release'))")
_RELEASED = select(func.count()).select_from(_TABLE).where(_ROW.known_from.is_not(None))


class SqlReleases(SqlAggregates[Release]):
    """Policy releases in PostgreSQL."""

    table = _TABLE
    missing = UnknownRelease

    def to_row(self, aggregate: Release) -> dict[str, Any]:
        release = aggregate
        return {
            **{name: getattr(release, name) for name in _PLAIN},
            "kind": release.kind.value,
            "document": release.document.model_dump(mode="json"),
            "status": release.status.value,
            "clauses": [clause.model_dump(mode="json") for clause in release.clauses],
            "entries": [_entry_out(entry) for entry in release.entries],
            "dry_run": _DRY_RUN.dump_python(release.dry_run, mode="json") if release.dry_run else None,
        }

    def to_aggregate(self, row: RowMapping) -> Release:
        return _release(row)

    async def take_turn(self) -> int:
        """Wait until nobody else releases, and keep others from it; how many releases there are by then."""
        await self._connection.execute(_TURN)
        return int((await self._connection.execute(_RELEASED)).scalar_one())

    async def page(self, *, released: bool, cursor: str | None, size: int) -> Page[Release]:
        """The latest first; all, or only what is `released`."""
        statement = select(_TABLE).order_by(_ROW.id.desc())
        if released:
            statement = statement.where(_ROW.known_from.is_not(None))
        if cursor is not None:
            statement = statement.where(_ROW.id < uuid_in(*decode_cursor(cursor, parts=1)))
        found = await self._fetch(statement.limit(size + 1))
        return page_of(found, size=size, position=lambda each: (each.id,))


class CurrentPolicy:
    """The policy of one process: the pack and every release, read again when there is another.

    Releases are only ever added, so that how many there are says whether what is held is the latest. As a release is
    known from a later day than that on which it is made, no unit of work misses one that counts for it.
    """

    def __init__(self) -> None:
        self._policy: Policy | None = None

    def of(self, pack: Policy) -> Policy:
        """What was read last, or the pack before anything was."""
        return self._policy or pack

    async def refresh(self, connection: AsyncConnection, pack: Policy) -> None:
        """Begin a unit of work: one look at how many releases there are."""
        count = int((await connection.execute(_RELEASED)).scalar_one())
        if count != len(self.of(pack).releases):
            self._policy = pack.with_releases(await _read(connection))


async def _read(connection: AsyncConnection) -> Sequence[Released]:
    made = select(_TABLE).where(_ROW.known_from.is_not(None)).order_by(_ROW.released_at, _ROW.id)
    rows = (await connection.execute(made)).mappings()
    return [_release(row).stated(known_from=row["known_from"]) for row in rows]


def _release(row: RowMapping) -> Release:
    kind, status = ReleaseKind(row["kind"]), Status(row["status"])
    document = Document.model_validate(row["document"])
    return Release(
        **{name: row[name] for name in (*_PLAIN, "version")},
        kind=kind,
        document=document,
        status=status,
        clauses=tuple(Clause.model_validate(each) for each in row["clauses"]),
        entries=tuple(MODELS[kind].model_validate(each) for each in row["entries"]),
        dry_run=_DRY_RUN.validate_python(row["dry_run"]) if row["dry_run"] else None,
    )


def _entry_out(entry: DatedEntry) -> dict[str, Any]:
    return entry.model_dump(mode="json")
