"""双时态: what has two times, the days on which it holds and the days on which that was known."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from shared.policy.money import MoneyLine, Rate, RateTable, ShortageEntry, ShortageList, Uplift
from shared.policy.occupations import RateClass
from shared.policy.parameters import Parameter
from shared.policy.provenance import Published, holding
from shared.values import Level, Occupation

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")
P = TypeVar("P", bound=Published)

DatedEntry = Parameter | RateTable | ShortageList | Uplift


class Dated:
    """Parameters, rates, uplifts and shortage lists, asked by the day they hold and the day of who asks.

    Where several hold on a day, the one that became known last counts; of two known from one day, the one given later.
    """

    def __init__(self, entries: Iterable[DatedEntry]) -> None:
        self.entries = tuple(entries)
        newest_first = sorted(self.entries, key=lambda it: it.known_from)[::-1]
        self._parameters = _grouped((it.key, it) for it in newest_first if isinstance(it, Parameter))
        self._uplifts = _grouped((it.line, it) for it in newest_first if isinstance(it, Uplift))
        tables = (it for it in newest_first if isinstance(it, RateTable))
        rates = (rate for table in tables for rate in table.values())
        self._rates = _grouped(((it.line, it.rate_class, it.level), it) for it in rates)
        self.lists = tuple(it for it in newest_first if isinstance(it, ShortageList))
        self._listed = [(each, {entry.occupation: entry for entry in each.values()}) for each in self.lists]

    def parameters(self, key: str) -> tuple[Parameter, ...]:
        """Every value of a key, the one known last first."""
        return self._parameters.get(key, ())

    def parameter(self, key: str, on: date, *, known_on: date) -> Parameter | None:
        return _known(self.parameters(key), on, known_on)

    def uplift(self, line: MoneyLine, on: date, *, known_on: date) -> Uplift | None:
        return _known(self._uplifts.get(line, ()), on, known_on)

    def rate(
        self, line: MoneyLine, rate_class: RateClass | None, level: Level, *, on: date, known_on: date
    ) -> Rate | None:
        return _known(self._rates.get((line, rate_class, level), ()), on, known_on)

    def shortage(
        self, occupation: Occupation, *, on: date, known_on: date, bridge_months: int
    ) -> ShortageEntry | None:
        """The listing of the day; while no list of the day is out, the last one goes on holding for so many months."""
        known = [each for each in self._listed if each[0].known(known_on)]
        replaced = {old for each, _ in known for old in each.replaces}
        out = [each for each in known if each[0].id not in replaced]
        holding_now = [each for each in out if each[0].holds(on)]
        if not holding_now and bridge_months:
            bridging = (each for each in out if each[0].bridges(on, bridge_months))
            holding_now = sorted(bridging, key=lambda each: each[0].effective_from)[-1:]
        listed = (entries.get(occupation) for _, entries in holding_now)
        return next((entry for entry in listed if entry is not None), None)


def _grouped(pairs: Iterable[tuple[K, V]]) -> Mapping[K, tuple[V, ...]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return {key: tuple(values) for key, values in groups.items()}


def _known(values: Iterable[P], on: date, known_on: date) -> P | None:
    return holding((value for value in values if value.known(known_on)), on)
