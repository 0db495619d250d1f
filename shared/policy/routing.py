"""备案管辖: who assesses, files and opens the account, or why nobody does (part two of the notice)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field, model_validator

from shared.errors import Conflict
from shared.policy.provenance import Document, Entry, Provenance
from shared.policy.terms import Attribute, Audience, Category, DutyKind, DutyOwner, Status

_INHERITED = ("source", "status", "clause", "effective_from", "effective_to")


class NotRoutable(Conflict):
    """该类机构不能按此对象备案 · This kind of body cannot be filed for this audience.

    `basis` holds the clauses; `extra` the `alternatives` (category, audience, clause), the `missing` facts,
    the `status` of the reason and the `documents` (id, title, number) it comes from.
    """

    code = "NJT-POL-1005"


class Duty(Provenance):
    """One thing one tier has to do with a filing."""

    clause: str
    kind: DutyKind
    owner: DutyOwner


class RoutingRow(Provenance):
    """One row of the notice's table, named by its clause."""

    clause: str
    categories: frozenset[Category] = Field(min_length=1)
    audience: Audience
    audience_status: Status | None = None
    requires: frozenset[Attribute] = frozenset()
    duties: tuple[Duty, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _duties_inherit(cls, row: Any) -> Any:
        """A duty that names no source, status or dates of its own has the row's."""
        if not isinstance(row, dict) or not isinstance(row.get("duties"), list | tuple):
            return row
        inherited = {key: row[key] for key in _INHERITED if key in row}
        duties = [inherited | duty if isinstance(duty, dict) else duty for duty in row["duties"]]
        return row | {"duties": duties}

    def values(self) -> Iterator[Provenance]:
        yield self
        yield from self.duties

    def covers(self) -> Iterable[tuple[Category, Audience]]:
        return ((category, self.audience) for category in self.categories)


class Alternative(Entry):
    """What could be filed instead."""

    category: Category
    audience: Audience
    clause: str


class Exclusion(Provenance):
    """Combinations the notice does not let be filed, and why."""

    clause: str
    basis: tuple[str, ...] = Field(min_length=1)
    categories: frozenset[Category] = Field(min_length=1)
    audiences: frozenset[Audience] = Field(min_length=1)
    zh: str
    en: str
    alternatives: tuple[Alternative, ...]

    def covers(self) -> Iterable[tuple[Category, Audience]]:
        return ((category, audience) for category in self.categories for audience in self.audiences)


class Precondition(Provenance):
    """Why a row is closed to an applicant of whom its attribute is not true."""

    clause: str
    attribute: Attribute
    zh: str
    en: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class Routing:
    """The row that decides a filing, the duties that follow, and the documents that say so."""

    row: RoutingRow
    documents: tuple[Document, ...] = ()

    @property
    def basis(self) -> tuple[str, ...]:
        return (self.row.clause,)

    @property
    def duties(self) -> tuple[Duty, ...]:
        return self.row.duties

    def owner(self, kind: DutyKind) -> DutyOwner | None:
        """Who has the duty, or None where the row knows no such duty."""
        return next((duty.owner for duty in self.duties if duty.kind is kind), None)


@dataclass(frozen=True)
class RoutingTable:
    """Every combination of category and audience: its row, or its exclusion."""

    rows: Mapping[tuple[Category, Audience], RoutingRow]
    exclusions: Mapping[tuple[Category, Audience], Exclusion]
    preconditions: Mapping[Attribute, Precondition]
    documents: Mapping[str, Document]

    def sources(self, values: Iterable[Provenance]) -> tuple[Document, ...]:
        """Return the documents the values name, each once, in that order."""
        return tuple(self.documents[source] for source in dict.fromkeys(value.source for value in values))


def decide_routing(
    table: RoutingTable, category: Category, audience: Audience, facts: frozenset[Attribute]
) -> Routing:
    """Decide who files; raises `NotRoutable` with the clauses it rests on and what could be filed instead."""
    row = table.rows.get((category, audience))
    if row is None:
        exclusion = table.exclusions[category, audience]
        raise _refusal(table, exclusion.basis, [exclusion], category)
    missing = sorted(row.requires - facts)
    if missing:
        raise _refusal(table, (row.clause,), [table.preconditions[it] for it in missing], category)
    return Routing(row, table.sources(row.values()))


def _refusal(
    table: RoutingTable,
    basis: tuple[str, ...],
    reasons: list[Exclusion] | list[Precondition],
    category: Category,
) -> NotRoutable:
    zh = "；".join(reason.zh for reason in reasons)
    en = "; ".join(reason.en for reason in reasons)
    extra = {
        "alternatives": [
            alternative.model_dump(mode="json")
            for reason in reasons
            for alternative in reason.alternatives
            if _is_for(alternative, reason, category)
        ],
        "missing": [reason.attribute for reason in reasons if isinstance(reason, Precondition)],
        "status": reasons[0].status,
        "documents": [
            document.model_dump(mode="json", include={"id", "title", "number"})
            for document in table.sources(reasons)
        ],
    }
    return NotRoutable(f"{zh} · {en}", basis=basis, extra=extra)


def _is_for(alternative: Alternative, reason: Exclusion | Precondition, category: Category) -> bool:
    """An exclusion may speak of several categories; the applicant sees its own and those it could become."""
    if alternative.category is category:
        return True
    return isinstance(reason, Exclusion) and alternative.category not in reason.categories
