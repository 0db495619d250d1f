"""政策包: the entries of all files, each with the place it was written at, so that a problem can be named."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.policy.materials import MaterialKind
from shared.policy.money import RateTable, ShortageList, Uplift
from shared.policy.occupations import Chain, OccupationEntry
from shared.policy.organs import Organ
from shared.policy.parameters import Parameter
from shared.policy.provenance import Clause, Document, Entry, Provenance
from shared.policy.routing import Exclusion, Precondition, RoutingRow
from shared.policy.rubric import Rubric
from shared.policy.working_days import CalendarYear

E = TypeVar("E", bound=Entry)


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a pack: in which file, under which key, and why."""

    file: str
    key: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.reason}"


class PolicyError(ValueError):
    """政策包有误 · The policy pack is faulty. Names every problem found."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        lines = "\n".join(f"  {problem}" for problem in self.problems)
        super().__init__(f"政策包有误 · The policy pack is faulty ({len(self.problems)})\n{lines}")


class PackHead(Entry):
    """Whose pack it is and which version it declares."""

    city: str
    city_en: str
    title: str
    title_en: str
    version: str


@dataclass(frozen=True)
class Section:
    """One array of entries: its file, its key, its model, and the fields an entry goes by.

    Of a `unique` section no two entries may go by the same name.
    """

    file: str
    key: str
    model: type[Entry]
    name: tuple[str, ...]
    unique: bool = True


HEAD_FILE, HEAD_KEY = "pack.toml", "pack"

SECTIONS = (
    Section("pack.toml", "documents", Document, ("id",)),
    Section("clauses.toml", "clauses", Clause, ("id",)),
    Section("organs.toml", "organs", Organ, ("code",)),
    Section("routing.toml", "rows", RoutingRow, ("clause",)),
    Section("exclusions.toml", "exclusions", Exclusion, ("clause",), unique=False),
    Section("exclusions.toml", "preconditions", Precondition, ("attribute",)),
    Section("parameters.toml", "parameters", Parameter, ("key",), unique=False),
    Section("rates.toml", "tables", RateTable, ("line",), unique=False),
    Section("rates.toml", "uplifts", Uplift, ("line",), unique=False),
    Section("shortage.toml", "lists", ShortageList, ("id",)),
    Section("chains.toml", "chains", Chain, ("id",)),
    Section("occupations.toml", "occupations", OccupationEntry, ("edition", "code")),
    Section("materials.toml", "materials", MaterialKind, ("id",)),
    Section("rubric.toml", "rubrics", Rubric, ("id",)),
    Section("calendar.toml", "years", CalendarYear, ("year",)),
)


@dataclass(frozen=True)
class Placed(Generic[E]):
    """An entry and where it stands."""

    entry: E
    section: Section
    key: str

    def problem(self, reason: str, *, at: str = "") -> Problem:
        return Problem(self.section.file, f"{self.key}.{at}" if at else self.key, reason)


class Pack:
    """Every entry that could be read, by its model."""

    def __init__(
        self, placed: Mapping[type[Entry], Sequence[Placed[Any]]], broken: Iterable[type[Entry]] = ()
    ) -> None:
        self._placed = placed
        self._broken = frozenset(broken)

    def placed(self, model: type[E]) -> Sequence[Placed[E]]:
        return self._placed.get(model, ())

    def entries(self, model: type[E]) -> tuple[E, ...]:
        return tuple(placed.entry for placed in self.placed(model))

    def is_whole(self, *models: type[Entry]) -> bool:
        """Whether every entry of these models could be read, so that what is absent is really absent."""
        return self._broken.isdisjoint(models)

    def __iter__(self) -> Iterator[Placed[Entry]]:
        for placed in self._placed.values():
            yield from placed

    def values(self) -> Iterator[tuple[str, str, Provenance]]:
        """Yield every value with its file and the key of its entry."""
        for placed in self:
            for value in placed.entry.values():
                yield placed.section.file, placed.key, value
