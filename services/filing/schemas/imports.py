"""Imports: how they stand, and what was found in their rows."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.filing.domain.bulk import Import, ImportKind, ImportState
from services.filing.domain.line import Line, LineState
from services.filing.schemas.parts import Body, Sha256
from shared.http.work import View

_FIRST = 20


class SentFile(Body):
    """What makes two uploads the same."""

    kind: ImportKind
    sha256: Sha256


class FindingView(BaseModel):
    """What is wrong in one column of a row."""

    model_config = ConfigDict(from_attributes=True)

    column: str = Field(description="列名；空为整行 · column, empty for the whole row")
    code: str
    message: str


class LineView(BaseModel):
    """A row: its number as the sheet shows it, what it says, and what became of it."""

    number: int
    group: int = Field(description="所在组的次序，0 为未入组 · turn of its group, 0 for none")
    values: dict[str, str | int | date]
    findings: tuple[FindingView, ...]
    state: LineState
    outcome_id: UUID | None = Field(description="生成的机构或备案申请 · institution or filing it became")
    outcome_code: str
    outcome: str

    @classmethod
    def of(cls, line: Line) -> "LineView":
        made = line.outcome
        return cls(
            number=line.number,
            group=line.place,
            values={key: value for key, value in line.values.items() if value is not None},
            findings=tuple(FindingView.model_validate(each) for each in line.findings),
            state=line.state,
            outcome_id=made.subject if made else None,
            outcome_code=made.code if made else "",
            outcome=made.reason if made else "",
        )


class LinesView(BaseModel):
    """Some rows in the order of the sheet; `next` is the cursor of the next page, null on the last."""

    items: list[LineView]
    next: str | None


class ImportView(View):
    """How an import stands; rows, but `groups` and `cursor` count institutions or drafts."""

    organ: str
    kind: ImportKind
    file_name: str
    sha256: str
    source: str = Field(description="文件格式 · what the file was", examples=["CSV (GB18030)"])
    template_version: int
    state: ImportState
    rows: int
    good: int
    bad: int
    groups: int
    cursor: int
    done: int
    failed: int
    created_by: str
    created_at: datetime
    committed_by: str
    finished_at: datetime | None

    @classmethod
    def of(cls, bulk: Import) -> "ImportView":
        return cls.model_validate(bulk)


class PreviewView(ImportView):
    """What was found before anything goes in: the first rows that are wrong, and where all of them are."""

    wrong: tuple[LineView, ...] = Field(description=f"前 {_FIRST} 个有误的行 · the first rows that are wrong")
    rows_link: str = Field(examples=["v1/imports/…/rows?state=bad"])
    errors_link: str = Field(examples=["v1/imports/…/errors.xlsx"])

    @classmethod
    def with_first(cls, bulk: Import, lines: Sequence[Line]) -> "PreviewView":
        """An import with the first of its rows that are wrong."""
        wrong = [line for line in lines if line.state is LineState.BAD][:_FIRST]
        return cls.model_validate(
            {
                **ImportView.of(bulk).model_dump(),
                "wrong": tuple(LineView.of(line) for line in wrong),
                "rows_link": f"v1/imports/{bulk.id}/rows?state=bad",
                "errors_link": f"v1/imports/{bulk.id}/errors.xlsx",
            }
        )
