"""The template people fill in: bilingual headers, drop-downs, text formats and a page of instructions."""

from io import BytesIO

from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from shared.sheets.cells import EARLIEST, LARGEST, LATEST
from shared.sheets.drawing import OPTIONS, Formats, draw_frame, draw_marks, formats_of, put
from shared.sheets.layout import Column, Kind, SheetLayout
from shared.sheets.marks import CHOICES_SHEET, DATA_SHEET, INSTRUCTIONS_SHEET

_LAST_ROW = 1_048_575
_INLINE_LIST = 255  # characters Excel keeps of a list written into the rule itself
_PROMPT = 255
_RULES = (
    "第 1 行是表头，请勿改动；从第 2 行起填写 · Row 1 is the header, leave it as it is; begin in row 2",
    "红色表头为必填 · Red headers must be filled in",
    "身份证号、编号等须以文本输入，请勿改为数字格式 · Type ids and codes as text, not as numbers",
    "请勿使用公式和合并单元格 · Use no formulas and merge no cells",
    "请勿删除或改动本工作表 · Keep this sheet as it is",
)
_HEADINGS = (
    "列 · Column",
    "类型 · Kind",
    "必填 · Required",
    "最长 · Longest",
    "说明 · Note",
    "选项 · Choices",
)


def template(layout: SheetLayout) -> bytes:
    """An empty XLSX to be filled in; long lists stand on a hidden sheet."""
    content = BytesIO()
    with Workbook(content, {**OPTIONS, "in_memory": True}) as workbook:
        formats = formats_of(workbook)
        data = workbook.add_worksheet(DATA_SHEET)
        draw_frame(data, layout, formats)
        instructions(workbook.add_worksheet(INSTRUCTIONS_SHEET), layout, formats)
        add_rules(workbook, data, layout)
    return content.getvalue()


def instructions(sheet: Worksheet, layout: SheetLayout, formats: Formats) -> None:
    """What each column wants, under the template's name and version."""
    draw_marks(sheet, layout)
    for row, rule in enumerate(_RULES, 3):
        put(sheet, (row, 0), rule, None)
    first = len(_RULES) + 4
    for index, heading in enumerate(_HEADINGS):
        put(sheet, (first, index), heading, formats.header)
    for row, column in enumerate(layout.columns, first + 1):
        told = (
            column.title,
            column.kind.label,
            "是 · yes" if column.required else "否 · no",
            str(column.max_length) if column.kind in (Kind.TEXT, Kind.CODE) else "",
            column.note,
            "、".join(choice.label for choice in column.choices[:20]) + "…" * (len(column.choices) > 20),  # noqa: PLR2004 — as many as fit a cell
        )
        for index, text in enumerate(told):
            put(sheet, (row, index), text, formats.wrapped)


def add_rules(workbook: Workbook, sheet: Worksheet, layout: SheetLayout) -> None:
    """Drop-downs and input rules for every row below the header."""
    lists: Worksheet | None = None
    for index, column in enumerate(layout.columns):
        source: str | list[str] = [choice.label for choice in column.choices]
        if len(",".join(source)) > _INLINE_LIST or any("," in label for label in source):
            if lists is None:
                lists = workbook.add_worksheet(CHOICES_SHEET)
                lists.hide()
            source = _hidden_list(workbook, lists, index, column)
        sheet.data_validation(1, index, _LAST_ROW, index, {**_rule(column, source), **_prompt(column)})


def _hidden_list(workbook: Workbook, lists: Worksheet, index: int, column: Column) -> str:
    """Puts a list on the hidden sheet and gives its name; spreadsheet programs keep names on saving."""
    for row, choice in enumerate(column.choices):
        put(lists, (row, index), choice.label, None)
    name = f"choices_{index + 1}"
    letter = _letter(index)
    workbook.define_name(name, f"='{CHOICES_SHEET}'!${letter}$1:${letter}${len(column.choices)}")
    return f"={name}"


def _letter(index: int) -> str:
    high, low = divmod(index, 26)
    return (chr(64 + high) if high else "") + chr(65 + low)


def _rule(column: Column, source: str | list[str]) -> dict[str, object]:
    if column.kind is Kind.CHOICE:
        return {"validate": "list", "source": source}
    if column.kind is Kind.DATE:
        return {"validate": "date", "criteria": "between", "minimum": EARLIEST, "maximum": LATEST}
    if column.kind is Kind.INTEGER:
        return {"validate": "integer", "criteria": "between", "minimum": -LARGEST, "maximum": LARGEST}
    return {"validate": "length", "criteria": "<=", "value": column.max_length}


def _prompt(column: Column) -> dict[str, object]:
    note = column.note[:_PROMPT]
    told = {"input_title": column.zh[:32], "input_message": note} if note else {}
    return {
        **told,
        "error_title": "内容不符 · Not valid",
        "error_message": f"{column.title}: {column.kind.label}"[:_PROMPT],
    }
