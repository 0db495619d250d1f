"""Any certificates, claims and payments that chance makes, and a slow count of them that knows no database."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from hypothesis import strategies as st

from services.subsidy.domain.statistic import Dimension, Kind, Line, Tally
from services.subsidy.handlers.statistics import AskStatistics
from shared.clock import SHANGHAI

ORGANS = ("320100", "320115", "320106", "JBXQ")
AUDIENCES = ("own_staff", "public")
LIST_ENDS = 202312
# The family of each occupation, and the chains it was on while the list held.
OCCUPATIONS: Mapping[tuple[str, str], tuple[str, frozenset[str]]] = {
    ("2015", "6-18-01-01"): ("2015:6-18-01-01", frozenset({"intelligent-equipment"})),
    ("2022", "6-18-01-01"): ("2015:6-18-01-01", frozenset({"intelligent-equipment"})),
    ("2015", "6-18-02-04"): ("2015:6-18-02-04", frozenset({"intelligent-equipment", "rail-transit"})),
    ("2015", "4-03-02-01"): ("2015:4-03-02-01", frozenset({"none"})),
    ("2015", "8-88-88-88"): ("2015:8-88-88-88", frozenset({"none"})),
}
CHAINS = dict(OCCUPATIONS.values())
# Midnight in Nanjing is 16:00 in the database.
MOMENTS = (
    datetime(2023, 12, 31, 15, 59, 59, tzinfo=UTC),
    datetime(2023, 12, 31, 16, 0, tzinfo=UTC),
    datetime(2024, 1, 31, 16, 30, tzinfo=UTC),
    datetime(2024, 6, 3, 4, tzinfo=UTC),
)
DAYS = (date(2023, 11, 30), date(2023, 12, 31), date(2024, 1, 1), date(2024, 1, 31), date(2024, 2, 29))
MONTHS = (202311, 202312, 202401, 202402, 202403, 202406, 202407)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A certificate."""

    person: int
    organ: str
    occupation: tuple[str, str]
    level: int
    audience: str
    issued_on: date
    state: str
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One certificate of a claim; `back` is what came back of it, by month."""

    certificate: int
    state: str
    base: int
    amount: int
    uplifted: bool
    back: tuple[tuple[int, int], ...]
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """A claim."""

    organ: str
    line: str
    state: str
    paid_at: datetime | None
    items: tuple[Asked, ...]
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True, kw_only=True)
class World:
    """All there is."""

    certificates: tuple[Held, ...]
    claims: tuple[Claimed, ...]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something that counts once."""

    kind: Kind
    person: int
    organ: str
    occupation: str
    level: int
    audience: str
    line: str | None
    month: int
    fen: int = 0


held = st.builds(
    Held,
    person=st.integers(0, 4),
    organ=st.sampled_from(ORGANS),
    occupation=st.sampled_from(list(OCCUPATIONS)),
    level=st.sampled_from([1, 3, 5]),
    audience=st.sampled_from(AUDIENCES),
    issued_on=st.sampled_from(DAYS),
    state=st.sampled_from(
        ["verified", "verified", "verified", "revoked", "unverified", "unknown", "differs"]
    ),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    certificates = draw(st.lists(held, max_size=14))
    claims = [draw(_claims(len(certificates))) for _ in range(draw(st.integers(0, 4)) if certificates else 0)]
    return World(certificates=tuple(certificates), claims=tuple(claims))


@st.composite
def _claims(draw: st.DrawFn, certificates: int) -> Claimed:
    paid = draw(st.booleans())
    states = ["paid", "recovered", "refused"] if paid else ["pending", "payable", "refused", "void"]
    numbers = draw(st.lists(st.integers(0, certificates - 1), unique=True, min_size=1, max_size=5))
    items = tuple(
        Asked(
            certificate=number,
            state=draw(st.sampled_from(states)),
            base=draw(st.sampled_from([100_000, 200_000])),
            amount=draw(st.sampled_from([200_000, 260_000])),
            uplifted=draw(st.booleans()),
            back=tuple(
                draw(st.lists(st.sampled_from([(202402, 5_000), (202407, 7)]), max_size=2)) if paid else ()
            ),
        )
        for number in numbers
    )
    return Claimed(
        organ=draw(st.sampled_from(ORGANS)),
        line=draw(st.sampled_from(["A", "B"])),
        state="paid"
        if paid
        else draw(st.sampled_from(["draft", "submitted", "withdrawn", "frozen", "declined"])),
        paid_at=draw(st.sampled_from(MOMENTS)) if paid else None,
        items=items,
    )


@st.composite
def questions(draw: st.DrawFn) -> AskStatistics:
    values: dict[Dimension, Iterable[Any]] = {
        Dimension.ORGAN: ORGANS,
        Dimension.OCCUPATION: ("2015:6-18-01-01", "2015:6-18-02-04", "2015:4-03-02-01"),
        Dimension.LEVEL: (1, 3),
        Dimension.CHAIN: ("intelligent-equipment", "rail-transit", "none"),
        Dimension.LINE: ("A", "B"),
        Dimension.AUDIENCE: AUDIENCES,
    }
    given_only = draw(st.lists(st.sampled_from(list(values)), unique=True, max_size=2))
    first, last = sorted(draw(st.tuples(st.sampled_from(MONTHS), st.sampled_from(MONTHS))))
    return AskStatistics(
        by=tuple(draw(st.lists(st.sampled_from(list(Dimension)), unique=True, max_size=3))),
        months=(first, last),
        only={each: draw(st.sampled_from(list(values[each]))) for each in given_only},
        organ="320100",
        chains_on=draw(st.sampled_from([None, date(2023, 6, 1), date(2024, 6, 1)])),
    )


def entries(world: World) -> Iterator[Entry]:
    """Everything once."""
    for each in world.certificates:
        kind = {"verified": Kind.VALID, "revoked": Kind.REVOKED}.get(each.state, Kind.UNCONFIRMED)
        yield _entry(kind, each, organ=each.organ, line=None, month=_month(each.issued_on))
    latest: dict[tuple[int, str], tuple[UUID, str]] = {}
    for claim in world.claims:
        if claim.state not in ("draft", "withdrawn"):
            for item in claim.items:
                key = (item.certificate, claim.line)
                latest[key] = max(latest.get(key, (UUID(int=0), "")), (item.id, claim.organ))
        yield from _money(world, claim)
    for (number, line), (_, organ) in latest.items():
        each = world.certificates[number]
        yield _entry(Kind.CLAIMED, each, organ=organ, line=line, month=_month(each.issued_on))


def _money(world: World, claim: Claimed) -> Iterator[Entry]:
    for item in claim.items:
        each = world.certificates[item.certificate]
        at: dict[str, Any] = {"organ": claim.organ, "line": claim.line}
        if claim.paid_at is not None and item.state in ("paid", "recovered"):
            month = _month(claim.paid_at.astimezone(SHANGHAI))
            yield _entry(Kind.PAID, each, month=month, fen=item.amount, **at)
            if item.uplifted:
                yield _entry(Kind.UPLIFTED, each, month=month, fen=item.amount - item.base, **at)
        for month, fen in item.back:
            yield _entry(Kind.RECOVERED, each, month=month, fen=fen, **at)


def _entry(kind: Kind, held: Held, **more: Any) -> Entry:
    return Entry(
        kind=kind,
        person=held.person,
        occupation=OCCUPATIONS[held.occupation][0],
        level=held.level,
        audience=held.audience,
        **more,
    )


def _month(day: date) -> int:
    return day.year * 100 + day.month


Told = dict[tuple[Any, ...], dict[Kind, Tally]]


def counted(world: World, asked: AskStatistics) -> tuple[Told, dict[Kind, Tally]]:
    """Lines by what they are about, and totals."""
    day = asked.chains_on or date(asked.months[1] // 100, asked.months[1] % 100, 28)
    in_force = _month(day) <= LIST_ENDS
    lines: defaultdict[tuple[Any, ...], list[Entry]] = defaultdict(list)
    whole: list[Entry] = []
    for entry in entries(world):
        if not asked.months[0] <= entry.month <= asked.months[1]:
            continue
        chains = CHAINS[entry.occupation] if in_force else frozenset({"none"})
        wanted = [each for each in chains if asked.only.get(Dimension.CHAIN, each) == each]
        rest = {key: value for key, value in asked.only.items() if key is not Dimension.CHAIN}
        if not wanted or any(getattr(entry, key.value) != value for key, value in rest.items()):
            continue
        whole.append(entry)
        if Dimension.LINE in asked.by and entry.line is None:
            continue
        for key in {
            tuple(chain if each is Dimension.CHAIN else getattr(entry, each.value) for each in asked.by)
            for chain in wanted
        }:
            lines[key].append(entry)
    return {key: _tallies(found) for key, found in lines.items()}, _tallies(whole)


def _tallies(found: list[Entry]) -> dict[Kind, Tally]:
    return {
        kind: Tally(
            entries=len(mine),
            people=len({each.person for each in mine}),
            fen=sum(each.fen for each in mine),
        )
        for kind in Kind
        if (mine := [each for each in found if each.kind is kind])
    }


def told(lines: Iterable[Line], asked: AskStatistics) -> Told:
    return {tuple(getattr(line.place, each.value) for each in asked.by): dict(line.tallies) for line in lines}
