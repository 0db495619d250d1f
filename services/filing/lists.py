"""Lists of filing as spreadsheets: which columns they have, and how a row is written."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from services.filing.domain.filing import Filing
from services.filing.domain.institution import Institution, Standing
from services.filing.domain.stages import FilingState
from shared.clock import SHANGHAI
from shared.contracts.scope import ScopeItem
from shared.policy import Audience, Category, Channel, FilingKind, Policy
from shared.policy.terms import Term
from shared.sheets.cells import Cell
from shared.sheets.layout import Choice, Column, Kind, SheetLayout
from shared.values import Level, Occupation

_LONGEST_SCOPE = 2000


def _choices(terms: Iterable[Term]) -> tuple[Choice, ...]:
    return tuple(Choice(each.value, each.zh) for each in terms)


INSTITUTIONS = SheetLayout(
    "filing.list.institutions",
    1,
    (
        Column(key="number", zh="备案号", en="Filing number", width=32),
        Column(key="name", zh="机构名称", en="Name", width=32),
        Column(key="uscc", zh="统一社会信用代码", en="USCC", kind=Kind.CODE, width=24),
        Column(
            key="category",
            zh="机构类别",
            en="Category",
            kind=Kind.CHOICE,
            choices=_choices(Category),
            width=20,
        ),
        Column(key="audience", zh="评价对象", en="Audience", kind=Kind.CHOICE, choices=_choices(Audience)),
        Column(key="organ", zh="经办机关", en="Organ"),
        Column(key="standing", zh="状态", en="Standing", kind=Kind.CHOICE, choices=_choices(Standing)),
        Column(key="valid_from", zh="有效期起", en="Valid from", kind=Kind.DATE),
        Column(key="valid_until", zh="有效期止", en="Valid until", kind=Kind.DATE),
        Column(key="address", zh="地址", en="Address", width=32),
        Column(key="scope", zh="评价范围", en="Scope", width=60, max_length=_LONGEST_SCOPE),
        Column(key="basis", zh="依据条款", en="Basis"),
    ),
)
FILINGS = SheetLayout(
    "filing.list.filings",
    1,
    (
        Column(key="name", zh="申请单位", en="Applicant", width=32),
        Column(key="uscc", zh="统一社会信用代码", en="USCC", kind=Kind.CODE, width=24),
        Column(key="kind", zh="备案类型", en="Kind", kind=Kind.CHOICE, choices=_choices(FilingKind)),
        Column(key="channel", zh="受理渠道", en="Channel", kind=Kind.CHOICE, choices=_choices(Channel)),
        Column(
            key="category",
            zh="机构类别",
            en="Category",
            kind=Kind.CHOICE,
            choices=_choices(Category),
            width=20,
        ),
        Column(key="audience", zh="评价对象", en="Audience", kind=Kind.CHOICE, choices=_choices(Audience)),
        Column(key="organ", zh="所在区或园区", en="District or park"),
        Column(key="handled_by", zh="经办机关", en="Handled by"),
        Column(key="state", zh="环节", en="State", kind=Kind.CHOICE, choices=_choices(FilingState)),
        Column(key="priority", zh="优先", en="Taken first"),
        Column(key="drafted_on", zh="草拟日期", en="Drafted on", kind=Kind.DATE),
        Column(key="submitted_on", zh="提交日期", en="Submitted on", kind=Kind.DATE),
        Column(key="due_on", zh="办理期限", en="Due on", kind=Kind.DATE),
        Column(key="decided_on", zh="决定日期", en="Decided on", kind=Kind.DATE),
        Column(key="number", zh="备案号", en="Filing number", width=32),
        Column(key="basis", zh="依据条款", en="Basis"),
    ),
)


def institution_row(institution: Institution, policy: Policy) -> list[Cell | None]:
    """A row of INSTITUTIONS."""
    return [
        institution.number,
        institution.name,
        str(institution.uscc),
        institution.category.value,
        institution.audience.value,
        policy.organ(institution.organ).name_zh,
        institution.standing.value,
        institution.valid_from,
        institution.valid_until,
        institution.address,
        _scope(institution.scope, policy),
        "、".join(institution.basis),
    ]


def filing_row(filing: Filing, policy: Policy) -> list[Cell | None]:
    """A row of FILINGS."""
    return [
        filing.applicant.name,
        str(filing.applicant.uscc),
        filing.kind.value,
        filing.channel.value,
        filing.category.value,
        filing.audience.value,
        policy.organ(filing.organ).name_zh,
        policy.organ(filing.handled_by).name_zh,
        filing.state.value,
        "是" if filing.priority else None,
        _day(filing.drafted_at),
        _day(filing.submitted_at),
        _day(filing.deadline.due_at if filing.deadline else None),
        _day(filing.decided_at),
        filing.filing_number,
        "、".join(filing.basis),
    ]


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(SHANGHAI).date() if moment else None


def _scope(scope: Iterable[ScopeItem], policy: Policy) -> str:
    """Each occupation (work type) with its levels; cut off where a list becomes a book."""
    levels: dict[tuple[Occupation, str], set[Level]] = defaultdict(set)
    for item in scope:
        levels[Occupation(item.edition, item.occupation), item.work_type].add(item.level)
    told = [_named(*key, reached, policy) for key, reached in levels.items()]
    text = "；".join(told)
    return text if len(text) <= _LONGEST_SCOPE else f"{text[: _LONGEST_SCOPE - 12]}…共 {len(told)} 项"


def _named(occupation: Occupation, work_type: str, reached: set[Level], policy: Policy) -> str:
    entry = policy.occupations.get(occupation)
    name = f"{occupation.code}{f' {entry.name}' if entry else ''}{f'（{work_type}）' if work_type else ''}"
    numbers = "、".join(level.title.partition("/")[0] for level in sorted(reached, reverse=True))
    return f"{name} {numbers}"
