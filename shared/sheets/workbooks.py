"""An XLSX file's rows, once it is sure to be safe, made from the right template and without surprises."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from python_calamine import CalamineSheet, CalamineWorkbook

from shared.sheets.cells import Cell
from shared.sheets.layout import SheetLayout
from shared.sheets.marks import CHOICES_SHEET, INSTRUCTIONS_SHEET, NAME_LABEL, VERSION_LABEL
from shared.sheets.package import SheetPart, is_sheet, sheets_of
from shared.sheets.refusals import (
    DamagedWorkbook,
    Formulas,
    MergedCells,
    NoRows,
    OtherVersion,
    UnexpectedSheet,
    WrongTemplate,
)
from shared.sheets.safety import ArchiveLimits, inspect_zip
from shared.sheets.scan import Bounds, SheetScan, scan_sheet, shared_text_lengths

T = TypeVar("T")

_OURS = (INSTRUCTIONS_SHEET, CHOICES_SHEET)
# Instructions and lists are ours, but the copy that comes back is the sender's: it may not reach far either.
_OWN_ROWS, _OWN_COLUMNS = 20_000, 64


def workbook_rows(
    content: Path, layout: SheetLayout, limits: ArchiveLimits, bounds: Bounds
) -> Iterator[Sequence[Cell]]:
    """Every row of the one sheet with data, from row 1 and column A on; raises SheetRefused at once."""
    parts = inspect_zip(content, limits)
    with zipfile.ZipFile(content) as archive:
        sheets = sheets_of(archive, parts)
        scans = _scans(archive, sheets, bounds)
    workbook = _loaded(lambda: CalamineWorkbook.from_filelike(BytesIO(content.read_bytes())))
    _require_template(workbook, layout)
    data = _data_sheet(sheets, scans)
    scan = scans[data.name]
    if scan.formula:
        raise Formulas(f"单元格 {scan.formula} 是公式，请粘贴为数值 · Cell {scan.formula} holds a formula")
    if scan.merged:
        raise MergedCells(f"{scan.merged} 是合并单元格，请取消合并 · {scan.merged} is merged; unmerge it")
    sheet = _loaded(lambda: workbook.get_sheet_by_name(data.name))
    return _lines(sheet, scan.error_cells)


def _scans(archive: zipfile.ZipFile, sheets: list[SheetPart], bounds: Bounds) -> dict[str, SheetScan]:
    """A look at every sheet, and at those no tab shows."""
    names = archive.namelist()
    texts: list[int] = []
    if "xl/sharedStrings.xml" in names:
        with archive.open("xl/sharedStrings.xml") as part:
            texts = shared_text_lengths(part, bounds)
    titles = {sheet.part: sheet.name for sheet in sheets}
    scans = {}
    for name in filter(is_sheet, names):
        own = titles.get(name) in _OURS
        reach = Bounds(rows=_OWN_ROWS, columns=_OWN_COLUMNS, text=bounds.text) if own else bounds
        with archive.open(name) as part:
            scans[titles.get(name, name)] = scan_sheet(part, reach, texts)
    return scans


def _require_template(workbook: CalamineWorkbook, layout: SheetLayout) -> None:
    if INSTRUCTIONS_SHEET not in workbook.sheet_names:
        raise WrongTemplate(
            f"缺少“{INSTRUCTIONS_SHEET}”工作表，请使用下载的模板 {layout.name} · "
            f"The sheet {INSTRUCTIONS_SHEET} is missing; use the template {layout.name} as downloaded"
        )
    sheet = _loaded(lambda: workbook.get_sheet_by_name(INSTRUCTIONS_SHEET))
    marks = {str(row[0]): row[1] for row in _loaded(lambda: sheet.to_python(nrows=4)) if len(row) > 1}
    name, version = str(marks.get(NAME_LABEL, ""))[:60], str(marks.get(VERSION_LABEL, ""))[:20]
    version = version.removesuffix(".0")
    if name != layout.name:
        raise WrongTemplate(
            f"文件用的模板是“{name}”，应为“{layout.name}” · The template is “{name}”, wanted is “{layout.name}”"
        )
    if version != str(layout.version):
        raise OtherVersion(
            f"文件的模板版本是 {version}，现行版本是 {layout.version} · "
            f"The file's template has version {version}, the current one is {layout.version}"
        )


def _data_sheet(sheets: list[SheetPart], scans: dict[str, SheetScan]) -> SheetPart:
    filled = [sheet for sheet in sheets if sheet.name not in _OURS and scans[sheet.name].filled]
    if not filled:
        raise NoRows
    if len(filled) > 1:
        names = "、".join(sheet.name for sheet in filled[:5])
        raise UnexpectedSheet(f"有多个工作表有内容：{names} · More than one sheet has content: {names}")
    return filled[0]


def _lines(sheet: CalamineSheet, errors: set[tuple[int, int]]) -> Iterator[Sequence[Cell]]:
    left = [""] * (sheet.start[1] if sheet.start else 0)
    marked = {row for row, _ in errors}
    for number, cells in enumerate(sheet.iter_rows(), 1):
        line: list[Cell] = [*left, *cells]
        if number in marked:
            line = ["#N/A" if (number, column) in errors else cell for column, cell in enumerate(line, 1)]
        yield line


def _loaded(load: Callable[[], T]) -> T:
    """What the library loads, or DamagedWorkbook whatever it made of the file."""
    try:
        return load()
    # A panic in the library is no Exception; it only means that this file is beyond it.
    except BaseException as fault:
        if isinstance(fault, Exception) or type(fault).__name__ == "PanicException":
            raise DamagedWorkbook(f"{DamagedWorkbook().title} ({type(fault).__name__})") from fault
        raise
