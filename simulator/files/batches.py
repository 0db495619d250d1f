"""Batch files in the province's own code: the form of `shared.contracts.batches`, read and written."""

import csv
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from io import BytesIO, StringIO
from uuid import uuid4

from pydantic import ValidationError
from python_calamine import CalamineWorkbook
from xlsxwriter.workbook import Workbook

from shared.contracts.batches import (
    CHARACTERS,
    CONTINUED,
    MANIFEST,
    SHEET_NAME,
    SHEET_VERSION,
    TITLES,
    BatchManifest,
    Form,
)
from shared.contracts.province import canonical
from simulator.dialect import Dialect
from simulator.keys import PeerKeys, ProvinceKey
from simulator.line import Letter
from simulator.reading import CITY, PROVINCE

_FORMULAS = tuple("=+-@\t\r＝＋－＠")
_FIRST = len(TITLES) - 1
_NAME, _VERSION = "模板 · Template", "版本 · Version"


class BatchError(ValueError):
    """批次文件有误 · The batch file cannot be read."""


def read_batch(content: bytes, peers: PeerKeys) -> tuple[BatchManifest, list[bytes]]:
    """The manifest and the messages of a file from the city; raises BatchError."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            fields = json.loads(archive.read(MANIFEST))
            manifest = BatchManifest.model_validate(fields)
            messages = archive.read(manifest.file)
        del fields["signature"]
        held = peers.holds(manifest.key_id, canonical(fields), manifest.signature)
    except ValidationError as broken:
        raise BatchError(f"清单字段有误 · the manifest: {broken.error_count()} faults") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as broken:
        raise BatchError(f"不是批次文件 · This is no batch file ({type(broken).__name__})") from None
    if not held or manifest.receiver != PROVINCE:
        raise BatchError(
            "清单签名不符或收件方不符 · The manifest is not signed by the city, or not for the province"
        )
    if sha256(messages).hexdigest() != manifest.sha256:
        raise BatchError("报文文件与清单不符 · The messages are not those of the manifest")
    lines = _csv_lines(messages) if manifest.form is Form.CSV else _sheet_lines(messages)
    rows = ["".join(line[_FIRST:]).encode() for line in list(lines)[1:]]
    if len(rows) != manifest.rows:
        raise BatchError("行数与清单不符 · There are more or fewer rows than the manifest says")
    return manifest, rows


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who writes a file, when, and how the messages in it are spelled."""

    key: ProvinceKey
    dialect: Dialect
    at: datetime


def write_batch(letters: Sequence[Letter], service: str, form: Form, sender: Sender) -> bytes:
    """A file for one service of the city, with these letters in their order."""
    rows = [_row(number, letter.body, sender.dialect) for number, letter in enumerate(letters, 1)]
    parts = max(len(row) - _FIRST for row in rows)
    titles = [*TITLES, *(CONTINUED.format(part) for part in range(2, parts + 1))]
    table = [titles, *([*row, *[""] * (len(titles) - len(row))] for row in rows)]
    messages = _as_csv(table) if form is Form.CSV else _as_sheet(table)
    manifest = BatchManifest(
        batch_id=uuid4(),
        sender=PROVINCE,
        receiver=f"{CITY}/{service}",
        made_at=sender.at,
        file="messages.csv" if form is Form.CSV else "messages.xlsx",
        rows=len(rows),
        sha256=sha256(messages).hexdigest(),
        key_id=sender.key.key_id,
        signature="",
    )
    fields = manifest.model_dump(mode="json", exclude={"signature"})
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(MANIFEST, json.dumps({**fields, "signature": sender.key.sign(canonical(fields))}))
        archive.writestr(manifest.file, messages)
    return packed.getvalue()


def _row(number: int, body: bytes, dialect: Dialect) -> list[str]:
    """The cells of one message; it may be spoilt, and is carried all the same."""
    text = body.decode("utf-8", "replace")
    parts = [text[start : start + CHARACTERS] for start in range(0, len(text), CHARACTERS)]
    try:
        envelope = dialect.opened(body).envelope
    except ValueError:
        return [str(number), *[""] * (_FIRST - 1), *parts]
    told = [
        str(envelope.message_id),
        envelope.code,
        envelope.business_key,
        envelope.lane,
        str(envelope.sequence),
        envelope.issued_at.isoformat(),
    ]
    return [str(number), *told, *parts]


def _csv_lines(messages: bytes) -> Iterator[list[str]]:
    for line in csv.reader(StringIO(messages.decode("utf-8-sig"), newline="")):
        yield [cell[1:] if cell.startswith("'") and _is_formula(cell) else cell for cell in line]


def _sheet_lines(messages: bytes) -> Iterator[list[str]]:
    workbook = CalamineWorkbook.from_filelike(BytesIO(messages))
    for line in workbook.get_sheet_by_index(0).iter_rows():
        yield [str(cell) for cell in line]


def _as_csv(table: list[list[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(
        [[f"'{cell}" if _is_formula(cell) else cell for cell in line] for line in table]
    )
    return text.getvalue().encode("utf-8-sig")


def _as_sheet(table: list[list[str]]) -> bytes:
    content = BytesIO()
    with Workbook(content, {"strings_to_formulas": False, "strings_to_urls": False}) as workbook:
        data, marks = workbook.add_worksheet("数据"), workbook.add_worksheet("填写说明")
        for at, line in enumerate(table):
            for column, cell in enumerate(line):
                if cell:
                    data.write_string(at, column, cell)
        for at, (name, value) in enumerate(((_NAME, SHEET_NAME), (_VERSION, str(SHEET_VERSION)))):
            marks.write_string(at, 0, name)
            marks.write_string(at, 1, value)
    return content.getvalue()


def _is_formula(cell: str) -> bool:
    """Whether a spreadsheet program would reckon with it, apostrophes in front aside."""
    return cell.lstrip("'").startswith(_FORMULAS)
