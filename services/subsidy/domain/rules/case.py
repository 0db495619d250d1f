"""A question with everything looked up that the rules need: what the policy says, the lot, and the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.subsidy.domain.fact import FactKind, Signed
from services.subsidy.domain.finding import Ground
from services.subsidy.domain.terms import Before, Claiming, Lot
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
from shared.values import Fen, Occupation

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
class LotCase:
    """What is asked about every certificate of a lot. Without an `entry` the catalogue does not know the occupation.

    Rate, shortage list and uplift are those of the day of issue (assumed: the notice names no day), as far as they
    were published by the day on which it is decided.
    """

    claim: Claiming
    lot: Lot
    terms: DayTerms
    entry: OccupationEntry | None
    family: str
    rate: Rate | None
    listing: ShortageEntry | None
    uplift: Uplift | None

    @property
    def name(self) -> str:
        return self.entry.name if self.entry else str(self.lot.item.occupation)

    @property
    def base(self) -> Fen:
        return self.rate.amount if self.rate else Fen(0)

    @property
    def raised_by(self) -> int | None:
        """The percentage, when level, list and a rate allow it."""
        if self.uplift is None or self.listing is None or self.rate is None:
            return None
        return self.uplift.percent if self.uplift.raises(self.lot.item.level) else None

    @property
    def raised(self) -> Fen:
        """The amount with the uplift where there is one: a printed row wins, else the formula (half up to the fen)."""
        percent = self.raised_by
        return self.base if percent is None or self.rate is None else self.rate.raised(percent)


@dataclass(frozen=True, kw_only=True)
class PersonCase:
    """What is asked about one person's certificate of a lot: what was granted before, and what is known."""

    of: LotCase
    before: Before
    facts: tuple[Signed, ...]


def open_case(lot: Lot, claim: Claiming, policy: Policy, *, terms: DayTerms, known_on: date) -> LotCase:
    """Look up what the rules need to know of a lot."""
    entry = policy.occupations.get(lot.occupation)
    return LotCase(
        claim=claim,
        lot=lot,
        terms=terms,
        entry=entry,
        family=family_of(policy, lot.occupation),
        rate=_rate(lot, claim.line, policy, known_on=known_on),
        listing=policy.shortage(
            lot.occupation, on=lot.issued_on, known_on=known_on, bridge_months=terms.bridge_months
        ),
        uplift=policy.uplift(claim.line, lot.issued_on, known_on=known_on),
    )


def family_of(policy: Policy, occupation: Occupation) -> str:
    """What counts as the same occupation: the oldest it continues, whatever edition a certificate was issued by."""
    known = occupation in policy.occupations
    oldest = policy.family(occupation) if known else occupation
    return f"{oldest.edition.value}:{oldest.code}"


def _rate(lot: Lot, line: MoneyLine, policy: Policy, *, known_on: date) -> Rate | None:
    try:
        return policy.rate(line, lot.occupation, lot.item.level, on=lot.issued_on, known_on=known_on)
    except (NoRate, UnknownOccupation):
        return None


def _kinds(text: str) -> frozenset[FactKind]:
    return frozenset(FactKind(word) for word in _words(text))


def _words(text: str) -> tuple[str, ...]:
    words: Iterable[str] = (word.strip() for word in text.split(","))
    return tuple(word for word in words if word and word != _NONE)
