"""What officers do with an import: preview it, put it in, or discard it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.filing.domain.bulk import Import, ImportKind, SameFile
from services.filing.domain.line import Entry, Line, LineState
from services.filing.domain.vetting import Vetting, read_groups, vet
from services.filing.handlers.work import Work
from shared.policy import Policy


@dataclass(frozen=True, kw_only=True)
class PreviewImport:
    """A spreadsheet that an officer of an organ hands in, with its rows as they were read."""

    kind: ImportKind
    organ: str
    by: str
    file_name: str
    sha256: str
    source: str
    template_version: int
    lines: Sequence[Line]


async def read_entries(command: PreviewImport, policy: Policy, *, today: date) -> Sequence[Entry]:
    """What the rows say by themselves: most of the work, which is done before anything is held in the database."""
    return await asyncio.to_thread(read_groups, command.lines, _vetting(command, policy, today))


async def preview_import(command: PreviewImport, entries: Sequence[Entry], work: Work) -> Import:
    """Hold what was read against the register and keep what was found; nothing is in the register yet.

    Raises SameFile naming the first import.
    """
    first = await work.imports.first_of(command.organ, command.kind, command.sha256)
    if first is not None:
        raise SameFile(f"首次导入 · first imported as {first}", extra={"import_id": str(first)})
    vetting = _vetting(command, work.policy, work.today)
    holdings = await work.imports.holdings(command.kind, entries)
    groups = await asyncio.to_thread(vet, entries, holdings, vetting)
    bulk = _import_of(command, work, groups=groups)
    work.imports.add(bulk)
    await work.imports.keep_lines(bulk, command.lines)
    return bulk


def _vetting(command: PreviewImport, policy: Policy, today: date) -> Vetting:
    organs = policy.territory(command.organ)
    return Vetting(kind=command.kind, policy=policy, organs=organs, today=today)


def _import_of(command: PreviewImport, work: Work, *, groups: int) -> Import:
    bad = sum(line.state is LineState.BAD for line in command.lines)
    return Import(
        id=work.new_id(),
        organ=command.organ,
        kind=command.kind,
        file_name=command.file_name,
        sha256=command.sha256,
        source=command.source,
        template_version=command.template_version,
        rows=len(command.lines),
        good=len(command.lines) - bad,
        bad=bad,
        groups=groups,
        created_by=command.by,
        created_at=work.at,
    )


@dataclass(frozen=True, kw_only=True)
class OnImport:
    """Names the import, the version the caller saw, and who says so."""

    import_id: UUID
    seen: int
    by: str


async def commit_import(command: OnImport, work: Work) -> Import:
    """Let the good groups be put in; the worker does it. Raises ImportSettled or NothingGood."""
    bulk = await work.imports.get(command.import_id, seen=command.seen)
    bulk.begin(by=command.by)
    return bulk


async def discard_import(command: OnImport, work: Work) -> Import:
    """Nothing of it goes in, and its rows are forgotten. Raises ImportSettled."""
    bulk = await work.imports.get(command.import_id, seen=command.seen)
    bulk.discard(at=work.at)
    await work.imports.drop_lines(bulk.id)
    return bulk
