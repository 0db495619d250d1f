"""What a certificate is worth: one pure function that accounts for every rule, for one certificate and for a million."""

from datetime import date

from services.subsidy.domain.fact import FactSheet, Signed
from services.subsidy.domain.finding import Explanation, Finding
from services.subsidy.domain.inputs import Asked
from services.subsidy.domain.rules import RULES, DayTerms, LotCase, PersonCase, open_case
from services.subsidy.domain.terms import (
    NOTHING_BEFORE,
    Before,
    CertificateFacts,
    Claiming,
    History,
    Lot,
    Outcome,
    Result,
    Rule,
)
from services.subsidy.domain.verdict import Decision, Verdict
from shared.policy import Policy
from shared.values import Fen

__all__ = ["Decision", "Tariff", "Verdict", "decide"]

_MOST_LOTS = 20_000

Key = tuple[tuple[Signed, ...], Before]


def decide(  # budget: four inputs and the policy are the calculation  # noqa: PLR0917 — the same
    certificate: CertificateFacts,
    claim: Claiming,
    history: History,
    facts: FactSheet,
    policy: Policy,
    *,
    known_on: date,
) -> Decision:
    """What a certificate is worth to whoever claims it, by what was published until `known_on`.

    Rate, shortage list and uplift are those of the day of issue (assumed: the notice names no day); what is published
    after `known_on` pays nothing back. Window, cap and what must be known are those of the day of the claim, which
    must not lie before the policy's first day: raises UnknownParameter. A rule that misses refuses; else a rule whose
    fact is not known makes it wait; signals of fraud are no rules.
    """
    return Tariff(policy, claim, known_on=known_on).decide(certificate, history, facts)


class Tariff:
    """The policy made ready for one claim: whatever does not depend on the person is worked out once a lot.

    It keeps verdicts, never certificates: people of whom the same is known share one. So a million certificates in
    some thousand lots cost a million look-ups and a few thousand judgements, and explain themselves all the same.
    """

    def __init__(self, policy: Policy, claim: Claiming, *, known_on: date) -> None:
        self.claim = claim
        self.policy = policy
        self._terms = DayTerms(policy, claim.line, claim.on, known_on=known_on)
        self._known_on = known_on
        self._version = policy.version_on(known_on)
        self._rules = RULES[claim.line]
        self._lots: dict[Lot, _Judged] = {}

    def decide(self, certificate: CertificateFacts, history: History, facts: FactSheet) -> Decision:
        """The same as `decide`, one certificate after another."""
        judged = self._lots.get(certificate.lot) or self._opened(certificate.lot)
        before = NOTHING_BEFORE
        if history.grants:
            before = history.before(
                certificate, judged.case.family, self.claim, counted=self._terms.cap_lines
            )
        key = (facts.signature, before)
        verdict = judged.verdicts.get(key) or self._judge(judged, key)
        return Decision(verdict, judged.asked, (certificate.number, history, facts))

    def case(self, lot: Lot) -> LotCase:
        """What was looked up about a lot."""
        return (self._lots.get(lot) or self._opened(lot)).case

    def _opened(self, lot: Lot) -> "_Judged":
        if len(self._lots) >= _MOST_LOTS:
            self._lots.clear()
        case = open_case(lot, self.claim, self.policy, terms=self._terms, known_on=self._known_on)
        judged = self._lots[lot] = _Judged(
            case,
            Asked(self.claim, lot, self._known_on),
            of_lot=tuple(rule(case) for rule in self._rules.lot),
            of_money=tuple(rule(case) for rule in self._rules.money),
        )
        return judged

    def _judge(self, judged: "_Judged", key: Key) -> Verdict:
        person = PersonCase(of=judged.case, facts=key[0], before=key[1])
        of_person = tuple(rule(person) for rule in self._rules.person)
        explanation = Explanation((*judged.of_lot, *of_person, *judged.of_money))
        verdict = judged.verdicts[key] = self._verdict(judged.case, explanation)
        return verdict

    def _verdict(self, case: LotCase, explanation: Explanation) -> Verdict:
        against = explanation.with_result(Result.MISSED)
        waiting = explanation.with_result(Result.UNKNOWN)
        paid = not against and not waiting
        percent = case.raised_by if paid else None
        return Verdict(
            outcome=Outcome.PAYABLE if paid else Outcome.REFUSED if against else Outcome.PENDING,
            amount=case.raised if paid else Fen(0),
            base=case.base,
            uplift=percent,
            shortage=case.listing is not None,
            basis=_clauses(against or waiting) or self._founding(explanation, raised=percent is not None),
            explanation=explanation,
            policy_version=self.policy.version_on(self._known_on),
            known_on=self._known_on,
        )

    def _founding(self, explanation: Explanation, *, raised: bool) -> tuple[str, ...]:
        """The clauses a payment rests on."""
        told = {each.phrase.rule: each for each in explanation.findings}
        rules = (*self._rules.founding, Rule.UPLIFT) if raised else self._rules.founding
        return _clauses(tuple(told[rule] for rule in rules))


class _Judged:
    """A lot that was opened: what the rules about it found, and the verdicts on its certificates so far."""

    __slots__ = ("asked", "case", "of_lot", "of_money", "verdicts")

    def __init__(
        self, case: LotCase, asked: Asked, *, of_lot: tuple[Finding, ...], of_money: tuple[Finding, ...]
    ) -> None:
        self.case = case
        self.asked = asked
        self.of_lot = of_lot
        self.of_money = of_money
        self.verdicts: dict[Key, Verdict] = {}


def _clauses(findings: tuple[Finding, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.ground.clause for each in findings if each.ground.clause))
