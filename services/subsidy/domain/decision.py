"""What a certificate is worth: one pure function, which says of every rule whether it was met, and by which document."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from services.subsidy.domain.dates import months_after
from shared.contracts.scope import ScopeItem
from shared.policy import (
    Audience,
    MoneyLine,
    NoRate,
    OccupationEntry,
    Policy,
    Provenance,
    Rate,
    ShortageEntry,
    Status,
    UnknownOccupation,
)
from shared.values import CertificateNumber, Fen, Level, Occupation

LINE = MoneyLine.TRAINING
"""The notice's subsidy; the line of the insurance fund is claimed by the worker and never merged with it."""


class Outcome(StrEnum):
    """What became of one certificate."""

    PAYABLE = "payable"
    REFUSED = "refused"


class Rule(StrEnum):
    """The rules, in the order in which they are asked; all but the last must be met."""

    OWN_STAFF = "own_staff"
    NATIONAL_EFFECT = "national_effect"
    CATALOGUE = "catalogue"
    IN_FORCE = "in_force"
    SCOPE = "scope"
    WINDOW = "window"
    NOT_CLAIMED = "not_claimed"
    ONCE = "once"
    NO_HIGHER = "no_higher"
    YEAR_CAP = "year_cap"
    RATE = "rate"
    UPLIFT = "uplift"


@dataclass(frozen=True, kw_only=True)
class Evaluator:
    """The institution that evaluated, as it was put on record."""

    institution_id: UUID
    audience: Audience
    scope: tuple[ScopeItem, ...]
    valid_from: date
    valid_until: date

    def covers(self, item: ScopeItem) -> bool:
        """Whether occupation and level are in its scope; an item without work type covers all of them."""
        same = (
            each
            for each in self.scope
            if (each.edition, each.occupation, each.level) == (item.edition, item.occupation, item.level)
        )
        return any(each.work_type in ("", item.work_type) for each in same)


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """What counts about a certificate, and who claims for it."""

    number: CertificateNumber
    item: ScopeItem
    issued_on: date
    evaluated_on: date
    evaluator: Evaluator
    claimant_id: UUID

    @property
    def occupation(self) -> Occupation:
        return Occupation(self.item.edition, self.item.occupation)


@dataclass(frozen=True, kw_only=True)
class Grant:
    """One certificate that a person was paid for, or is being paid for.

    `occupation` is its name in the catalogue, as codes change between editions; `place` says which of the person's
    grants of the calendar year it is.
    """

    certificate_number: CertificateNumber
    occupation: str
    level: Level
    year: int
    place: int
    shortage: bool


@dataclass(frozen=True)
class History:
    """Everything granted to the certificate's holder so far."""

    grants: tuple[Grant, ...] = ()

    def in_year(self, year: int) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants if grant.year == year)

    def free_place(self, year: int) -> int:
        """The lowest place of the year that is not taken."""
        taken = {grant.place for grant in self.in_year(year)}
        return next(place for place in range(1, len(taken) + 2) if place not in taken)


@dataclass(frozen=True, kw_only=True)
class RuleOutcome:
    """One rule hit or missed, why, and which document says so with what certainty."""

    rule: Rule
    passed: bool
    detail: str
    source: str
    status: Status
    clause: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What one certificate is paid (fen). A refused one has amount 0; `base` is the rate before any uplift."""

    outcome: Outcome
    amount: Fen
    base: Fen
    uplift: int | None
    shortage: bool
    basis: tuple[str, ...]
    rules: tuple[RuleOutcome, ...]
    policy_version: str

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was refused; empty when it was not."""
        if self.outcome is Outcome.PAYABLE:
            return ()
        return tuple(each.detail for each in _missed(self.rules))


@dataclass(frozen=True, kw_only=True)
class _Case:
    """The question with everything looked up that more than one rule needs."""

    facts: CertificateFacts
    history: History
    policy: Policy
    on: date
    entry: OccupationEntry | None
    rate: Rate | None
    listing: ShortageEntry | None

    @property
    def occupation(self) -> str:
        return self.entry.name if self.entry else str(self.facts.item.occupation)


def decide(
    certificate: CertificateFacts, history: History, policy: Policy, *, on: date, known_on: date
) -> Decision:
    """What a certificate is worth when it is claimed on the day `on`, by what was published until `known_on`.

    Rate, shortage list and uplift are those of the day of issue (assumed: the notice names no day). What is published
    later than `known_on` pays nothing back. Raises UnknownParameter for a day before the policy begins.
    """
    day, item = certificate.issued_on, certificate.item
    case = _Case(
        facts=certificate,
        history=history,
        policy=policy,
        on=on,
        entry=policy.occupations.get(certificate.occupation),
        rate=_rate(certificate, policy, known_on=known_on),
        listing=policy.shortage(certificate.occupation, on=day, known_on=known_on),
    )
    uplift = policy.uplift(LINE, day)
    raised = uplift if uplift and uplift.raises(item.level) and case.listing else None
    rules = (*_conditions(case), _uplift_outcome(case, raised.percent if raised else None))
    missed = _missed(rules)
    base = case.rate.amount if case.rate else Fen(0)
    payable = not missed
    percent = raised.percent if raised and payable else None
    return Decision(
        outcome=Outcome.PAYABLE if payable else Outcome.REFUSED,
        amount=base.uplifted(percent or 0) if payable else Fen(0),
        base=base,
        uplift=percent,
        shortage=case.listing is not None,
        basis=_basis(missed, uplifted=percent is not None),
        rules=rules,
        policy_version=policy.version,
    )


def _rate(certificate: CertificateFacts, policy: Policy, *, known_on: date) -> Rate | None:
    level, day = certificate.item.level, certificate.issued_on
    try:
        return policy.rate(LINE, certificate.occupation, level, on=day, known_on=known_on)
    except (NoRate, UnknownOccupation):
        return None


def _missed(rules: tuple[RuleOutcome, ...]) -> tuple[RuleOutcome, ...]:
    return tuple(each for each in rules if not each.passed and each.rule is not Rule.UPLIFT)


def _basis(missed: tuple[RuleOutcome, ...], *, uplifted: bool) -> tuple[str, ...]:
    """The clauses a payment rests on, or those that stand against it."""
    if missed:
        return tuple(dict.fromkeys(each.clause for each in missed if each.clause))
    return ("N1.4", "N1.6", "N1.7") if uplifted else ("N1.4", "N1.6")
