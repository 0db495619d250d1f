"""产业链名单: which occupations belonged to which of the city's industrial chains, and on which days that held (N1.3)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.subsidy.domain.rules.case import family_of
from shared.policy import Policy
from shared.policy.occupations import Chain

NO_CHAIN = "none"
"""Of what belongs to no chain, or counts on a day on which no list held."""
_A_DAY = timedelta(days=1)
_NOWHERE = frozenset({NO_CHAIN})


@dataclass(frozen=True, kw_only=True)
class ChainList:
    """The chains that hold from one day to another. `members` are the chains of each family of occupations.

    A family belongs to every chain that any of its occupations, of whatever edition, is assigned to.
    """

    chains: tuple[Chain, ...]
    since: date
    until: date | None
    members: Mapping[str, frozenset[str]]

    @property
    def key(self) -> str:
        """What its figures are kept under."""
        return self.since.isoformat()

    def of(self, family: str) -> frozenset[str]:
        return self.members.get(family, _NOWHERE)

    def holds(self, on: date) -> bool:
        return self.since <= on and (self.until is None or on <= self.until)


def chain_lists(policy: Policy) -> Iterator[ChainList]:
    """Every list there ever was, the oldest first; days without one are on none."""
    chains = policy.chains.values()
    days = {each.effective_from for each in chains}
    days |= {each.effective_to + _A_DAY for each in chains if each.effective_to is not None}
    begins = sorted(days)
    for place, day in enumerate(begins):
        holding = tuple(each for each in chains if each.holds(day))
        if holding:
            until = begins[place + 1] - _A_DAY if place + 1 < len(begins) else None
            yield ChainList(chains=holding, since=day, until=until, members=_members(policy, holding))


def chain_list_on(policy: Policy, on: date) -> ChainList | None:
    """The list in force on a day, if any was."""
    return next((each for each in chain_lists(policy) if each.holds(on)), None)


def _members(policy: Policy, holding: tuple[Chain, ...]) -> Mapping[str, frozenset[str]]:
    known = {each.id for each in holding}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for entry in policy.occupations.values():
        if mine := known.intersection(entry.chains):
            found[family_of(policy, entry.occupation)] |= mine
    return {family: frozenset(chains) for family, chains in found.items()}
