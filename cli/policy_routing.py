"""备案管辖判定表: every decision of the pack as a table, as JSON, or one of them in full."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared.policy import Attribute, Audience, Category, DutyKind, NotRoutable, Policy, Routing, Status
from shared.policy.terms import Term

_ASSUMED = "yellow"
_REFUSED = "red"
_NONE = "—"
_WIDE = 200
"""Columns of a table that goes to a file or a pipe, which has no width of its own."""

_LEGEND = (
    "* 假设，通知未载明 · assumed, the notice does not say",
    "✗ 不予备案 · refused, with the reason and what could be filed instead below",
)


@dataclass(frozen=True)
class Decision:
    """What was asked, and the pack's answer: a row with its duties, or a refusal."""

    category: Category
    audience: Audience
    outcome: Routing | NotRoutable

    @property
    def clauses(self) -> str:
        return " ".join(self.outcome.basis)

    @property
    def status(self) -> Status:
        if isinstance(self.outcome, NotRoutable):
            return Status(str(self.outcome.extra["status"]))
        return self.outcome.row.status

    @property
    def documents(self) -> list[dict[str, str]]:
        """The documents it comes from, each with id, title and number."""
        if isinstance(self.outcome, NotRoutable):
            return _listed(self.outcome, "documents")
        return [document.model_dump(include={"id", "title", "number"}) for document in self.outcome.documents]

    @property
    def numbers(self) -> str:
        """The document numbers; the product's own assumptions have none."""
        return "\n".join(document["number"] for document in self.documents if document["number"]) or _NONE

    def as_json(self) -> dict[str, object]:
        asked: dict[str, object] = {
            "category": self.category,
            "audience": self.audience,
            "basis": self.outcome.basis,
            "status": self.status,
            "documents": self.documents,
        }
        if isinstance(self.outcome, NotRoutable):
            refusal = self.outcome
            return asked | {
                "refusal": refusal.detail,
                "missing": refusal.extra["missing"],
                "alternatives": refusal.extra["alternatives"],
            }
        row = self.outcome.row
        return asked | {
            "audience_status": row.audience_status or row.status,
            "requires": sorted(row.requires),
            "duties": [duty.model_dump(mode="json", exclude_defaults=True) for duty in row.duties],
            "note": row.note,
        }

    def owner(self, kind: DutyKind) -> Text:
        """Who has the duty: marked where it is assumed, a cross where nobody files."""
        if isinstance(self.outcome, NotRoutable):
            return Text("✗", style=_REFUSED) if kind is DutyKind.FILE else Text(_NONE, style="dim")
        duty = next((it for it in self.outcome.duties if it.kind is kind), None)
        return Text(_NONE, style="dim") if duty is None else _marked(_stacked(duty.owner), duty.status)

    def whom(self) -> Text:
        """The audience: marked where the notice does not name it."""
        if isinstance(self.outcome, NotRoutable):
            return Text(_stacked(self.audience))
        row = self.outcome.row
        return _marked(_stacked(self.audience), row.audience_status or row.status)

    def remarks(self) -> list[str]:
        """What else is to be known: the reason of a refusal and the ways out, or what the row needs."""
        if isinstance(self.outcome, NotRoutable):
            missing = [f"缺 · missing: {Attribute(it).label}" for it in _strings(self.outcome, "missing")]
            return [self.outcome.detail, *missing, *map(_way_out, _listed(self.outcome, "alternatives"))]
        row = self.outcome.row
        needs = [f"须 · needs: {attribute.label}" for attribute in sorted(row.requires)]
        return [*needs, row.note] if row.note else needs


def decide(policy: Policy, category: Category, audience: Audience, facts: Iterable[Attribute]) -> Decision:
    """Ask the pack about an applicant of whom these facts are true."""
    try:
        outcome: Routing | NotRoutable = policy.decide_routing(category, audience, frozenset(facts))
    except NotRoutable as refusal:
        outcome = refusal
    return Decision(category, audience, outcome)


def print_table(decisions: Iterable[Decision], *, title: str) -> None:
    """Print a row for each decision, and what is to be said about it below."""
    console = Console()
    console = console if console.is_terminal else Console(width=max(console.width, _WIDE))
    table = Table(title=title, show_lines=True)
    duties = (_stacked(kind) for kind in DutyKind)
    for heading in ("机构类别\ncategory", "对象\naudience", "条款\nclause", *duties):
        table.add_column(heading, overflow="fold")
    for heading in ("文号\ndocument", "依据\nstatus", "注\nremark"):
        table.add_column(heading, overflow="fold")
    remarks: dict[str, str] = {}
    for it in decisions:
        said = "\n    ".join(it.remarks())
        mark = remarks.setdefault(said, f"[{len(remarks) + 1}]") if said else ""
        owners = [it.owner(kind) for kind in DutyKind]
        cells: tuple[Text | str, ...] = (
            *owners,
            it.numbers,
            _marked(_stacked(it.status), it.status),
            Text(mark, style="dim"),
        )
        table.add_row(_stacked(it.category), it.whom(), it.clauses, *cells)
    console.print(table)
    for line in (*_LEGEND, *(f"{mark} {said}" for said, mark in remarks.items())):
        console.print(Text(line), soft_wrap=True)


def print_decision(decision: Decision, policy: Policy) -> None:
    """Print one decision in full, with the wording of its clauses."""
    outcome = decision.outcome
    filed = isinstance(outcome, Routing)
    verdict = (
        Text("予以备案 · filed", style="green") if filed else Text("✗ 不予备案 · refused", style=_REFUSED)
    )
    lines = [Text(f"{decision.category.label} → {decision.audience.label}: ") + verdict]
    lines.append(_marked(f"依据 · status: {decision.status.label}", decision.status))
    lines += [Text(f"{clause.id} {clause.text}") for clause in map(policy.clause, outcome.basis)]
    lines += [Text(f"{document['number'] or _NONE} {document['title']}") for document in decision.documents]
    for duty in outcome.duties if isinstance(outcome, Routing) else ():
        lines.append(_marked(f"{duty.kind.label} → {duty.owner.label}", duty.status))
    lines += map(Text, decision.remarks())
    console = Console()
    for line in lines:
        console.print(line, soft_wrap=True)


def _stacked(term: Term) -> str:
    return f"{term.zh}\n{term.en}"


def _marked(text: str, status: Status) -> Text:
    return Text(f"{text} *", style=_ASSUMED) if status is Status.ASSUMED else Text(text)


def _way_out(alternative: dict[str, Any]) -> str:
    category, audience = Category(alternative["category"]), Audience(alternative["audience"])
    return f"可改报 · could file: {category.label} → {audience.label} ({alternative['clause']})"


def _listed(refusal: NotRoutable, key: str) -> list[dict[str, Any]]:
    found = refusal.extra[key]
    return list(found) if isinstance(found, list) else []


def _strings(refusal: NotRoutable, key: str) -> list[str]:
    found = refusal.extra[key]
    return [str(it) for it in found] if isinstance(found, list) else []
