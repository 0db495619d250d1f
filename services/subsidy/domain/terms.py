"""The words of a decision: what is asked about a certificate, what its holder had before, and what is answered."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from shared.contracts.scope import ScopeItem
from shared.policy import Audience, MoneyLine, Status
from shared.values import CertificateNumber, Fen, Level, Occupation

LINE = MoneyLine.TRAINING
"""The subsidy the notice means; the insurance fund's is claimed by the worker and never merged with it."""


class Outcome(StrEnum):
    """What became of one certificate."""

    PAYABLE = "payable"
    REFUSED = "refused"


class Rule(StrEnum):
    """The rules in the order in which they are asked. All but the last must be met."""

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
        """Whether it may evaluate this; an occupation without a work type stands for all of them."""
        wanted = (item.edition, item.occupation, item.level)
        return any(
            (each.edition, each.occupation, each.level) == wanted and each.work_type in ("", item.work_type)
            for each in self.scope
        )


@dataclass(frozen=True, kw_only=True)
class CertificateFacts:
    """What counts about a certificate, and which institution claims for it."""

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
    """One certificate its holder was paid for, or is being paid for.

    `occupation` is the name in the catalogue, because codes change between editions; `place` counts the holder's
    grants of the calendar year.
    """

    certificate_number: CertificateNumber
    occupation: str
    level: Level
    year: int
    place: int
    shortage: bool


@dataclass(frozen=True)
class History:
    """Everything granted so far to the person who holds the certificate."""

    grants: tuple[Grant, ...] = ()

    def in_year(self, year: int) -> tuple[Grant, ...]:
        return tuple(grant for grant in self.grants if grant.year == year)

    def free_place(self, year: int) -> int:
        """The lowest place of the year that is not taken."""
        taken = {grant.place for grant in self.in_year(year)}
        return next(place for place in range(1, len(taken) + 2) if place not in taken)


@dataclass(frozen=True, kw_only=True)
class RuleOutcome:
    """One rule met or missed, why, which document says so and how sure that is."""

    rule: Rule
    passed: bool
    detail: str
    source: str
    status: Status
    clause: str | None = None


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What one certificate is paid, in fen. A refused one has amount 0; `base` is the rate before any uplift."""

    outcome: Outcome
    amount: Fen
    base: Fen
    uplift: int | None
    shortage: bool
    basis: tuple[str, ...]
    rules: tuple[RuleOutcome, ...]
    policy_version: str

    @property
    def payable(self) -> bool:
        return self.outcome is Outcome.PAYABLE

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it was refused; empty when it was not."""
        return tuple(each.detail for each in missed(self.rules))


def missed(rules: tuple[RuleOutcome, ...]) -> tuple[RuleOutcome, ...]:
    """The rules that refuse; a missed uplift only leaves the standard amount."""
    return tuple(each for each in rules if not each.passed and each.rule is not Rule.UPLIFT)
