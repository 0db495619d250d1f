"""The policy as it is on a day, made ready: what is judged for one certificate is judged for all like it."""

from datetime import date

from services.subsidy.domain.fact import Signed
from services.subsidy.domain.finding import Explanation, Finding
from services.subsidy.domain.rules import RULES, DayTerms, LotCase, PersonCase, RuleSet, Trade, look_up
from services.subsidy.domain.terms import NOTHING_BEFORE, Before, Outcome, Result, Rule
from services.subsidy.domain.verdict import Verdict
from shared.contracts.scope import ScopeItem
from shared.policy import MoneyLine, Policy
from shared.values import Fen

_MOST_TRADES = 5_000

Key = tuple[tuple[Signed, ...], Before]


class Day:
    """One line of money on one day, by what was known on another: the same for all claims of that day.

    A verdict is made of what the rules found of the trade, of the evaluation, and of the person. Evaluations of which
    they found the same share their verdicts, whichever institution and claim they are of; and of those, people of whom
    the same is known.
    """

    def __init__(self, policy: Policy, line: MoneyLine, on: date, *, known_on: date) -> None:
        self.policy = policy
        self.terms = DayTerms(policy, line, on, known_on=known_on)
        self.rules = RULES[line]
        self.version = policy.version_on(known_on)
        self._trades: dict[tuple[ScopeItem, date], tuple[Trade, dict[tuple[Finding, ...], Judged]]] = {}

    def trade(self, item: ScopeItem, issued_on: date) -> Trade:
        """What was looked up about it."""
        return self._opened(item, issued_on)[0]

    def judged(self, case: LotCase) -> "Judged":
        """What was found of a lot, and the verdicts on certificates like it so far."""
        trade, like = self._opened(case.of.item, case.of.issued_on)
        found = tuple(rule(case) for rule in self.rules.lot)
        judged = like.get(found)
        if judged is None:
            judged = like[found] = Judged(trade, found, self.rules, version=self.version)
        return judged

    def _opened(self, item: ScopeItem, issued_on: date) -> tuple[Trade, dict[tuple[Finding, ...], "Judged"]]:
        key = item, issued_on
        opened = self._trades.get(key)
        if opened is None:
            if len(self._trades) >= _MOST_TRADES:
                self._trades.clear()
            opened = self._trades[key] = look_up(item, issued_on, self.policy, terms=self.terms), {}
        return opened


class Judged:
    """Certificates of one trade of whose evaluation the rules found the same, and the verdicts on them so far."""

    def __init__(self, trade: Trade, of_lot: tuple[Finding, ...], rules: RuleSet, *, version: str) -> None:
        self.trade = trade
        self._rules = rules
        self._version = version
        self._of_lot = of_lot
        self._of_trade = tuple(rule(trade) for rule in rules.trade)
        self._verdicts: dict[Key, Verdict] = {}

    def verdict(self, facts: tuple[Signed, ...], before: Before = NOTHING_BEFORE) -> Verdict:
        """On whoever has such a certificate; of whom the same is known, they share it."""
        key = facts, before
        verdict = self._verdicts.get(key)
        if verdict is None:
            person = PersonCase(of=self.trade, facts=facts, before=before)
            of_person = tuple(rule(person) for rule in self._rules.person)
            verdict = self._verdicts[key] = self._made(
                Explanation(self._rules.told(self._of_lot, self._of_trade, of_person))
            )
        return verdict

    def _made(self, explanation: Explanation) -> Verdict:
        trade = self.trade
        against = explanation.with_result(Result.MISSED)
        waiting = explanation.with_result(Result.UNKNOWN)
        paid = not against and not waiting
        percent = trade.raised_by if paid else None
        return Verdict(
            outcome=Outcome.PAYABLE if paid else Outcome.REFUSED if against else Outcome.PENDING,
            amount=trade.raised if paid else Fen(0),
            base=trade.base,
            uplift=percent,
            shortage=trade.listing is not None,
            basis=_clauses(against or waiting) or self._founding(explanation, raised=percent is not None),
            explanation=explanation,
            policy_version=self._version,
            known_on=trade.terms.known_on,
        )

    def _founding(self, explanation: Explanation, *, raised: bool) -> tuple[str, ...]:
        """The clauses a payment rests on."""
        told = {each.phrase.rule: each for each in explanation.findings}
        rules = (*self._rules.founding, Rule.UPLIFT) if raised else self._rules.founding
        return _clauses(tuple(told[rule] for rule in rules))


def _clauses(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.ground.clause for each in findings if each.ground.clause))
