"""Statistics as a workbook: the same lines and totals, and a sheet that says what is counted how."""

from collections.abc import Iterator

from services.subsidy.domain.chains import ChainList
from services.subsidy.domain.measure import MEASURES, NOTES, at, code_of, named, value_of
from services.subsidy.domain.statistic import Line, Table, text_of
from shared.clock import SHANGHAI
from shared.policy import Policy
from shared.sheets.cells import Cell
from shared.sheets.explained import explained
from shared.sheets.layout import Column, Kind, SheetLayout

VERSION = 1
TOTAL = "合计 · Total"


def statistics_workbook(table: Table, policy: Policy) -> bytes:
    """Raises CellTooLong for what no cell can hold."""
    rows = [_row(line, table, policy) for line in table.answer.lines]
    totals = [value_of(each, table.answer.totals, table) for each in MEASURES]
    heads: list[Cell | None] = [TOTAL, *[None] * (2 * len(table.question.by))]
    return explained(_layout(table), [*rows, [*heads, *totals]], _explanation(table, policy))


def _layout(table: Table) -> SheetLayout:
    about = [Column(key="row", zh="行", en="Row", width=16)]
    for each in table.question.by:
        about.append(Column(key=each.value, zh=f"{each.zh}代码", en=f"{each.en}, code"))
        about.append(Column(key=f"{each.value}_name", zh=each.zh, en=each.en, width=32))
    figures = [Column(key=each.key, zh=each.zh, en=each.en, kind=Kind.INTEGER) for each in MEASURES]
    return SheetLayout("subsidy.statistics", VERSION, (*about, *figures))


def _row(line: Line, table: Table, policy: Policy) -> list[Cell | None]:
    about: list[Cell | None] = [None]
    for each in table.question.by:
        value = at(line.place, each)
        about += [code_of(each, value), named(each, value, policy)]
    return [*about, *(value_of(each, line, table) for each in MEASURES)]


def _explanation(table: Table, policy: Policy) -> Iterator[tuple[str, str]]:
    question, counted = table.question, table.answer.counted
    yield "依据 · Basis", f"N1.3 {policy.clause('N1.3').text}"
    yield "统计时点 · As of", f"{counted.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S} UTC+8"
    yield "期间 · Period", f"{text_of(question.first)} – {text_of(question.last)}"
    yield "范围 · Territory", policy.organ(question.territory).name
    for dimension, value in question.only.items():
        yield f"限于 · Only: {dimension.label}", f"{value} {named(dimension, value, policy)}"
    yield "政策版本 · Policy version", counted.policy_version
    yield "产业链名单 · List of chains", _told(question.chains, policy)
    if table.least is not None:
        yield (
            f"<{table.least}",
            f"少于 {table.least} 人，不显示 · Of fewer than {table.least} people, not shown",
        )
    for measure in MEASURES:
        yield f"{measure.zh} · {measure.en}", measure.note
    yield from (("注 · Note", note) for note in NOTES)


def _told(chains: ChainList | None, policy: Policy) -> str:
    if chains is None:
        return "所问末日无有效名单 · None was in force on the last day asked about"
    first = chains.chains[0]
    until = f"{chains.until}" if chains.until else "…"
    named_by = policy.document(first.source).label
    return f"{chains.since} – {until}，{named_by}（{first.status.label}）{first.note}"
