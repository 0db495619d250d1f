"""成批导入: a spreadsheet's way from its preview to the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.filing.domain.holdings import Holdings
from services.filing.domain.line import Entry, Line, LineState, Outcome
from shared.errors import Conflict, NotFound
from shared.paging import Page
from shared.policy.terms import Term


class UnknownImport(NotFound):
    """没有这次导入 · There is no such import."""

    code = "NJT-FIL-1501"


class SameFile(Conflict):
    """同一文件已导入过 · The same file was imported before."""

    code = "NJT-FIL-1502"


class ImportSettled(Conflict):
    """导入已提交或已作废 · The import was committed or discarded already."""

    code = "NJT-FIL-1503"


class NothingGood(Conflict):
    """没有可入库的行 · No row is good enough to go in."""

    code = "NJT-FIL-1504"


class NothingWrong(NotFound):
    """没有有误的行 · No row was found wrong."""

    code = "NJT-FIL-1505"


class Contradicted(Conflict):
    """与已有数据冲突，未入库 · What is kept already contradicts it; it was not put in."""

    code = "NJT-FIL-1506"


class ImportKind(Term):
    """What the rows are."""

    INSTITUTIONS = "institutions", "存量机构", "institutions on record before this system"
    FILINGS = "filings", "现场集中办理", "drafts taken on site"


class ImportState(Term):
    """How far an import is."""

    PREVIEWED = "previewed", "已预览", "previewed"
    COMMITTING = "committing", "入库中", "being put in"
    DONE = "done", "已完成", "done"
    DISCARDED = "discarded", "已作废", "discarded"


@dataclass(eq=False, kw_only=True)
class Import:
    """One spreadsheet handed in by an officer of `organ`.

    Rows of one institution or one draft make a group; `groups` counts those without a fault, `cursor` how many of them
    were gone through. `rows` = `good` + `bad`; `done` and `failed` count the good ones that went in or were refused.
    """

    id: UUID
    organ: str
    kind: ImportKind
    file_name: str
    sha256: str
    source: str
    template_version: int
    rows: int
    good: int
    bad: int
    groups: int
    created_by: str
    created_at: datetime
    state: ImportState = ImportState.PREVIEWED
    done: int = 0
    failed: int = 0
    cursor: int = 0
    committed_by: str = ""
    finished_at: datetime | None = None
    version: int = 0

    def begin(self, *, by: str) -> None:
        """From now on the good groups are put in; raises ImportSettled or NothingGood."""
        self._check_previewed()
        if not self.groups:
            raise NothingGood(f"{self.rows} 行均有误 · all of {self.rows} rows are wrong")
        self.state, self.committed_by = ImportState.COMMITTING, by

    def discard(self, *, at: datetime) -> None:
        """Nothing of it goes in; the same file may be handed in again. Raises ImportSettled."""
        self._check_previewed()
        self.state, self.finished_at = ImportState.DISCARDED, at

    def advance(self, groups: int, *, done: int, failed: int, at: datetime) -> None:
        """So many more groups were gone through, with so many rows put in and refused."""
        self.cursor += groups
        self.done += done
        self.failed += failed
        if self.cursor >= self.groups:
            self.state, self.finished_at = ImportState.DONE, at

    def _check_previewed(self) -> None:
        if self.state is not ImportState.PREVIEWED:
            raise ImportSettled(self.state.label, extra={"state": self.state})


class Imports(Protocol):
    """Where imports and their rows are kept."""

    async def get(self, key: UUID, *, seen: int | None = None) -> Import: ...

    def add(self, aggregate: Import) -> None: ...

    async def first_of(self, organ: str, kind: ImportKind, sha256: str) -> UUID | None: ...

    async def claimed(self, key: UUID) -> Import | None: ...

    async def unfinished(self) -> list[tuple[UUID, int]]: ...

    async def page(self, *, cursor: str | None, size: int) -> Page[Import]: ...

    async def keep_lines(self, bulk: Import, lines: Sequence[Line]) -> None: ...

    async def drop_lines(self, import_id: UUID) -> None: ...

    async def lines(
        self, import_id: UUID, state: LineState | None, *, cursor: str | None, size: int
    ) -> Page[Line]: ...

    async def wrong(self, import_id: UUID) -> list[Line]: ...

    async def groups(self, import_id: UUID, *, after: int, most: int) -> list[list[Line]]: ...

    async def settle(self, import_id: UUID, outcomes: Sequence[Outcome]) -> None: ...

    async def holdings(self, kind: ImportKind, entries: Sequence[Entry]) -> Holdings: ...
