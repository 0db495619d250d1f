"""What became of each fault: how often it struck, what it caused, and when both registers were equal again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.table import Table

_EQUAL_WIDTH = 12


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was not accepted by either side, what came again to one that had carried it out, questions, acts of operators."""

    refused: int = 0
    repeated: int = 0
    asked: int = 0
    by_hand: int = 0

    def __sub__(self, before: "Tally") -> "Tally":
        return Tally(**{name: value - getattr(before, name) for name, value in vars(self).items()})


@dataclass(frozen=True, kw_only=True)
class Row:
    """One fault, injected so often into so many messages; equal after `seconds`, or what kept the registers apart."""

    fault: str
    messages: int
    injected: int
    tally: Tally
    seconds: float
    problems: Sequence[str] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    def as_json(self) -> dict[str, Any]:
        return {
            "fault": self.fault,
            "messages": self.messages,
            "injected": self.injected,
            **vars(self.tally),
            "seconds": round(self.seconds, 1),
            "equal": self.ok,
            "problems": list(self.problems),
        }


@dataclass(frozen=True, kw_only=True)
class FaultTable:
    """All faults of one run."""

    name: str
    title: str = "故障与对账 · faults, and both registers afterwards"
    rows: Sequence[Row] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return all(row.ok for row in self.rows)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "equal": self.ok, "rows": [row.as_json() for row in self.rows]}

    def as_table(self) -> Table:
        table = Table(title=self.title)
        table.add_column("故障 · fault", no_wrap=True)
        for head in (
            "报文 · messages",
            "注入 · injected",
            "拒收 · refused",
            "重复到达 · repeated",
            "追问 · asked",
            "人工 · by hand",
            "一致用时 · s",
        ):
            table.add_column(head, justify="right")
        table.add_column("结论 · verdict", min_width=_EQUAL_WIDTH)
        for row in self.rows:
            numbers = (row.messages, row.injected, *vars(row.tally).values())
            verdict = "[green]一致 · equal[/]" if row.ok else f"[red]不一致 · {row.problems[0]}[/]"
            table.add_row(row.fault, *(f"{number:,}" for number in numbers), f"{row.seconds:.1f}", verdict)
        return table
