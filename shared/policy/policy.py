"""The policy of a city, ready to be asked: every answer carries its source, status and clause."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from types import MappingProxyType
from typing import TypeVar

from shared.policy.materials import MaterialKind
from shared.policy.money import MoneyLine, NoRate, Rate, RateTable, ShortageEntry, ShortageList, Uplift
from shared.policy.occupations import Chain, OccupationEntry, RateClass, UnknownOccupation
from shared.policy.organs import Organ, UnknownOrgan, territories
from shared.policy.pack import Pack, PackHead
from shared.policy.parameters import Parameter, Unit, UnknownParameter
from shared.policy.provenance import Clause, Document, Published, UnknownDocument, holding
from shared.policy.routing import Exclusion, Precondition, Routing, RoutingRow, RoutingTable, decide_routing
from shared.policy.rubric import NoRubric, Rubric
from shared.policy.terms import Attribute, Audience, Category, FilingKind
from shared.policy.working_days import CalendarYear, WorkingCalendar
from shared.values import Edition, Level, Occupation

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = TypeVar("P", bound=Published)

_DIGEST_SHOWN = 12


class Policy:
    """A checked policy pack. Immutable; dictionaries are built once, so that asking is a look-up."""

    def __init__(self, head: PackHead, pack: Pack, *, digest: str) -> None:
        self.head = head
        self.pack = pack
        self.digest = digest
        self.version = f"{head.version}+{digest[:_DIGEST_SHOWN]}"
        self.documents: Mapping[str, Document] = _by(pack.entries(Document), lambda it: it.id)
        self.clauses: Mapping[str, Clause] = _by(pack.entries(Clause), lambda it: it.id)
        self.organs: Mapping[str, Organ] = _by(pack.entries(Organ), lambda it: it.code)
        self.chains: Mapping[str, Chain] = _by(pack.entries(Chain), lambda it: it.id)
        self.occupations: Mapping[Occupation, OccupationEntry] = _by(
            pack.entries(OccupationEntry), lambda it: it.occupation
        )
        self.routing = pack.entries(RoutingRow)
        self.exclusions = pack.entries(Exclusion)
        self.calendar = WorkingCalendar(pack.entries(CalendarYear))
        self._territories = territories(self.organs)
        self._streets = {street: organ for organ in self.organs.values() for street in organ.jurisdiction}
        self._parameters = _grouped((it.key, it) for it in pack.entries(Parameter))
        self._uplifts = _grouped((it.line, it) for it in pack.entries(Uplift))
        rates = (rate for table in pack.entries(RateTable) for rate in table.values())
        self._rates = _grouped(((it.line, it.rate_class, it.level), it) for it in rates)
        listed = (entry for each in pack.entries(ShortageList) for entry in each.values())
        self._shortage = _grouped((it.occupation, it) for it in listed)
        self._table = RoutingTable(
            rows={pair: row for row in self.routing for pair in row.covers()},
            exclusions={pair: exclusion for exclusion in self.exclusions for pair in exclusion.covers()},
            preconditions=_by(pack.entries(Precondition), lambda it: it.attribute),
            documents=self.documents,
        )
        asked = pack.entries(MaterialKind)
        self._materials = {
            (*pair, kind): tuple(it for it in asked if it.is_asked_of(*pair, kind))
            for pair, kind in product(self._table.rows, FilingKind)
        }

    def document(self, document_id: str) -> Document:
        """Return what a `source` names; raises `UnknownDocument`."""
        if document_id not in self.documents:
            raise UnknownDocument(f"政策包没有文件“{document_id}” · The pack has no document {document_id!r}")
        return self.documents[document_id]

    def clause(self, clause_id: str) -> Clause:
        """Return what a `basis` names; raises `UnknownDocument`."""
        if clause_id not in self.clauses:
            raise UnknownDocument(f"政策包没有条款“{clause_id}” · The pack has no clause {clause_id!r}")
        return self.clauses[clause_id]

    def organ(self, code: str) -> Organ:
        """Raises `UnknownOrgan`."""
        if code not in self.organs:
            raise UnknownOrgan(f"没有代码为“{code}”的机关 · There is no organ {code!r}", basis=("N2.0",))
        return self.organs[code]

    def territory(self, code: str) -> frozenset[str]:
        """Return the codes an organ sees: itself and everything below it; raises `UnknownOrgan`."""
        return self._territories[self.organ(code).code]

    def above(self, code: str) -> frozenset[str]:
        """Return the codes of the organs an organ stands under, up to the province; raises `UnknownOrgan`."""
        own = self.organ(code).code
        return frozenset(other for other, reach in self._territories.items() if own in reach and other != own)

    def organ_of_street(self, street: str) -> Organ:
        """Return the organ responsible for a township-level code (9 digits, N2.0); raises `UnknownOrgan`."""
        if street not in self._streets:
            raise UnknownOrgan(f"没有机关管辖 {street} · No organ answers for {street}", basis=("N2.0",))
        return self._streets[street]

    def parameter(self, key: str, on: date) -> Parameter:
        """Raises `UnknownParameter` for an unknown key, or a day on which it has no value."""
        found = holding(self._parameters.get(key, ()), on)
        if found is None:
            raise UnknownParameter(f"参数 {key} 在 {on} 没有取值 · {key} has no value on {on}")
        return found

    def number(self, key: str, on: date) -> int:
        """Return the value of a parameter that counts something; raises `UnknownParameter`."""
        value = self.parameter(key, on).value
        if not isinstance(value, int):
            raise TypeError(f"{key} is not a number")
        return value

    def days(self, key: str, on: date) -> int:
        """Return a term in the days of its unit, working or calendar; raises `UnknownParameter`."""
        unit = self.parameter(key, on).unit
        if unit not in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}:
            raise TypeError(f"{key} counts {unit}, not days")
        return self.number(key, on)

    def text(self, key: str, on: date) -> str:
        """Return the value of a parameter written in words; raises `UnknownParameter`."""
        return str(self.parameter(key, on).value)

    def decide_routing(self, category: Category, audience: Audience, facts: frozenset[Attribute]) -> Routing:
        """Decide who files (N2.1–N2.8); raises `NotRoutable`."""
        return decide_routing(self._table, category, audience, facts)

    def materials(
        self, category: Category, audience: Audience, kind: FilingKind = FilingKind.INITIAL
    ) -> tuple[MaterialKind, ...]:
        """Return what is handed in (N2.8); raises `NotRoutable` where nothing can be filed."""
        decide_routing(self._table, category, audience, frozenset(Attribute))
        return self._materials[category, audience, kind]

    def rubric(self, on: date) -> Rubric:
        """Return what the experts score by on the day; raises `NoRubric`."""
        found = holding(self.pack.entries(Rubric), on)
        if found is None:
            raise NoRubric(f"{on} 没有评估评分表 · No rubric holds on {on}")
        return found

    def occupation(self, occupation: Occupation) -> OccupationEntry:
        """Raises `UnknownOccupation`; a code is never looked up without its edition."""
        if occupation not in self.occupations:
            name = f"{occupation.code}（{occupation.edition}）"
            raise UnknownOccupation(f"目录没有职业 {name} · The catalogue has no {name}")
        return self.occupations[occupation]

    def family(self, occupation: Occupation) -> Occupation:
        """Return the oldest occupation it continues, or itself; raises `UnknownOccupation`.

        Two certificates of one family are of the same occupation, whatever editions they were issued by.
        Where an edition merged several, the family is that of the first named.
        """
        entry = self.occupation(occupation)
        while entry.succeeds:
            entry = self.occupation(entry.succeeds[0])
        return entry.occupation

    def evaluable(self, edition: Edition | None = None) -> Iterator[OccupationEntry]:
        """Yield what may be evaluated, licensed trades left out; of one edition, or of all."""
        for entry in self.occupations.values():
            if not entry.excluded and edition in (None, entry.edition):
                yield entry

    def rate(
        self, line: MoneyLine, occupation: Occupation, level: Level, *, on: date, known_on: date
    ) -> Rate:
        """Return what a certificate of day `on` is worth to somebody deciding on day `known_on`.

        Raises `UnknownOccupation`, or `NoRate` where no table published by then covers it.
        """
        rate_class: RateClass | None = self.occupation(occupation).rate_class
        if line is MoneyLine.INSURANCE:
            rate_class = None
        found = _known(self._rates.get((line, rate_class, level), ()), on, known_on)
        if found is None:
            raise NoRate(
                f"{line} 线 {level.title} 在 {on} 没有标准"
                f" · Line {line} has no rate for level {level.value} on {on}"
            )
        return found

    def shortage(self, occupation: Occupation, *, on: date, known_on: date) -> ShortageEntry | None:
        """Return the listing that holds on `on`, unless published only after `known_on` (不再补差)."""
        return _known(self._shortage.get(occupation, ()), on, known_on)

    def uplift(self, line: MoneyLine, on: date) -> Uplift | None:
        """Return the line's own uplift: B at level 3 and above by N1.7, A by the rule of its fund."""
        return holding(self._uplifts.get(line, ()), on)


def _by(entries: Iterable[V], key: Callable[[V], K]) -> Mapping[K, V]:
    return MappingProxyType({key(entry): entry for entry in entries})


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _known(values: Iterable[P], on: date, known_on: date) -> P | None:
    return holding((value for value in values if value.known(known_on)), on)
