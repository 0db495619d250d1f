"""What is known from elsewhere about a certificate's holder: each fact with its source and time, nothing guessed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.errors import Invalid
from shared.policy.terms import Term


class FaultyFact(Invalid):
    """事实的取值或来源不合规 · The fact's value or source is not valid."""

    code = "NJT-SUB-1130"


class FactKind(Term):
    """What may be asked about a holder. The last two are signals for supervision; no rule asks for them."""

    INSURED_MONTHS = "insured_months", "核发当月累计失业保险月数", "Months of unemployment insurance at issue"
    INSURED_IN_MONTH = (
        "insured_in_month",
        "核发当月正常缴费或领金",
        "Insured, or drawing benefit, in the month of issue",
    )
    EMPLOYMENT = "employment", "与申领单位的用工关系", "Tie to the claimant"
    PENSION = "pension", "领取养老待遇", "Draws a pension"
    ENROLLED = "enrolled", "全日制在校", "Full-time student"


class Tie(Term):
    """用工关系: how the holder works for the claimant. Own staff includes dispatched labour (N2.1, N2.2)."""

    EMPLOYEE = "employee", "本企业职工", "Employee"
    DISPATCHED = "dispatched_with_contract", "有派遣协议的劳务派遣人员", "Dispatched, with a contract"
    DISPATCHED_WITHOUT = (
        "dispatched_without_contract",
        "无派遣协议的劳务派遣人员",
        "Dispatched, without a contract",
    )
    NONE = "none", "非本企业职工", "Not its staff"


class Origin(Term):
    """Where a fact came from, the one that counts most first: of two answers, the better one is taken."""

    PROVINCE = "province", "省级核验", "the province"
    FILE = "file", "批量文件", "a bulk file"
    EVIDENCE = "evidence", "已核的证明材料", "evidence that was checked"
    DECLARED = "declared", "申领单位申报", "the claimant's declaration"


MONTHLY = frozenset({FactKind.INSURED_MONTHS, FactKind.INSURED_IN_MONTH})
"""Facts about one month: they answer for the month of issue only."""

_RANKS = {origin.value: rank for rank, origin in enumerate(Origin)}
_TIES = frozenset(tie.value for tie in Tie)
_MOST_MONTHS = 1200

Value = int | bool | str
Signed = tuple[str, date, Value, str]
"""One fact as the rules see it: kind, the day or first of the month it is about, value, and origin."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One answer: to what, about which day or month, from where and when.

    `source` is `province`, `file:<sha256>`, `evidence:<id>` once somebody has checked it, or `declared:<id>` for what
    the claimant itself states. Raises FaultyFact.
    """

    kind: FactKind
    value: Value
    about: date
    source: str
    obtained_at: datetime

    def __post_init__(self) -> None:
        if self.origin not in _RANKS or not _fits(self.kind, self.value):
            raise FaultyFact(
                f"{self.kind.zh}：取值或来源不合规 · {self.kind.en}: value or source is not valid"
            )

    @property
    def origin(self) -> str:
        return self.source.partition(":")[0]

    @property
    def signed(self) -> Signed:
        about = self.about.replace(day=1) if self.kind in MONTHLY else self.about
        return self.kind.value, about, self.value, self.origin


@dataclass(frozen=True)
class FactSheet:
    """What is known about one certificate's holder for one claim; what is not on it is not known.

    `ranked` are the same facts, those that count most first: by origin, then the latest. `signature` is what the rules
    see of them: two sheets that agree in it decide alike.
    """

    facts: tuple[Fact, ...] = ()
    ranked: tuple[Fact, ...] = field(init=False, repr=False, compare=False)
    signature: tuple[Signed, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ranked = self.facts if len(self.facts) <= 1 else tuple(sorted(self.facts, key=_rank))
        signed = tuple(each.signed for each in ranked)
        object.__setattr__(self, "ranked", ranked)
        object.__setattr__(self, "signature", signed if len(signed) <= 1 else tuple(dict.fromkeys(signed)))

    def find(self, kind: FactKind, *, about: date | None = None) -> Fact | None:
        """The fact that counts, of any day or about the month of `about`; None where nothing is known."""
        found = (each for each in self.ranked if each.kind is kind)
        return next((each for each in found if about is None or _same_month(each.about, about)), None)


NOTHING_KNOWN = FactSheet()


def counting(
    signature: Iterable[Signed], kind: FactKind, *, month: date | None, declared: bool
) -> Signed | None:
    """The fact that answers: about this month where one is asked for, declared by the claimant only where that counts."""
    for fact in _of(signature, kind):
        in_month = month is None or _same_month(fact[1], month)
        if in_month and (declared or fact[3] != Origin.DECLARED.value):
            return fact
    return None


def _of(signature: Iterable[Signed], kind: FactKind) -> Iterator[Signed]:
    return (fact for fact in signature if fact[0] == kind.value)


def _rank(fact: Fact) -> tuple[int, float, str, str, date, str]:
    """A place for each, whatever order they came in."""
    told = fact.source, fact.kind.value, fact.about, str(fact.value)
    return _RANKS[fact.origin], -fact.obtained_at.timestamp(), *told


def _same_month(one: date, other: date) -> bool:
    return (one.year, one.month) == (other.year, other.month)


def _fits(kind: FactKind, value: Value) -> bool:
    if kind is FactKind.INSURED_MONTHS:
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST_MONTHS
    if kind is FactKind.EMPLOYMENT:
        return value in _TIES
    return isinstance(value, bool)
