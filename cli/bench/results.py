"""What a bench found: medians side by side, and how ours stands to each of the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from rich.table import Table

LIMIT = "limit"
_PLACES = 3


class Outcome(Protocol):
    """What a bench found, to be kept and to be read."""

    @property
    def name(self) -> str: ...

    def as_json(self) -> dict[str, Any]: ...

    def as_table(self) -> Table: ...


class Trial(Outcome, Protocol):
    """What can go wrong, too."""

    @property
    def ok(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Row:
    """One path, measured: medians in `unit`. In ms and MB less is better, in anything a second more is."""

    path: str
    unit: str
    ours: float
    peers: Mapping[str, float] = field(default_factory=dict)
    limit: float | None = None

    @property
    def others(self) -> dict[str, float]:
        """The peers, and the limit where one was measured."""
        return {**self.peers, **({} if self.limit is None else {LIMIT: self.limit})}

    @property
    def ratios(self) -> dict[str, float]:
        """Ours ÷ each of the others."""
        return {name: self.ours / other for name, other in self.others.items()}

    def as_json(self) -> dict[str, Any]:
        return {
            "path": self.path,
            "unit": self.unit,
            "ours": round(self.ours, _PLACES),
            "peers": {name: round(value, _PLACES) for name, value in self.peers.items()},
            "limit": None if self.limit is None else round(self.limit, _PLACES),
            "ratios": {name: round(ratio, _PLACES) for name, ratio in self.ratios.items()},
        }


@dataclass(frozen=True, kw_only=True)
class Result:
    """Everything one bench found."""

    name: str
    rows: tuple[Row, ...]

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "rows": [row.as_json() for row in self.rows]}

    def as_table(self) -> Table:
        """For reading: one line for each of the others, with ours ÷ that."""
        table = Table("路径 · path", "单位 · unit", title=f"{self.name}：中位数与比值 · medians and ratios")
        table.add_column("本套件 · ours", justify="right")
        table.add_column("对照 · other")
        table.add_column("", justify="right")
        table.add_column("比值 · ours ÷ other", justify="right")
        for row in self.rows:
            lines = [
                (name, _number(other), f"{row.ratios[name]:.2f}") for name, other in row.others.items()
            ] or [("—", "", "")]
            for place, line in enumerate(lines):
                head = ("", "", "") if place else (row.path, row.unit, _number(row.ours))
                table.add_row(*head, *line, end_section=place == len(lines) - 1)
        return table


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.2f}"  # noqa: PLR2004 — three digits say enough
