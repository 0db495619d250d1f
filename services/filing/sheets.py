"""The spreadsheets of filing: what an import's template looks like, and how one that was filled in is read."""

import tempfile
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.filing.domain.bulk import ImportKind
from services.filing.domain.line import Finding, Line
from services.filing.domain.terms import Training
from shared.policy import Audience, Category, OrganKind, Policy
from shared.policy.terms import Term
from shared.sheets.cells import CellError, Row
from shared.sheets.layout import Choice, Column, Kind, SheetLayout
from shared.sheets.reading import ReadLimits, read
from shared.sheets.safety import ArchiveLimits
from shared.values import Level

TEMPLATE_VERSION = 1
_YES_NO = (Choice("yes", "是"), Choice("no", "否"))
_USCC_LENGTH = 18
_ONE_LINE = 120
_NUMBER = 100  # the province is told of it under a business key that holds it
_WORK_TYPE = 60


@dataclass(frozen=True, kw_only=True)
class Filled:
    """The rows of a spreadsheet, and what it was, such as `CSV (GB18030)`."""

    source: str
    lines: list[Line]


def layout_of(kind: ImportKind, policy: Policy, *, organs: Collection[str] | None = None) -> SheetLayout:
    """The template of an import; with only these organs to choose from, or all districts and parks."""
    body = _body(policy, organs)
    columns = [*body, *_SHOWN] if kind is ImportKind.FILINGS else [*body, *_RECORD]
    return SheetLayout(f"filing.{kind.value}", TEMPLATE_VERSION, (*columns, *_occupation(policy)))


def read_filled(content: bytes, layout: SheetLayout, *, most_rows: int, most_bytes: int) -> Filled:
    """Reads a filled-in template; may take seconds: call it in a thread. Raises SheetRefused."""
    limits = ReadLimits(archive=ArchiveLimits(max_bytes=most_bytes), max_rows=most_rows)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "upload")
        path.write_bytes(content)
        rows = read(path, layout, limits=limits)
        return Filled(source=rows.source, lines=[_line(row) for row in rows])


def given_back(lines: Iterable[Line], layout: SheetLayout) -> list[Row]:
    """Lines as rows to be returned: what was sent where a value could not be read, else the values."""
    keys = [column.key for column in layout.columns]
    return [
        Row(
            number=line.number,
            values={},
            errors=tuple(CellError(each.column, each.code, each.message) for each in _told(line)),
            cells=tuple(line.cells or [line.values.get(key) or "" for key in keys]),  # type: ignore[arg-type]  # as cells were read
        )
        for line in lines
    ]


def _told(line: Line) -> Sequence[Finding]:
    """What was found, or why it was refused when it was to be put in."""
    if line.findings or line.outcome is None:
        return line.findings
    return [Finding(column="", code=line.outcome.code, message=line.outcome.reason)]


def _line(row: Row) -> Line:
    findings = [Finding(column=each.column, code=each.code, message=each.message) for each in row.errors]
    return Line(
        number=row.number,
        values={key: value for key, value in row.values.items() if value is not None},
        findings=findings,
        cells=row.cells if findings else None,
    )


def _body(policy: Policy, organs: Collection[str] | None) -> list[Column]:
    responsible = [
        each for each in policy.organs.values() if each.kind in (OrganKind.DISTRICT, OrganKind.PARK)
    ]
    return [
        Column(key="name", zh="机构名称", en="Name", required=True, max_length=_ONE_LINE, width=32),
        Column(
            key="uscc",
            zh="统一社会信用代码",
            en="USCC",
            kind=Kind.CODE,
            required=True,
            max_length=_USCC_LENGTH,
            width=24,
            note="18 位，以文本输入 · 18 characters, as text",
        ),
        _choice("category", "机构类别", "Category", [_term(each) for each in Category]),
        _choice("audience", "评价对象", "Audience", [_term(each) for each in Audience]),
        _choice(
            "organ",
            "经办机关",
            "Organ",
            [
                Choice(each.code, each.name_zh)
                for each in responsible
                if organs is None or each.code in organs
            ],
        ),
        Column(key="legal_representative", zh="法定代表人", en="Legal representative", max_length=_ONE_LINE),
        Column(key="address", zh="地址", en="Address", max_length=_ONE_LINE, width=32),
    ]


_RECORD = (
    Column(
        key="number",
        zh="备案号",
        en="Filing number",
        required=True,
        max_length=_NUMBER,
        width=32,
        note="同一备案号的各行为一家机构 · Rows of one number are one institution",
    ),
    Column(key="valid_from", zh="有效期起", en="Valid from", kind=Kind.DATE, required=True),
    Column(key="valid_until", zh="有效期止", en="Valid until", kind=Kind.DATE, required=True),
    Column(
        key="stations",
        zh="站点代码（省级下发）",
        en="Station codes, as the province gave them",
        kind=Kind.CODE,
        max_length=200,
        note="没有的不填；多个以逗号分隔 · Leave it out if there is none; several with commas",
    ),
    Column(
        key="evaluated",
        zh="最近一次评价日期",
        en="Last evaluated on",
        kind=Kind.DATE,
        note="未开展过的不填 · Leave it out if there was none",
    ),
)
_SHOWN = (
    Column(
        key=Training.WORK_FOR_TRAINING.value,
        zh="开展过以工代训",
        en="Ran training on the job",
        kind=Kind.CHOICE,
        choices=_YES_NO,
    ),
    Column(
        key=Training.NEW_APPRENTICESHIP.value,
        zh="开展过新型学徒制培训",
        en="Ran new apprenticeships",
        kind=Kind.CHOICE,
        choices=_YES_NO,
    ),
    Column(
        key="key_school",
        zh="可证明省重点以上",
        en="Can show that it is a key school",
        kind=Kind.CHOICE,
        choices=_YES_NO,
    ),
)


def _occupation(policy: Policy) -> list[Column]:
    levels = [Choice(str(level.value), level.title) for level in sorted(Level, reverse=True)]
    names = {str(each.code): each.name for each in policy.occupations.values()}
    used = sorted({each.edition for each in policy.occupations.values()})
    return [
        _choice("edition", "大典版本", "Edition", [Choice(each.value, each.value) for each in used]),
        _choice(
            "occupation",
            "职业编码",
            "Occupation code",
            [Choice(code, f"{code} {name}") for code, name in sorted(names.items())],
            note="可只填编码 · The code alone will do",
        ),
        Column(key="work_type", zh="工种", en="Work type", max_length=_WORK_TYPE),
        _choice("lowest", "最低等级", "Lowest level", levels),
        _choice("highest", "最高等级", "Highest level", levels),
    ]


def _choice(key: str, zh: str, en: str, choices: Sequence[Choice], *, note: str = "") -> Column:
    return Column(
        key=key,
        zh=zh,
        en=en,
        kind=Kind.CHOICE,
        required=True,
        choices=tuple(choices),
        width=24,
        note=note,
    )


def _term(term: Term) -> Choice:
    return Choice(term.value, term.zh)
