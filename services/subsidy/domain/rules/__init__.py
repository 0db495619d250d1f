"""The rules of both lines of money, one function each; what no document at hand says is marked as assumed."""

from collections.abc import Callable
from dataclasses import dataclass

from services.subsidy.domain.finding import Finding
from services.subsidy.domain.rules import catalogue, evaluation, money, person
from services.subsidy.domain.rules.case import DayTerms, LotCase, PersonCase, family_of, open_case
from services.subsidy.domain.terms import Rule
from shared.policy import MoneyLine

__all__ = ["RULES", "DayTerms", "LotCase", "PersonCase", "RuleSet", "family_of", "open_case"]

LotRule = Callable[[LotCase], Finding]
PersonRule = Callable[[PersonCase], Finding]

_CERTIFICATE: tuple[LotRule, ...] = (
    evaluation.national_effect,
    evaluation.number,
    evaluation.validity,
    catalogue.catalogue,
    catalogue.licensed,
    catalogue.work_type,
    catalogue.level,
    evaluation.in_force,
    evaluation.standing,
    evaluation.scope,
    money.window,
)
_GRANTED: tuple[PersonRule, ...] = (
    person.not_claimed,
    person.once,
    person.other_line,
    person.no_higher,
    person.year_cap,
)


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """The rules of one line: those asked once a lot, those asked of each person, and those of the money.

    A payment rests on the clauses of the `founding` rules, and of the uplift where it raises.
    """

    lot: tuple[LotRule, ...]
    person: tuple[PersonRule, ...]
    money: tuple[LotRule, ...] = (money.rate, money.uplift)
    founding: tuple[Rule, ...]


RULES = {
    MoneyLine.TRAINING: RuleSet(
        lot=(evaluation.own_staff, *_CERTIFICATE),
        person=(person.employment, *_GRANTED),
        founding=(Rule.NATIONAL_EFFECT, Rule.OWN_STAFF),
    ),
    MoneyLine.INSURANCE: RuleSet(
        lot=_CERTIFICATE,
        person=(person.insured_months, person.insured_in_month, *_GRANTED),
        founding=(Rule.NATIONAL_EFFECT, Rule.WINDOW, Rule.INSURED_MONTHS),
    ),
}
