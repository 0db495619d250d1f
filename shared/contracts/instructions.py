"""What the province has the city do: inspect, act on, take note of; codes and payloads are our own and assumed."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.province import Text, Wire
from shared.values import Edition, Level, OccupationCode, Uscc

Paragraph = Annotated[str, StringConstraints(min_length=1, max_length=4000, strip_whitespace=True)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True)]


class SupervisionTask(Wire):
    """督导任务 (assumed): have this institution inspected by a day, and report what came of it under this number.

    `filing_number` says which filing is meant where a body has several.
    """

    number: Text
    uscc: Uscc
    filing_number: Text | None = None
    title: Text
    demand: Paragraph
    due_on: date


class OrderedMeasure(StrEnum):
    """What the province orders."""

    SUSPEND = "suspend"
    LIFT = "lift"
    REVOKE = "revoke"


class SanctionOrdered(Wire):
    """责令处理 (assumed): suspend an institution, end the suspensions it ordered before, or revoke its filing.

    `document` is the province's order, by its title or number.
    """

    number: Text
    uscc: Uscc
    filing_number: Text | None = None
    measure: OrderedMeasure
    document: Text
    reason: Reason


class CatalogueKind(StrEnum):
    """Which of the two lists is told."""

    OCCUPATIONS = "occupations"
    SHORTAGE = "shortage"


class ListedOccupation(Wire):
    """One occupation or work type of a list, with the levels it is offered at; no levels where the list names none."""

    edition: Edition
    occupation: OccupationCode
    name: Text
    work_type: str = Field(default="", max_length=60)
    levels: tuple[Level, ...] = Field(default=(), max_length=5)


class CatalogueUpdated(Wire):
    """目录更新 (assumed): another edition of the occupation catalogue, or of the shortage list; the whole of it."""

    number: Text
    kind: CatalogueKind
    title: Text
    issued: date
    effective_from: date
    effective_to: date | None = None
    entries: tuple[ListedOccupation, ...] = Field(min_length=1, max_length=5000)

    @model_validator(mode="after")
    def _lists_each_once(self) -> "CatalogueUpdated":
        """Raises ValueError where a line is there twice, or the edition ends before it begins."""
        named = [(it.edition, it.occupation, it.work_type) for it in self.entries]
        if len(set(named)) != len(named):
            raise ValueError("同一职业（工种）列了两次 · an occupation and work type is listed twice")
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("失效日期早于生效日期 · it ends before it begins")
        return self
