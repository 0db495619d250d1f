"""The rules of both lines of money, one function each; what no document at hand says is marked as assumed."""

from collections.abc import Callable
from dataclasses import dataclass

from services.subsidy.domain.finding import Finding
from services.subsidy.domain.rules import catalogue, evaluation, money, person
from services.subsidy.domain.rules.case import DayTerms, LotCase, PersonCase, Trade, family_of, look_up
from services.subsidy.domain.terms import Rule
from shared.policy import MoneyLine

__all__ = ["RULES", "DayTerms", "LotCase", "PersonCase", "RuleSet", "Trade", "family_of", "look_up"]

TradeRule = Callable[[Trade], Finding]
LotRule = Callable[[LotCase], Finding]
PersonRule = Callable[[PersonCase], Finding]

_CATALOGUE: tuple[TradeRule, ...] = (
    catalogue.catalogue,
    catalogue.licensed,
    catalogue.work_type,
    catalogue.level,
)
_MONEY: tuple[TradeRule, ...] = (money.rate, money.uplift)
_NUMBER: tuple[LotRule, ...] = (evaluation.national_effect, evaluation.number, evaluation.validity)
_FILING: tuple[LotRule, ...] = (evaluation.in_force, evaluation.standing, evaluation.scope)
_GRANTED: tuple[PersonRule, ...] = (
    person.not_claimed,
    person.once,
    person.other_line,
    person.no_higher,
    person.year_cap,
)


@dataclass(frozen=True, kw_only=True)
class RuleSet:
    """The rules of one line: those of the trade and the day, those of the evaluation, and those of each person.

    What a rule may look at is its argument: so what does not look at people is asked once for all of them. A payment
    rests on the clauses of the `founding` rules, and of the uplift where it raises.
    """

    lot: tuple[LotRule, ...]
    person: tuple[PersonRule, ...]
    trade: tuple[TradeRule, ...] = (*_CATALOGUE, money.window, *_MONEY)
    founding: tuple[Rule, ...]

    def told(self, *groups: tuple[Finding, ...]) -> tuple[Finding, ...]:
        """All findings in the order in which the rules are told."""
        return tuple(sorted((each for group in groups for each in group), key=_order))


_PLACES = {rule: place for place, rule in enumerate(Rule)}


def _order(finding: Finding) -> int:
    return _PLACES[finding.phrase.rule]


RULES = {
    MoneyLine.TRAINING: RuleSet(
        lot=(evaluation.own_staff, *_NUMBER, *_FILING),
        person=(person.employment, *_GRANTED),
        founding=(Rule.NATIONAL_EFFECT, Rule.OWN_STAFF),
    ),
    MoneyLine.INSURANCE: RuleSet(
        lot=(*_NUMBER, *_FILING),
        person=(person.insured_months, person.insured_in_month, *_GRANTED),
        founding=(Rule.NATIONAL_EFFECT, Rule.WINDOW, Rule.INSURED_MONTHS),
    ),
}
