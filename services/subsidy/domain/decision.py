"""What a certificate is worth: one pure function that accounts for every rule."""

from datetime import date

from services.subsidy.domain.rules import Case, conditions, uplift_outcome
from services.subsidy.domain.terms import (
    LINE,
    CertificateFacts,
    Decision,
    History,
    Outcome,
    RuleOutcome,
    missed,
)
from shared.policy import NoRate, Policy, Rate, UnknownOccupation
from shared.values import Fen


def decide(
    certificate: CertificateFacts, history: History, policy: Policy, *, on: date, known_on: date
) -> Decision:
    """What a certificate is worth when claimed on the day `on`, by what was published until `known_on`.

    Rate, shortage list and uplift are those of the day of issue (assumed: the notice names no day); what is published
    after `known_on` pays nothing back. Claim window and yearly cap are those of the day `on`, which must not lie
    before the policy's first day: raises UnknownParameter.
    """
    day = certificate.issued_on
    case = Case(
        facts=certificate,
        history=history,
        policy=policy,
        on=on,
        entry=policy.occupations.get(certificate.occupation),
        rate=_rate(certificate, policy, known_on=known_on),
        listing=policy.shortage(certificate.occupation, on=day, known_on=known_on),
        uplift=policy.uplift(LINE, day),
    )
    rules = (*conditions(case), uplift_outcome(case))
    against = missed(rules)
    base = case.rate.amount if case.rate else Fen(0)
    percent = None if against else case.raised_by
    return Decision(
        outcome=Outcome.REFUSED if against else Outcome.PAYABLE,
        amount=Fen(0) if against else base.uplifted(percent or 0),
        base=base,
        uplift=percent,
        shortage=case.listing is not None,
        basis=_basis(against, uplifted=percent is not None),
        rules=rules,
        policy_version=policy.version,
    )


def _rate(certificate: CertificateFacts, policy: Policy, *, known_on: date) -> Rate | None:
    level, day = certificate.item.level, certificate.issued_on
    try:
        return policy.rate(LINE, certificate.occupation, level, on=day, known_on=known_on)
    except (NoRate, UnknownOccupation):
        return None


def _basis(against: tuple[RuleOutcome, ...], *, uplifted: bool) -> tuple[str, ...]:
    """The clauses a payment rests on, or those that stand against it."""
    if against:
        return tuple(dict.fromkeys(each.clause for each in against if each.clause))
    return ("N1.4", "N1.6", "N1.7") if uplifted else ("N1.4", "N1.6")
