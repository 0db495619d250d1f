"""人才统计 (N1.3): asked for, and counted anew when something was done since."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import structlog

from services.subsidy.domain.chains import NO_CHAIN, chain_list_on, chain_lists
from services.subsidy.domain.rules.case import family_of
from services.subsidy.domain.small_cells import masked
from services.subsidy.domain.statistic import (
    Dimension,
    Question,
    Table,
    UnknownChain,
    last_day,
)
from services.subsidy.handlers.work import Work
from shared.identity import NotYours
from shared.policy import Policy
from shared.policy.organs import OrganKind
from shared.service import Due
from shared.values import Edition, Occupation, OccupationCode

MOST_LINES = 20_000
_ALL = UUID(int=0)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class AskStatistics:
    """What is asked, by an officer of which organ; None: by somebody of no organ, to whom small cells are not shown.

    `chains_on` is the day whose list of chains counts; otherwise it is the last day asked about.
    """

    by: tuple[Dimension, ...]
    months: tuple[int, int]
    only: Mapping[Dimension, str | int]
    organ: str | None
    chains_on: date | None = None


async def read_statistics(command: AskStatistics, work: Work) -> Table:
    """Figures as they were counted last.

    Raises UnknownOrgan, UnknownOccupation, UnknownChain, NotYours, TooManyLines or NotCountedYet.
    """
    policy = work.policy
    territory = _territory(command.organ, policy)
    first, last = command.months
    on = command.chains_on or last_day(last)
    question = Question(
        by=command.by,
        only=_only(command, territory, policy),
        first=first,
        last=last,
        territory=territory,
        chains=chain_list_on(policy, on),
    )
    answer = await work.statistics.read(question, most=MOST_LINES)
    if command.organ is not None:
        return Table(question=question, answer=answer)
    least = policy.number("statistics.least_people", work.today)
    return Table(question=question, answer=masked(answer, least=least), least=least)


def reach_of(policy: Policy) -> list[tuple[str, str]]:
    """Each organ, and each organ above it whose territory is counted as a whole; the province's is the city's."""
    return [
        (below, above)
        for above, organ in policy.organs.items()
        if organ.kind is not OrganKind.PROVINCE and not _alone(above, policy)
        for below in sorted(policy.territory(above))
    ]


class StatisticsCount:
    """Counts anew when there is something new, and tells the operators how long that has waited and what does not agree."""

    def __init__(self, behind: Callable[[float], None], differs: Callable[[float], None]) -> None:
        self._behind = behind
        self._differs = differs

    async def due(self, work: Work) -> Sequence[Due]:
        """Once, if it is time."""
        counted, position = await work.statistics.counted(), await work.statistics.position()
        if counted is None or counted.position == position:
            self._behind(0)
        else:
            self._behind(max(0.0, (work.at - counted.at).total_seconds()))
        version = work.policy.version
        if counted and not counted.is_due(at=work.at, policy_version=version, position=position):
            return []
        return [Due(id=_ALL, traceparent=None)]

    async def run(self, _all: UUID, work: Work) -> int:
        """How many fen more or less were paid by the statistics than by the money's accounts."""
        policy = work.policy
        families = {each: family_of(policy, each) for each in policy.occupations}
        differs = await work.statistics.count(
            families, reach=reach_of(policy), lists=list(chain_lists(policy)), policy_version=policy.version
        )
        if differs:
            log.error("statistics differ from the accounts", fen=differs)
        self._behind(0)
        self._differs(abs(differs))
        return differs


def _territory(organ: str | None, policy: Policy) -> str:
    """The organ whose territory is asked about: the caller's own, or the city's."""
    if organ is not None and policy.organ(organ).kind is not OrganKind.PROVINCE:
        return organ
    return next(each.code for each in policy.organs.values() if each.kind is OrganKind.CITY)


def _alone(organ: str, policy: Policy) -> bool:
    return len(policy.territory(organ)) == 1


def _only(command: AskStatistics, territory: str, policy: Policy) -> Mapping[Dimension, str | int]:
    only = dict(command.only)
    organ = only.get(Dimension.ORGAN)
    if organ is not None and policy.organ(str(organ)).code not in policy.territory(territory):
        raise NotYours(f"{organ} 不在您的辖区 · {organ} is not in your territory")
    if organ is None and _alone(territory, policy):
        only[Dimension.ORGAN] = territory
    if (occupation := only.get(Dimension.OCCUPATION)) is not None:
        only[Dimension.OCCUPATION] = _family(str(occupation), policy)
    chain = only.get(Dimension.CHAIN)
    if chain is not None and chain != NO_CHAIN and chain not in policy.chains:
        told = "、".join([*policy.chains, NO_CHAIN])
        raise UnknownChain(f"产业链须为：{told} · Choose one of these chains")
    return only


def _family(text: str, policy: Policy) -> str:
    """Of `2015:6-18-01-01`; raises UnknownOccupation."""
    edition, _, code = text.partition(":")
    occupation = Occupation(Edition(edition), OccupationCode(code))
    return family_of(policy, policy.occupation(occupation).occupation)
