"""Files that are carried where there is no line, over HTTP: made, downloaded, handed in."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.batches import Form
from shared.errors import TooLarge
from shared.http.pages import Cursor, Size
from shared.http.problems import problems
from shared.http.uploads import uploaded
from shared.identity import NotYours
from shared.paging import BadCursor
from shared.policy import UnknownOrgan
from shared.province.batches.carrier import export_batch, import_batch
from shared.province.batches.files import MOST_BYTES
from shared.province.batches.records import Batch, Batches, BatchRow
from shared.province.batches.refusals import (
    BatchAltered,
    FileNotKept,
    ImportRunning,
    ManifestNotSigned,
    NotABatch,
    NothingToCarry,
    OtherReceiver,
    SameBatchOtherContent,
    UnknownBatch,
)
from shared.service.exchange.desk import AtDesk, Operator, Watcher
from shared.service.exchange.pages import PageOf
from shared.service.exchange.schemas import Reason, Said, Shown
from shared.sheets.refusals import SheetRefused

UPLOADS = r"/v1/exchange/batches/imports"
UPLOAD_BYTES = MOST_BYTES + 65_536
"""The file, and what a multipart body holds besides."""

router = APIRouter(prefix="/v1/exchange/batches", tags=["exchange · 省级交换"])

_IN_REACH = (NotYours, UnknownOrgan)
_FILE_REFUSED = (
    NotABatch,
    BatchAltered,
    ManifestNotSigned,
    OtherReceiver,
    SameBatchOtherContent,
    ImportRunning,
    SheetRefused,
    TooLarge,
)
_ZIP = "application/zip"
_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {_ZIP: {"schema": {"type": "string", "format": "binary"}}}, "description": "ZIP"}
}
_LONGEST_NAME = 120
WhyDownloaded = Annotated[
    Reason, Query(description="事由；文件含报文全文 · why; the file holds whole messages")
]
_Sha256 = Annotated[str, Field(description="报文文件的摘要 · of the file with the messages")]


class ExportBody(BaseModel):
    """How the messages are to be laid out."""

    model_config = ConfigDict(extra="forbid")

    format: Form = Form.XLSX


class BatchView(Shown):
    """One file: made here (`out`) or handed in (`in`); until it is concluded, an import may be at work on it."""

    id: UUID
    direction: str = Field(examples=["out"])
    counterpart: Said
    format: str
    at: datetime
    by: str
    name: Said
    sha256: _Sha256
    rows: int
    outcomes: dict[str, int] = Field(examples=[{"done": 12, "refused": 1}])
    concluded_at: datetime | None

    @classmethod
    def of(cls, batch: Batch) -> "BatchView":
        return cls(**{**vars(batch), "format": batch.form, "sha256": batch.sha256.hex()})


class ExportedView(BatchView):
    """A file that was made; `more` is due and found no room in it."""

    more: bool


class RowView(Shown):
    """What became of one row: as the exchange ledger has it, and why."""

    number: int
    message_id: UUID | None
    code: Said
    business_key: Said
    outcome: str = Field(examples=["done", "rejected", "duplicate", "refused", "waiting", "parked"])
    reason_code: Said
    reason: Said


class WholeBatchView(BatchView):
    """A file and, if it was handed in, what became of each row."""

    lines: list[RowView]


class ImportedView(WholeBatchView):
    """A file that was taken in; `before` is when that had been done already, and nothing happened twice."""

    before: datetime | None = Field(description="曾于此时导入 · imported before, on")


@router.post("", status_code=201, responses=problems(NothingToCarry, *_IN_REACH))
async def export_exchange_batch(body: ExportBody, caller: Operator, desk: AtDesk) -> ExportedView:
    """导出批次 · Put what is due into one signed file that is carried to the province; it counts as delivered then."""
    office = desk.correspondence.office()
    exported = await export_batch(office, body.format, scope=desk.everywhere(caller))
    return ExportedView(**vars(BatchView.of(exported.batch)), more=exported.more)


@router.post("/imports", status_code=201, responses=problems(*_FILE_REFUSED, *_IN_REACH))
async def import_exchange_batch(file: UploadFile, caller: Operator, desk: AtDesk) -> ImportedView:
    """导入批次 · Take in a file of the province: row by row, as if each message had come over the line.

    A file that was altered, or is somebody else's, is refused as a whole. Its receipts are owed, and leave with the
    next file or over the line.
    """
    scope = desk.everywhere(caller)
    content = await uploaded(file, most=MOST_BYTES)
    office = desk.correspondence.office()
    imported = await import_batch(office, content, name=_cleaned(file.filename or ""), scope=scope)
    view = BatchView.of(imported.batch)
    return ImportedView(**vars(view), lines=_shown(imported.rows), before=imported.before)


@router.get("", responses=problems(BadCursor, *_IN_REACH))
async def list_exchange_batches(
    *, caller: Watcher, desk: AtDesk, cursor: Cursor = None, size: Size = 50
) -> PageOf[BatchView]:
    """批次记录 · Files that were made and handed in, the latest first."""
    async with desk.whole(caller) as transaction:
        page = await Batches(transaction.connection).page(cursor=cursor, size=size)
    return PageOf(items=[BatchView.of(batch) for batch in page.items], next=page.next)


@router.get("/{batch_id}", responses=problems(UnknownBatch, *_IN_REACH))
async def read_exchange_batch(batch_id: UUID, caller: Watcher, desk: AtDesk) -> WholeBatchView:
    """一个批次 · One file, and how far its import is."""
    async with desk.whole(caller) as transaction:
        batches = Batches(transaction.connection)
        batch, rows = await batches.get(batch_id), await batches.rows(batch_id)
    return WholeBatchView(**vars(BatchView.of(batch)), lines=_shown(rows))


@router.get(
    "/{batch_id}/file",
    response_class=Response,
    responses={**problems(UnknownBatch, FileNotKept, *_IN_REACH), **_ANSWER},
)
async def download_exchange_batch(
    batch_id: UUID, caller: Operator, desk: AtDesk, reason: WhyDownloaded
) -> Response:
    """下载批次文件 · The file as it was made, as often as it is needed; each time, and why, is entered in the ledger."""
    async with desk.whole(caller) as transaction:
        batches = Batches(transaction.connection, desk.correspondence.office().cipher)
        batch, content = await batches.get(batch_id), await batches.content(batch_id)
        transaction.because(reason)
        transaction.ledger.changed("exchange_batch", batch_id)
    disposition = {"Content-Disposition": f'attachment; filename="{batch.name}"'}
    return Response(content, media_type=_ZIP, headers=disposition)


def _shown(rows: list[BatchRow]) -> list[RowView]:
    return [RowView.model_validate(row) for row in rows]


def _cleaned(name: str) -> str:
    """The file's own name, to be shown: no folders, nothing that cannot be seen."""
    own = name.replace("\\", "/").rpartition("/")[2]
    return "".join(char for char in own if char.isprintable())[:_LONGEST_NAME] or "upload"
