"""上传的表格: a spreadsheet that was taken in row by row, and the rows given back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from shared.errors import Conflict, Invalid, NotFound
from shared.policy.terms import Term
from shared.values import Uscc


class UnknownUpload(NotFound):
    """没有这次上传 · There is no such upload."""

    code = "NJT-SUB-1401"


class SameUpload(Conflict):
    """同一文件已经上传过 · The same file was uploaded before."""

    code = "NJT-SUB-1402"


class NothingReturned(NotFound):
    """没有退回的行 · No row was given back."""

    code = "NJT-SUB-1403"


class FaultyJson(Invalid):
    """JSON 须为对象数组，键为模板的列 · The JSON must be an array of objects with the template's columns as keys."""

    code = "NJT-SUB-1404"


class UploadKind(Term):
    """What a sheet tells of."""

    ROSTER = "roster", "证书名册", "Roster of certificates"
    FACTS = "facts", "参保与用工情况", "Facts about holders"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What was found in one column of a row; `column` is empty for the row as a whole."""

    column: str
    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class Returned:
    """A row that was not taken: its number in the sheet, what is wrong, and what stood there."""

    row: int
    findings: tuple[Finding, ...]
    cells: tuple[object, ...]


@dataclass(eq=False, kw_only=True)
class Upload:
    """One sheet. `returned` is sealed, for what stood in the rows may name people; `uscc` is whose roster it is.

    `marked` counts rows that were taken and have something noticed about them.
    """

    id: UUID
    organ: str
    uscc: Uscc | None
    kind: UploadKind
    sha256: str
    source: str
    rows: int
    taken: int
    marked: int
    returned: bytes
    by: str
    at: datetime
    version: int = 0

    @property
    def given_back(self) -> int:
        return self.rows - self.taken


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A sheet as it was read: good rows by number, and the wrong ones, with what stood in each.

    It is not `whole` when the last line of its text has no end: what came after may be missing.
    """

    sha256: str
    source: str
    values: Mapping[int, Mapping[str, object]]
    cells: Mapping[int, tuple[object, ...]]
    wrong: tuple[Returned, ...]
    whole: bool = True

    def given_back(self, row: int, finding: Finding) -> Returned:
        """A good row that a rule refuses."""
        return Returned(row=row, findings=(finding,), cells=self.cells[row])


class Uploads(Protocol):
    """Where uploads are kept; only those within the caller's reach exist for it."""

    def add(self, aggregate: Upload) -> None: ...

    async def get(self, key: UUID, *, seen: int | None = None) -> Upload: ...

    async def first_of(self, kind: UploadKind, owner: str, sha256: str) -> UUID | None: ...
