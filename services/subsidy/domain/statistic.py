"""人才统计 (N1.3): what is counted, told apart by which dimensions, over which months."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Protocol

from services.subsidy.domain.chains import NO_CHAIN, ChainList
from shared.errors import Conflict, Invalid
from shared.policy.terms import Term
from shared.values import Occupation

_MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_HUNDRED, _DECEMBER = 100, 12
_AT_LEAST = timedelta(minutes=1)
_OFF = 20


class UnknownDimension(Invalid):
    """没有这样的统计维度 · There is no such dimension."""

    code = "NJT-SUB-2001"


class NoSuchMonth(Invalid):
    """没有这个月份 · There is no such month."""

    code = "NJT-SUB-2002"


class PeriodReversed(Invalid):
    """起始月份晚于截止月份 · The period ends before it begins."""

    code = "NJT-SUB-2003"


class TooManyLines(Invalid):
    """结果行数过多，请减少维度或缩小范围 · Too many lines; ask by fewer dimensions, or for less."""

    code = "NJT-SUB-2004"


class NotCountedYet(Conflict):
    """尚未统计，请稍后再试 · Nothing was counted yet; try again shortly."""

    code = "NJT-SUB-2005"


class UnknownChain(Invalid):
    """没有这条产业链 · There is no such industrial chain."""

    code = "NJT-SUB-2006"


class Dimension(Term):
    """维度: by what figures are told apart."""

    ORGAN = "organ", "区（园区）", "District or park"
    OCCUPATION = "occupation", "职业", "Occupation"
    LEVEL = "level", "等级", "Level"
    CHAIN = "chain", "产业链", "Industrial chain"
    MONTH = "month", "月份", "Month"
    LINE = "line", "资金", "Money line"
    AUDIENCE = "audience", "评价对象", "Audience"


class Kind(Term):
    """口径: what is counted."""

    VALID = "valid", "有效证书", "Certificates in force"
    REVOKED = "revoked", "已撤销证书", "Certificates revoked"
    UNCONFIRMED = "unconfirmed", "省级未确认证书", "Certificates the province has not confirmed"
    CLAIMED = "claimed", "已申领证书", "Certificates claimed for"
    PAID = "paid", "已发放", "Paid"
    UPLIFTED = "uplifted", "其中上浮", "Uplifted"
    RECOVERED = "recovered", "已追回", "Recovered"


HELD = frozenset({Kind.VALID, Kind.REVOKED, Kind.UNCONFIRMED})
"""What is on no line of money."""
BITS: Mapping[Dimension, int] = {
    Dimension.ORGAN: 1,
    Dimension.OCCUPATION: 2,
    Dimension.CHAIN: 4,
    Dimension.LEVEL: 8,
    Dimension.AUDIENCE: 16,
    Dimension.LINE: 32,
}
"""Which dimensions a group's figures are told apart by, as kept with it; months are kept with every figure."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Whom a line is about; None where it is not told apart. `month` is `202406`."""

    organ: str | None = None
    occupation: str | None = None
    level: int | None = None
    chain: str | None = None
    month: int | None = None
    line: str | None = None
    audience: str | None = None


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How many, of how many people, and how much money."""

    entries: int
    people: int
    fen: int


@dataclass(frozen=True, kw_only=True)
class Line:
    """The figures of one place; what is `hidden` is of too few people to be shown."""

    place: Place
    tallies: Mapping[Kind, Tally]
    hidden: frozenset[Kind] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Slice:
    """Figures as they are kept: told apart by these, of those only, and with no organ given, of this one's territory."""

    by: frozenset[Dimension]
    only: Mapping[Dimension, str | int]
    months: tuple[int, int]
    territory: str

    @property
    def shape(self) -> int:
        given = self.by.union(self.only)
        return sum(bit for dimension, bit in BITS.items() if dimension in given)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of an organ's territory. `only` are the filters; months are `202406`.

    `chains` is the list by which chains are told apart, None on a day without one. Who reaches no more than an organ
    without others below it asks only for that organ.
    """

    by: tuple[Dimension, ...]
    only: Mapping[Dimension, str | int]
    first: int
    last: int
    territory: str
    chains: ChainList | None = None

    @property
    def lines(self) -> Slice:
        """From what the lines are made; chains are worked out from occupations where these are known."""
        return self._slice(frozenset(self.by))

    @property
    def totals(self) -> Slice:
        return self._slice(frozenset())

    def _slice(self, by: frozenset[Dimension]) -> Slice:
        kept = dict(self.only)
        chain = kept.pop(Dimension.CHAIN, None)
        if self._from_occupations(by):
            by -= {Dimension.CHAIN}
        elif chain is not None and self.chains is not None:
            kept[Dimension.CHAIN] = f"{self.chains.key}/{chain}"
        return Slice(by=by, only=kept, months=(self.first, self.last), territory=self.territory)

    def _from_occupations(self, by: frozenset[Dimension]) -> bool:
        return self.chains is None or Dimension.OCCUPATION in by.union(self.only)

    def spread(self, found: Iterable[Line], *, totals: bool = False) -> Iterator[Line]:
        """Each line once for each of its chains that was asked for; one that is on none of these is left out."""
        by = frozenset() if totals else frozenset(self.by)
        for line in found:
            if not self._from_occupations(by):
                yield line
                continue
            wanted = self.only.get(Dimension.CHAIN)
            chains = sorted(each for each in self._chains(line) if wanted in (None, each))
            if Dimension.CHAIN in by:
                yield from (replace(line, place=replace(line.place, chain=chain)) for chain in chains)
            elif chains:
                yield line

    def _chains(self, line: Line) -> frozenset[str]:
        family = line.place.occupation or self.only.get(Dimension.OCCUPATION)
        return self.chains.of(str(family)) if self.chains else frozenset({NO_CHAIN})


@dataclass(frozen=True, kw_only=True)
class Counted:
    """What is known of the last count."""

    at: datetime
    seconds: float
    policy_version: str
    position: int

    def is_due(self, *, at: datetime, policy_version: str, position: int) -> bool:
        """Whether to count again: something was done since, or the policy is another one.

        Not within a minute, nor before twenty times as long as the last count took: it never takes more than a
        twentieth of the time.
        """
        pause = max(_AT_LEAST, timedelta(seconds=self.seconds * _OFF))
        if timedelta() <= at - self.at < pause:
            return False
        return (policy_version, position) != (self.policy_version, self.position)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Lines and totals as they were when it was counted."""

    counted: Counted
    lines: Sequence[Line]
    totals: Line


@dataclass(frozen=True, kw_only=True)
class Table:
    """An answer made ready to be shown; `least` is how many people a shown figure is of, None where all is shown."""

    question: Question
    answer: Answer
    least: int | None = None


class Statistics(Protocol):
    """Where figures are kept; only those within the caller's reach exist for it."""

    async def read(self, question: Question, *, most: int) -> Answer: ...

    async def counted(self) -> Counted | None: ...

    async def position(self) -> int: ...

    async def count(
        self,
        families: Mapping[Occupation, str],
        *,
        reach: Sequence[tuple[str, str]],
        lists: Sequence[ChainList],
        policy_version: str,
    ) -> int: ...


def month_of(text: str) -> int:
    """`2024-06` as 202406; raises NoSuchMonth."""
    match = _MONTH.fullmatch(text)
    if match is None:
        raise NoSuchMonth(
            "月份须写作 2024-06，月在 01 至 12 之间 · Write a month as 2024-06, with 01 to 12 for the month"
        )
    return int(match[1]) * _HUNDRED + int(match[2])


def text_of(month: int) -> str:
    """202406 as `2024-06`."""
    return f"{month // _HUNDRED}-{month % _HUNDRED:02d}"


def last_day(month: int) -> date:
    year, number = divmod(month, _HUNDRED)
    first_of_next = date(year + number // _DECEMBER, number % _DECEMBER + 1, 1)
    return first_of_next - timedelta(days=1)


def period(first: str | None, last: str | None, *, today: date) -> tuple[int, int]:
    """The months asked about: to this one, and from the beginning of the year, where nothing else is said.

    Raises NoSuchMonth or PeriodReversed.
    """
    until = month_of(last) if last is not None else month_of(f"{today:%Y-%m}")
    since = month_of(first) if first is not None else until // _HUNDRED * _HUNDRED + 1
    if since > until:
        raise PeriodReversed(f"{text_of(since)} > {text_of(until)}")
    return since, until


def dimensions(text: str) -> tuple[Dimension, ...]:
    """`organ,level`, each once, in the order given; raises UnknownDimension."""
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = {each.value: each for each in Dimension}
    if len(set(names)) < len(names) or not known.keys() >= set(names):
        told = "、".join(each.value for each in Dimension)
        raise UnknownDimension(
            f"维度须取自：{told}，以逗号分隔，每个至多一次 · Choose from these, comma-separated, each at most once"
        )
    return tuple(known[name] for name in names)
