"""评分表: what one expert gave for each item of the rubric, and the vetoes it cast."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.errors import Invalid
from shared.policy import Rubric


class MarksNotValid(Invalid):
    """评分不完整或超出分值 · Marks are missing or out of range."""

    code = "NJT-FIL-1212"


class NotAVetoItem(Invalid):
    """否决事项有误 · The veto is not on a veto item, or cast twice."""

    code = "NJT-FIL-1213"


@dataclass(frozen=True, kw_only=True)
class Veto:
    """否决: a veto item that is not met, and why the expert says so."""

    item: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Marks:
    """What an expert gave, its vetoes and its remarks."""

    marks: Mapping[str, int]
    vetoes: tuple[Veto, ...] = ()
    comment: str = ""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One expert's marks: item of the rubric → points. `entered_by` is its own login, or the officer who copied it."""

    expert_id: UUID
    marks: Mapping[str, int]
    vetoes: tuple[Veto, ...] = ()
    comment: str = ""
    entered_by: str
    entered_at: datetime

    @property
    def total(self) -> int:
        """Out of 100."""
        return sum(self.marks.values())

    def check(self, rubric: Rubric) -> None:
        """Every item marked within its points, vetoes on veto items only; raises MarksNotValid or NotAVetoItem."""
        most = {item.id: item.points for item in rubric.items()}
        missing, unknown = sorted(most.keys() - self.marks.keys()), sorted(self.marks.keys() - most.keys())
        wrong = sorted(
            f"{name} 0–{most[name]}"
            for name, points in self.marks.items()
            if name in most and not 0 <= points <= most[name]
        )
        if missing or unknown or wrong:
            raise MarksNotValid(
                f"缺 {_named(missing)}；不在评分表 {_named(unknown)}；超出分值 {_named(wrong)}"
                " · missing; not in the rubric; out of range",
                basis=("N1.2",),
                extra={"missing": missing, "unknown": unknown, "out_of_range": wrong},
            )
        self._check_vetoes(rubric)

    def _check_vetoes(self, rubric: Rubric) -> None:
        allowed = [item.id for item in rubric.vetoes()]
        cast = [veto.item for veto in self.vetoes]
        if set(cast) - set(allowed) or len(set(cast)) != len(cast):
            raise NotAVetoItem(f"否决项 · veto items: {', '.join(allowed)}", basis=("N1.2",))


def vetoed(sheets: Iterable[Sheet], rubric: Rubric) -> tuple[str, ...]:
    """The veto items at least one expert found not met, by their names and in the rubric's order."""
    cast = {veto.item for sheet in sheets for veto in sheet.vetoes}
    return tuple(item.zh for item in rubric.vetoes() if item.id in cast)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What the sheets of a panel add up to."""

    total: int
    experts: int
    vetoes: tuple[str, ...] = ()

    @property
    def average(self) -> float:
        return round(self.total / self.experts, 2)


def report_on(sheets: tuple[Sheet, ...], rubric: Rubric, *, outcome: str) -> str:
    """评估报告: the result, the average of each block, vetoes with their reasons, and what was remarked; no names."""
    tally = Tally(total=sum(sheet.total for sheet in sheets), experts=len(sheets))
    lines = [f"专家 {tally.experts} 名，总分 {tally.total}，平均 {tally.average:g} 分：{outcome}"]
    for block in rubric.blocks:
        given = sum(sheet.marks[item.id] for sheet in sheets for item in block.items)
        lines.append(f"{block.zh}：平均 {given / len(sheets):.4g} / {block.points} 分")
    names = {item.id: item.zh for item in rubric.items()}
    lines += [f"否决 {names[veto.item]}：{veto.reason}" for sheet in sheets for veto in sheet.vetoes]
    lines += [f"意见：{sheet.comment}" for sheet in sheets if sheet.comment]
    return "\n".join(lines)


def _named(items: list[str]) -> str:
    return "、".join(items) or "无"
