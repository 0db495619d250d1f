"""Uploaded sheets as they are shown: how many rows were taken, and what is wrong with the others."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.subsidy.domain.upload import Returned, Upload, UploadKind
from services.subsidy.schemas.parts import Body
from shared.http.work import View

_MOST_SHOWN = 200


class SentFile(Body):
    """What makes two uploads the same one."""

    kind: UploadKind
    about: str
    sha256: str


class FindingView(BaseModel):
    """What was found in one column; nothing of what stands there."""

    model_config = ConfigDict(from_attributes=True)

    column: str = Field(description="列的键，整行为空 · the column's key, empty for the whole row")
    code: str
    message: str


class ReturnedView(BaseModel):
    """A row that was given back."""

    model_config = ConfigDict(from_attributes=True)

    row: int = Field(description="表中行号 · its number in the sheet")
    findings: tuple[FindingView, ...]


class UploadView(View):
    """What became of a sheet."""

    kind: UploadKind
    source: str = Field(examples=["XLSX", "CSV (GB18030)", "JSON"])
    rows: int
    taken: int
    marked: int = Field(description="已收但有提示的行 · taken, with something noticed about them")
    returned: int = Field(description="退回的行 · given back")
    first_returned: tuple[ReturnedView, ...] = Field(description="前 200 行退回的行 · the first 200 of them")
    at: datetime

    @classmethod
    def of(cls, upload: Upload, returned: Sequence[Returned]) -> "UploadView":
        return cls(
            id=upload.id,
            version=upload.version,
            kind=upload.kind,
            source=upload.source,
            rows=upload.rows,
            taken=upload.taken,
            marked=upload.marked,
            returned=upload.given_back,
            first_returned=tuple(ReturnedView.model_validate(each) for each in returned[:_MOST_SHOWN]),
            at=upload.at,
        )
