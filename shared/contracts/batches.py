"""A batch file: messages that a person carries, one to a row, and the manifest that says what is in it.

A ZIP of `manifest.json` and of `messages.csv` or `messages.xlsx`; the form is our own and assumed.
"""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.exchange import Digest
from shared.contracts.province import Wire

MOST_ROWS = 10_000
MANIFEST = "manifest.json"
SHEET_NAME, SHEET_VERSION = "交换批次", 1
"""What the workbook says of itself on its sheet 填写说明."""
TITLES = (
    "行号 · row",
    "报文号 · message id",
    "报文代码 · code",
    "业务号 · business key",
    "通道 · lane",
    "通道序号 · sequence",
    "签发时间 · issued at",
    "报文 · message",
)
"""The first columns; only the last of them counts, the others are for whoever looks into the file."""
CHARACTERS = 16_000
"""How much of a message stands in one cell; the rest goes on in further columns, `CONTINUED` with their numbers."""
CONTINUED = "报文续{0} · message, part {0}"


class Form(StrEnum):
    """How the messages are laid out."""

    CSV = "csv"
    XLSX = "xlsx"

    @property
    def file(self) -> str:
        """The name within the ZIP."""
        return f"messages.{self}"


class BatchManifest(Wire):
    """manifest.json: whose batch it is, and for whom; the signature covers all but itself, as canonical JSON."""

    format_version: Literal["1"] = "1"
    batch_id: UUID
    sender: str = Field(min_length=1, max_length=40)
    receiver: str = Field(min_length=1, max_length=40)
    made_at: AwareDatetime
    file: Literal["messages.csv", "messages.xlsx"]
    rows: Annotated[int, Field(ge=1, le=MOST_ROWS)]
    sha256: Digest = Field(description="报文文件的摘要 · of the file with the messages")
    key_id: str = Field(max_length=64)
    signature: str = Field(max_length=200)

    @property
    def form(self) -> Form:
        return Form(self.file.rpartition(".")[2])
