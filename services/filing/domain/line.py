"""One row of a spreadsheet, and what the rows of one group say together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from uuid import UUID

from services.filing.domain.terms import Training
from shared.contracts.scope import ScopeItem
from shared.errors import Refusal
from shared.policy import Attribute, Audience, Category, Policy
from shared.values import Edition, Level, Occupation, OccupationCode, StationCode, Uscc

Value = str | int | date | None
_SCOPE = ("edition", "occupation", "work_type", "lowest", "highest")
MOST_ITEMS = 2000
"""Occupations × levels that one institution or draft may list."""


class Fault(StrEnum):
    """What may be wrong with a row beyond its cells; refusals of the rules come with their own codes."""

    OUT_OF_REACH = "NJT-FIL-1511"
    LEVELS_REVERSED = "NJT-FIL-1512"
    REPEATED = "NJT-FIL-1513"
    ROWS_DISAGREE = "NJT-FIL-1514"
    LEFT_OUT = "NJT-FIL-1515"
    NOT_IN_FORCE = "NJT-FIL-1516"
    TOO_MUCH = "NJT-FIL-1519"
    NOT_YET = "NJT-FIL-1520"
    NOT_ONE_LINE = "NJT-FIL-1521"


class LineState(StrEnum):
    """What became of a row: wrong, good and waiting, put in, or refused when it was to be put in."""

    BAD = "bad"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What is wrong in one column of a row, in Chinese · English."""

    column: str
    code: str
    message: str

    @classmethod
    def of(cls, column: str, refusal: Refusal) -> "Finding":
        """What a rule found."""
        return cls(column=column, code=refusal.code, message=refusal.detail)


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a group: the institution or filing it made, or why it was refused."""

    place: int
    subject: UUID | None = None
    code: str = ""
    reason: str = ""

    @property
    def state(self) -> LineState:
        return LineState.DONE if self.subject else LineState.FAILED


@dataclass(eq=False, kw_only=True)
class Line:
    """A row: its number as the sheet shows it, its values by column, and what is wrong with it.

    `cells` is what stood there, kept where a value could not be read. `place` is the turn of its group, 0 for none.
    """

    number: int
    values: Mapping[str, Value]
    findings: list[Finding] = field(default_factory=list)
    cells: Sequence[object] | None = None
    place: int = 0
    outcome: Outcome | None = None

    @property
    def state(self) -> LineState:
        if self.findings:
            return LineState.BAD
        return self.outcome.state if self.outcome else LineState.WAITING

    def text(self, column: str) -> str:
        value = self.values.get(column)
        return value if isinstance(value, str) else ""

    def day(self, column: str) -> date | None:
        value = self.values.get(column)
        return value if isinstance(value, date) else None

    def find(self, column: str, fault: Fault, message: str) -> None:
        self.findings.append(Finding(column=column, code=fault, message=message))

    def items(self) -> tuple[ScopeItem, ...]:
        """The occupation it names at every level from the lowest to the highest; none when these are reversed."""
        return _items(tuple(self.text(column) for column in _SCOPE))

    def stations(self) -> tuple[StationCode, ...]:
        """Codes as the province gave them; raises InvalidStationCode."""
        return tuple(StationCode(each) for each in self.text("stations").replace(";", ",").split(",") if each)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a group without a fault says: an institution on record before, or an applicant's draft."""

    lines: Sequence[Line]
    name: str
    uscc: Uscc
    category: Category
    audience: Audience
    organ: str
    legal_representative: str
    address: str
    scope: tuple[ScopeItem, ...]
    evidence: frozenset[Attribute]
    training: frozenset[Training] = frozenset()
    number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    evaluated: date | None = None
    stations: tuple[StationCode, ...] = ()

    @property
    def body(self) -> tuple[str, str]:
        """Who it is, for whom: on record once at a time."""
        return str(self.uscc), self.audience.value

    def families(self, policy: Policy) -> set[Occupation]:
        """Its occupations under the codes they have had from the beginning."""
        return {
            policy.family(Occupation(edition, code))
            for edition, code in {(item.edition, item.occupation) for item in self.scope}
        }


@lru_cache(maxsize=10_000)
def _items(told: tuple[str, ...]) -> tuple[ScopeItem, ...]:
    """Thousands of rows name the same occupations."""
    edition, code, work_type, lowest, highest = told
    occupation = OccupationCode(code)
    return tuple(
        ScopeItem(edition=Edition(edition), occupation=occupation, work_type=work_type, level=Level(level))
        for level in range(int(lowest), int(highest) - 1, -1)
    )


def entry_of(lines: Sequence[Line]) -> Entry:
    """What the lines of one group say together; a text left out in one may stand in another."""
    first = lines[0]
    category = Category(first.text("category"))
    shown = category is Category.KEY_TECHNICAL_SCHOOL and (
        bool(first.text("number")) or _any(lines, "key_school")
    )
    return Entry(
        lines=lines,
        name=first.text("name"),
        uscc=Uscc(first.text("uscc")),
        category=category,
        audience=Audience(first.text("audience")),
        organ=first.text("organ"),
        legal_representative=_told(lines, "legal_representative"),
        address=_told(lines, "address"),
        scope=tuple(dict.fromkeys(item for line in lines for item in line.items())),
        # What was on record before had to show it then (N2.5).
        evidence=frozenset({Attribute.KEY_SCHOOL_EVIDENCE} if shown else ()),
        training=frozenset(each for each in Training if _any(lines, each.value)),
        number=first.text("number"),
        valid_from=first.day("valid_from"),
        valid_until=first.day("valid_until"),
        evaluated=max(filter(None, (line.day("evaluated") for line in lines)), default=None),
        stations=tuple(dict.fromkeys(code for line in lines for code in line.stations())),
    )


def _told(lines: Iterable[Line], column: str) -> str:
    return next((line.text(column) for line in lines if line.text(column)), "")


def _any(lines: Iterable[Line], column: str) -> bool:
    return any(line.text(column) == "yes" for line in lines)
