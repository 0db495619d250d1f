"""A question with everything looked up that the rules need: what the policy says of a trade, the lot, and the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from services.subsidy.domain.fact import FactKind, Signed
from services.subsidy.domain.finding import Ground
from services.subsidy.domain.terms import AnyNumber, Before, Claiming, Lot
from shared.contracts.scope import ScopeItem
from shared.policy import (
    MoneyLine,
    NoRate,
    OccupationEntry,
    Policy,
    Rate,
    ShortageEntry,
    Status,
    UnknownOccupation,
    Uplift,
)
from shared.values import CertificateNumber, Fen, Occupation, VocationalCertificateNumber

NOTICE = "notice"
ASSUMPTION = "assumption"
_ANY, _NONE = "any", "none"


def assumed(source: str, clause: str | None = None) -> Ground:
    """A rule modelled on a document that does not itself say so for this money."""
    return Ground(source, Status.ASSUMED.value, clause)


def said_by_notice(clause: str) -> Ground:
    return Ground(NOTICE, Status.NOTICE.value, clause)


class DayTerms:
    """What the policy says about one line of money to whoever claims on a day.

    Raises UnknownParameter for a day before the policy begins, ValueError for a word in it that means nothing.
    """

    def __init__(self, policy: Policy, line: MoneyLine, on: date, *, known_on: date) -> None:
        self.line, self.on, self.known_on = line, on, known_on
        suffix = line.value.lower()
        self.window = policy.parameter("subsidy.claim_window_months", on, known_on=known_on)
        self.window_months = policy.number("subsidy.claim_window_months", on, known_on=known_on)
        self.insured = policy.parameter("subsidy.insurance_months", on, known_on=known_on)
        self.insured_months = policy.number("subsidy.insurance_months", on, known_on=known_on)
        self.cap = policy.parameter("subsidy.year_cap", on, known_on=known_on)
        self.cap_ordinary = policy.number("subsidy.year_cap", on, known_on=known_on)
        self.cap_in_all = self.cap_ordinary + policy.number(
            "subsidy.year_cap_shortage_extra", on, known_on=known_on
        )
        self.cap_lines = tuple(
            MoneyLine(word) for word in _words(policy.text("subsidy.year_cap_lines", on, known_on=known_on))
        )
        self.needed = policy.parameter(f"subsidy.facts_needed_{suffix}", on, known_on=known_on)
        self.needed_kinds = _kinds(policy.text(f"subsidy.facts_needed_{suffix}", on, known_on=known_on))
        self.declared_kinds = _kinds(policy.text("subsidy.facts_declared", on, known_on=known_on))
        self.provinces = policy.parameter(f"subsidy.number_provinces_{suffix}", on, known_on=known_on)
        self.province_codes = _words(policy.text(f"subsidy.number_provinces_{suffix}", on, known_on=known_on))
        self.bridge_months = policy.number("subsidy.shortage_bridge_months", on, known_on=known_on)

    def accepts_province(self, code: str) -> bool:
        return _ANY in self.province_codes or code in self.province_codes


@dataclass(frozen=True, kw_only=True)
class Trade:
    """What is asked about an occupation, work type and level on a day of issue, whoever evaluated and whoever claims.

    Without an `entry` the catalogue does not know the occupation. Rate, shortage list and uplift are those of the day
    of issue (assumed: the notice names no day), as far as they were published by the day on which it is decided.
    """

    line: MoneyLine
    on: date
    item: ScopeItem
    issued_on: date
    terms: DayTerms
    entry: OccupationEntry | None
    family: str
    rate: Rate | None
    listing: ShortageEntry | None
    uplift: Uplift | None

    @property
    def name(self) -> str:
        return self.entry.name if self.entry else str(self.item.occupation)

    @property
    def base(self) -> Fen:
        return self.rate.amount if self.rate else Fen(0)

    @property
    def raised_by(self) -> int | None:
        """The percentage, when level, list and a rate allow it."""
        if self.uplift is None or self.listing is None or self.rate is None:
            return None
        return self.uplift.percent if self.uplift.raises(self.item.level) else None

    @property
    def raised(self) -> Fen:
        """The amount with the uplift where there is one: a printed row wins, else the formula (half up to the fen)."""
        percent = self.raised_by
        return self.base if percent is None or self.rate is None else self.rate.raised(percent)


@dataclass(frozen=True, kw_only=True)
class LotCase:
    """What is asked about every certificate of a lot: its evaluation, its number, and who claims for it."""

    of: Trade
    claim: Claiming
    lot: Lot

    @cached_property
    def number(self) -> AnyNumber:
        """The lot's first number: all that is read of it stands in the head they share."""
        if self.is_vocational:
            return VocationalCertificateNumber(f"{self.lot.head}00001")
        return CertificateNumber(f"{self.lot.head}000001")

    @property
    def is_vocational(self) -> bool:
        return len(self.lot.head) == 11  # noqa: PLR2004 — the sixteen digits of the old number without its serial of five


@dataclass(frozen=True, kw_only=True)
class PersonCase:
    """What is asked about one person's certificate of a trade: what was granted before, and what is known."""

    of: Trade
    before: Before
    facts: tuple[Signed, ...]


def look_up(item: ScopeItem, issued_on: date, policy: Policy, *, terms: DayTerms) -> Trade:
    """What the rules need to know of a trade."""
    occupation = Occupation(item.edition, item.occupation)
    line, known_on = terms.line, terms.known_on
    return Trade(
        line=line,
        on=terms.on,
        item=item,
        issued_on=issued_on,
        terms=terms,
        entry=policy.occupations.get(occupation),
        family=family_of(policy, occupation),
        rate=_rate(item, issued_on, policy, terms=terms),
        listing=policy.shortage(
            occupation, on=issued_on, known_on=known_on, bridge_months=terms.bridge_months
        ),
        uplift=policy.uplift(line, issued_on, known_on=known_on),
    )


def family_of(policy: Policy, occupation: Occupation) -> str:
    """What counts as the same occupation: the oldest it continues, whatever edition a certificate was issued by."""
    known = occupation in policy.occupations
    oldest = policy.family(occupation) if known else occupation
    return f"{oldest.edition.value}:{oldest.code}"


def _rate(item: ScopeItem, issued_on: date, policy: Policy, *, terms: DayTerms) -> Rate | None:
    occupation = Occupation(item.edition, item.occupation)
    try:
        return policy.rate(terms.line, occupation, item.level, on=issued_on, known_on=terms.known_on)
    except (NoRate, UnknownOccupation):
        return None


def _kinds(text: str) -> frozenset[FactKind]:
    return frozenset(FactKind(word) for word in _words(text))


def _words(text: str) -> tuple[str, ...]:
    words: Iterable[str] = (word.strip() for word in text.split(","))
    return tuple(word for word in words if word and word != _NONE)
