"""What is told of a story: who did what, what came of it, by which clause, and whether that is what the notice says."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.markup import escape

from cli.collector import Span


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened."""

    actor: str
    act: str
    outcome: str
    basis: tuple[str, ...]


@dataclass
class Step:
    """One step of the story, with every check that was made in it."""

    id: str
    title: str
    clauses: tuple[str, ...]
    console: Console
    lines: list[Line] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    checks: int = 0
    trace_id: str = ""
    services: list[str] = field(default_factory=list)

    def tell(self, actor: str, act: str, outcome: str = "", *, basis: Iterable[str] = ()) -> None:
        """Say what happened, as it happens."""
        line = Line(actor=actor, act=act, outcome=outcome, basis=tuple(basis))
        self.lines.append(line)
        clauses = f"  [cyan]{' '.join(line.basis)}[/]" if line.basis else ""
        result = f" → [bold]{escape(outcome)}[/]" if outcome else ""
        self.console.print(f"   [dim]·[/] [magenta]{escape(actor)}[/] {escape(act)}{result}{clauses}")

    def check(self, what: str, held: object) -> None:
        """Note whether the outcome is what the notice says; a story with one that is not has failed."""
        self.checks += 1
        if not held:
            self.failures.append(what)
            self.console.print(f"   [red]✗ {escape(what)}[/]")

    @property
    def ok(self) -> bool:
        return not self.failures and self.checks > 0


@dataclass
class Tale:
    """The whole story: its steps, its claims, and what stood at the end."""

    bus: str
    console: Console
    steps: list[Step] = field(default_factory=list)
    claims: list[dict[str, Any]] = field(default_factory=list)
    accounts_opened: int = 0
    suspended: int = 0
    parked_messages: int = 0
    seconds: float = 0.0
    spans: list[Span] = field(default_factory=list)

    def begin(self, title: str, *clauses: str) -> Step:
        """The next step."""
        step = Step(id=str(len(self.steps) + 1), title=title, clauses=clauses, console=self.console)
        self.steps.append(step)
        marks = " ".join(clauses)
        self.console.print(f"\n[bold]{step.id}  {escape(title)}[/]  [cyan]{marks}[/]")
        return step

    @property
    def ok(self) -> bool:
        return bool(self.steps) and all(step.ok for step in self.steps) and self.parked_messages == 0

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "bus": self.bus,
            "steps": [
                {
                    "id": step.id,
                    "ok": step.ok,
                    "clauses": list(step.clauses),
                    "trace_id": step.trace_id,
                    "services": step.services,
                    "failures": step.failures,
                }
                for step in self.steps
            ],
            "accounts_opened": self.accounts_opened,
            "claims": self.claims,
            "suspended": self.suspended,
            "parked_messages": self.parked_messages,
            "seconds": round(self.seconds, 2),
        }
