"""What a certificate is worth: one pure function that accounts for every rule, for one certificate and for a million."""

from datetime import date
from typing import NamedTuple

from services.subsidy.domain.day import Day, Judged
from services.subsidy.domain.fact import FactSheet, Signed
from services.subsidy.domain.inputs import Asked
from services.subsidy.domain.rules import LotCase, Trade
from services.subsidy.domain.terms import (
    NOTHING_BEFORE,
    Before,
    CertificateFacts,
    Claiming,
    History,
    Lot,
)
from services.subsidy.domain.verdict import Decision, Verdict
from shared.policy import Policy

__all__ = ["Decision", "Tariff", "Verdict", "decide"]

_MOST_LOTS = 20_000


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
    """The policy made ready for one claim: what does not depend on the person is worked out once a lot.

    It keeps verdicts, never certificates: people of whom the same is known share one. So a million certificates in
    some thousand lots cost a million look-ups and a few thousand judgements, and explain themselves all the same.
    `day` is shared by the claims of a day.
    """

    def __init__(self, policy: Policy, claim: Claiming, *, known_on: date, day: Day | None = None) -> None:
        self.claim = claim
        self._day = day or Day(policy, claim.line, claim.on, known_on=known_on)
        self._known_on = known_on
        self._lots: dict[Lot, _Opened] = {}

    def decide(self, certificate: CertificateFacts, history: History, facts: FactSheet) -> Decision:
        """The same as `decide`, one certificate after another."""
        opened, before = self._opened(certificate.lot), NOTHING_BEFORE
        if history.grants:
            family, counted = opened.judged.trade.family, self._day.terms.cap_lines
            before = history.before(certificate, family, self.claim, counted=counted)
        verdict = opened.judged.verdict(facts.signature, before)
        return Decision(verdict, opened.asked, (certificate.number, history, facts))

    def verdict(self, lot: Lot, facts: tuple[Signed, ...], before: Before = NOTHING_BEFORE) -> Verdict:
        """On whichever certificate of a lot; all of whom the same is known share it."""
        return self._opened(lot).judged.verdict(facts, before)

    def trade(self, lot: Lot) -> Trade:
        """What was looked up about a lot's trade."""
        return self._opened(lot).judged.trade

    def asked(self, lot: Lot) -> Asked:
        """The half of the inputs that all certificates of a lot share."""
        return self._opened(lot).asked

    def _opened(self, lot: Lot) -> "_Opened":
        opened = self._lots.get(lot)
        if opened is None:
            if len(self._lots) >= _MOST_LOTS:
                self._lots.clear()
            case = LotCase(of=self._day.trade(lot.item, lot.issued_on), claim=self.claim, lot=lot)
            asked = Asked(self.claim, lot, self._known_on)
            opened = self._lots[lot] = _Opened(self._day.judged(case), asked)
        return opened


class _Opened(NamedTuple):
    """A lot that was looked at: what was judged of those like it, and the half of the inputs that is its own."""

    judged: Judged
    asked: Asked
