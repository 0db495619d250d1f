"""The policy of a city, ready to be asked: every answer carries its source, status and clause."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import date
from itertools import product
from types import MappingProxyType
from typing import TypeVar

from shared.policy.dated import Dated, DatedEntry
from shared.policy.materials import MaterialKind
from shared.policy.money import MoneyLine, NoRate, Rate, RateTable, ShortageEntry, ShortageList, Uplift
from shared.policy.occupations import Chain, OccupationEntry, RateClass, UnknownOccupation
from shared.policy.organs import Organ, UnknownOrgan, territories
from shared.policy.pack import Pack, PackHead
from shared.policy.parameters import Parameter, Unit, UnknownParameter
from shared.policy.provenance import Clause, Document, UnknownDocument, holding
from shared.policy.releases import Editions, Released, dated_entries, in_order
from shared.policy.routing import Exclusion, Precondition, Routing, RoutingRow, RoutingTable, decide_routing
from shared.policy.rubric import NoRubric, Rubric
from shared.policy.terms import Attribute, Audience, Category, FilingKind
from shared.policy.working_days import CalendarYear, WorkingCalendar
from shared.values import Edition, Level, Occupation

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_DIGEST_SHOWN = 12


class Policy:
    """A checked policy pack. Immutable; dictionaries are built once, so that asking is a look-up."""

    def __init__(self, head: PackHead, pack: Pack, *, digest: str, releases: Iterable[Released] = ()) -> None:
        self.head = head
        self.pack = pack
        self.pack_digest = digest
        self.releases = in_order(releases)
        self._editions = Editions(f"{head.version}+{digest[:_DIGEST_SHOWN]}", digest, self.releases)
        self.version, self.digest = self._editions.latest
        named = (*pack.entries(Document), *(each.document for each in self.releases))
        clauses = (*pack.entries(Clause), *(clause for each in self.releases for clause in each.clauses))
        self.documents: Mapping[str, Document] = _by(named, lambda it: it.id)
        self.clauses: Mapping[str, Clause] = _by(clauses, lambda it: it.id)
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
        self._dated = Dated((*_stated(pack), *dated_entries(self.releases)))
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

    def with_releases(self, releases: Iterable[Released]) -> "Policy":
        """Return the same policy with what was published beside its files; its version and digest name the releases."""
        both = (*self.releases, *releases)
        return Policy(self.head, self.pack, digest=self.pack_digest, releases=both)

    def version_on(self, known_on: date) -> str:
        """Return the version of what was known on a day: what was published later is no part of it."""
        return self._editions.on(known_on)[0]

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

    def parameter(self, key: str, on: date, *, known_on: date | None = None) -> Parameter:
        """Return its value on a day, by what was known on `known_on` (the same day unless another is given).

        Raises `UnknownParameter` for an unknown key, or a day on which it has no value.
        """
        found = self._dated.parameter(key, on, known_on=known_on or on)
        if found is None:
            raise UnknownParameter(f"参数 {key} 在 {on} 没有取值 · {key} has no value on {on}")
        return found

    def parameters(self, key: str) -> tuple[Parameter, ...]:
        """Return every value of a key, the one known last first; none for an unknown key."""
        return self._dated.parameters(key)

    @property
    def shortage_lists(self) -> tuple[ShortageList, ...]:
        """Every list ever published, the one known last first."""
        return self._dated.lists

    def number(self, key: str, on: date, *, known_on: date | None = None) -> int:
        """Return the value of a parameter that counts something; raises `UnknownParameter`."""
        value = self.parameter(key, on, known_on=known_on).value
        if not isinstance(value, int):
            raise TypeError(f"{key} is not a number")
        return value

    def days(self, key: str, on: date) -> int:
        """Return a term in the days of its unit, working or calendar; raises `UnknownParameter`."""
        unit = self.parameter(key, on).unit
        if unit not in {Unit.WORKING_DAYS, Unit.CALENDAR_DAYS}:
            raise TypeError(f"{key} counts {unit}, not days")
        return self.number(key, on)

    def text(self, key: str, on: date, *, known_on: date | None = None) -> str:
        """Return the value of a parameter written in words; raises `UnknownParameter`."""
        return str(self.parameter(key, on, known_on=known_on).value)

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
        found = self._dated.rate(line, rate_class, level, on=on, known_on=known_on)
        if found is None:
            raise NoRate(
                f"{line} 线 {level.title} 在 {on} 没有标准"
                f" · Line {line} has no rate for level {level.value} on {on}"
            )
        return found

    def shortage(
        self, occupation: Occupation, *, on: date, known_on: date, bridge_months: int = 0
    ) -> ShortageEntry | None:
        """Return the listing that holds on `on`, unless published only after `known_on` (不再补差).

        While no list of the day is out, the last one goes on holding for `bridge_months`; 0: it does not.
        """
        return self._dated.shortage(occupation, on=on, known_on=known_on, bridge_months=bridge_months)

    def uplift(self, line: MoneyLine, on: date, *, known_on: date | None = None) -> Uplift | None:
        """Return the line's own uplift: B at level 3 and above by N1.7, A by the rule of its fund."""
        return self._dated.uplift(line, on, known_on=known_on or on)


def _stated(pack: Pack) -> Iterator[DatedEntry]:
    """What the files state that has two times."""
    yield from pack.entries(Parameter)
    yield from pack.entries(Uplift)
    yield from pack.entries(RateTable)
    yield from pack.entries(ShortageList)


def _by(entries: Iterable[V], key: Callable[[V], K]) -> Mapping[K, V]:
    return MappingProxyType({key(entry): entry for entry in entries})
