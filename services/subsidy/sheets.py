"""The spreadsheets of the registry: rosters of certificates, and the insurance office's facts about holders."""

import json
import re
import tempfile
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from services.subsidy.domain.fact import FactKind, Tie
from services.subsidy.domain.upload import FaultyJson, Finding, Returned, Sheet
from shared.sheets.cells import Cell, CellError, Row, row_reader
from shared.sheets.layout import Choice, Column, Kind, SheetLayout
from shared.sheets.reading import ReadLimits, read
from shared.sheets.refusals import NoRows, TooManyRows
from shared.sheets.safety import ArchiveLimits, require_size
from shared.values import Edition, Level

VERSION = 1
_NAME, _ID, _NUMBER, _CODE, _WORK_TYPE = 60, 30, 22, 10, 60
_LONGEST_CELL = 32_767
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_USCC = 18
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_YES_NO = (Choice("yes", "是"), Choice("no", "否"))

ROSTER = SheetLayout(
    "subsidy.roster",
    VERSION,
    (
        Column(
            key="number",
            zh="证书编号",
            en="Number",
            kind=Kind.CODE,
            required=True,
            max_length=_NUMBER,
            width=28,
            note="22 位等级证书编号，或 16 位职业资格证书编号 · 22 characters, or 16 digits of the old kind",
        ),
        Column(key="holder_name", zh="姓名", en="Name", required=True, max_length=_NAME),
        Column(
            key="holder_id",
            zh="证件号码",
            en="Document number",
            kind=Kind.CODE,
            required=True,
            max_length=_ID,
            width=24,
        ),
        Column(
            key="edition",
            zh="大典版本",
            en="Edition",
            kind=Kind.CHOICE,
            required=True,
            choices=tuple(Choice(each.value, each.value) for each in Edition),
        ),
        Column(
            key="occupation",
            zh="职业编码",
            en="Occupation",
            kind=Kind.CODE,
            required=True,
            max_length=_CODE,
        ),
        Column(key="work_type", zh="工种", en="Work type", max_length=_WORK_TYPE),
        Column(
            key="level",
            zh="等级",
            en="Level",
            kind=Kind.CHOICE,
            required=True,
            choices=tuple(Choice(str(int(each)), each.title) for each in reversed(Level)),
        ),
        Column(key="issued_on", zh="核发日期", en="Issued on", kind=Kind.DATE, required=True),
        Column(
            key="evaluated_on",
            zh="评价日期",
            en="Evaluated on",
            kind=Kind.DATE,
            note="16 位编号的证书可不填 · may be left empty for an old certificate",
        ),
    ),
)

FACTS = SheetLayout(
    "subsidy.facts",
    VERSION,
    (
        Column(
            key="holder_id",
            zh="证件号码",
            en="Document number",
            kind=Kind.CODE,
            required=True,
            max_length=_ID,
            width=24,
        ),
        Column(
            key="about",
            zh="所属日期",
            en="About",
            kind=Kind.DATE,
            required=True,
            note="参保情况填当月任意一日 · any day of the month for what is about insurance",
        ),
        Column(key="insured_months", zh="累计缴费月数", en="Months insured", kind=Kind.INTEGER),
        Column(
            key="insured_in_month",
            zh="当月正常缴费或领金",
            en="Insured in that month",
            kind=Kind.CHOICE,
            choices=_YES_NO,
        ),
        Column(
            key="employer",
            zh="单位信用代码",
            en="Employer's USCC",
            kind=Kind.CODE,
            max_length=_USCC,
            width=24,
            note="填写用工关系时必填 · needed beside the tie",
        ),
        Column(
            key="employment",
            zh="用工关系",
            en="Tie",
            kind=Kind.CHOICE,
            choices=tuple(Choice(each.value, each.zh) for each in Tie),
        ),
        Column(key="pension", zh="领取养老待遇", en="Draws a pension", kind=Kind.CHOICE, choices=_YES_NO),
        Column(key="enrolled", zh="全日制在校", en="Full-time student", kind=Kind.CHOICE, choices=_YES_NO),
    ),
)
FACT_COLUMNS = tuple(kind.value for kind in FactKind)
"""The columns of FACTS that hold a fact, each under the fact's own name."""


def read_sheet(content: bytes, layout: SheetLayout, *, most_rows: int, most_bytes: int) -> Sheet:
    """XLSX, CSV, or a JSON array of objects. May take seconds: call it in a thread.

    Raises SheetRefused or FaultyJson; what is wrong with single rows comes with them.
    """
    limits = ArchiveLimits(max_bytes=most_bytes)
    require_size(len(content), limits)
    if content.removeprefix(_BYTE_ORDER_MARK).lstrip()[:1] in (b"[", b"{"):
        return _sheet(content, _json_rows(content, layout, most_rows=most_rows), source="JSON")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")
        path.write_bytes(content)
        rows = read(path, layout, limits=ReadLimits(archive=limits, max_rows=most_rows))
        return _sheet(content, rows, source=rows.source)


def given_back(returned: Iterable[Returned]) -> list[Row]:
    """Rows to be written out with their findings, as they were sent."""
    return [
        Row(
            number=each.row,
            values={},
            errors=tuple(CellError(one.column, one.code, one.message) for one in each.findings),
            cells=tuple(each.cells),  # type: ignore[arg-type]  # as cells were read
        )
        for each in returned
    ]


def _sheet(content: bytes, rows: Iterable[Row], *, source: str) -> Sheet:
    read_rows = list(rows)
    good = [row for row in read_rows if not row.errors]
    return Sheet(
        sha256=sha256(content).hexdigest(),
        source=source,
        values={row.number: row.values for row in good},
        cells={row.number: row.cells for row in good},
        wrong=tuple(_returned(row) for row in read_rows if row.errors),
        whole=not source.startswith("CSV") or content.endswith((b"\n", b"\r")),
    )


def _returned(row: Row) -> Returned:
    findings = tuple(
        Finding(column=each.column, code=str(each.code), message=each.message) for each in row.errors
    )
    return Returned(row=row.number, findings=findings, cells=row.cells)


def _json_rows(content: bytes, layout: SheetLayout, *, most_rows: int) -> list[Row]:
    """Objects numbered from 1; a key left out is an empty cell, numbers and text are told apart as written."""
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        raise FaultyJson("不是合法的 JSON · It is not valid JSON") from None
    if not isinstance(entries, list):
        raise FaultyJson
    if not entries:
        raise NoRows
    if len(entries) > most_rows:
        raise TooManyRows(f"上限 {most_rows} 行 · The limit is {most_rows} rows")
    keys = [column.key for column in layout.columns]
    reader = row_reader(layout.columns)
    return [reader(number, _cells(number, entry, keys)) for number, entry in enumerate(entries, 1)]


def _cells(number: int, entry: object, keys: Sequence[str]) -> list[Cell]:
    if not isinstance(entry, dict) or not set(entry) <= set(keys):
        raise FaultyJson(
            f"第 {number} 项不是对象，或有模板之外的键 · Item {number} is no object, or has a key of its own"
        )
    values = [entry.get(key, "") for key in keys]
    if any(not isinstance(value, str | int | float) and value is not None for value in values):
        raise FaultyJson(
            f"第 {number} 项的值须为文本或数 · Item {number} holds a value that is no text or number"
        )
    return [_cell(value) for value in values]


def _cell(value: Cell | None) -> Cell:
    """Text as a cell can hold it: a sheet with the row in it must be able to go back."""
    if value is None:
        return ""
    return _UNKEPT.sub("\ufffd", value)[:_LONGEST_CELL] if isinstance(value, str) else value
