"""Where a value of the policy pack comes from, how sure it is, and when it holds."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Self, TypeVar

from pydantic import BaseModel, ConfigDict, model_validator

from shared.errors import NotFound
from shared.policy.terms import Status


class UnknownDocument(NotFound):
    """文件不在政策包内 · The policy pack knows no such document or clause."""

    code = "NJT-POL-1006"


class Entry(BaseModel):
    """One entry of the pack as written: unknown keys are refused, nothing changes afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def values(self) -> Iterator["Provenance"]:
        """Every value the entry states, each with its own source and status."""
        yield from ()


class Document(Entry):
    """A document the pack cites. Without a date or a number, none was seen."""

    id: str
    title: str
    number: str = ""
    issued: date | None = None
    note: str = ""

    @property
    def label(self) -> str:
        """Title and number as it is cited."""
        return f"《{self.title}》{self.number}" if self.number else self.title


class Clause(Entry):
    """One clause of a document, in the document's words and in English."""

    id: str
    document: str
    zh: str
    en: str

    @property
    def text(self) -> str:
        return f"{self.zh} · {self.en}"


class Provenance(Entry):
    """A value with its source document, status, clause where there is one, and first and last day."""

    source: str
    status: Status
    clause: str | None = None
    effective_from: date
    effective_to: date | None = None
    note: str = ""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise ValueError("止期早于起期 · effective_to lies before effective_from")
        if self.status is Status.NOTICE and self.clause is None:
            raise ValueError("状态为 notice 须写明条款 · status notice needs the clause that says so")
        return self

    def holds(self, on: date) -> bool:
        return self.effective_from <= on and (self.effective_to is None or on <= self.effective_to)

    def overlaps(self, other: "Provenance") -> bool:
        begin = max(self.effective_from, other.effective_from)
        return self.holds(begin) and other.holds(begin)

    @property
    def series(self) -> tuple[str, ...]:
        """What the value is a value of; of one series only one may hold on a day. Empty: no such rule."""
        return ()

    def values(self) -> Iterator["Provenance"]:
        yield self


class Published(Provenance):
    """A value that could be acted on only once it was published, which may be after it took effect.

    `known_until` is the first day on which it was known no longer, because something published then replaced it.
    """

    known_from: date
    known_until: date | None = None

    def known(self, on: date) -> bool:
        return self.known_from <= on and (self.known_until is None or on < self.known_until)


V = TypeVar("V", bound=Provenance)


def holding(values: Iterable[V], on: date) -> V | None:
    """Return the one value that holds on the day; a checked pack has at most one in a series."""
    return next((value for value in values if value.holds(on)), None)
